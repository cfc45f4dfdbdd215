"""Goods: picked and packed, as far as the order's payment and holds allow."""

from orders.change import Change
from orders.commands import Packed, Picked
from orders.errors import Refused
from orders.parcel import Parcel
from orders.rules.contents import asked, contents_of, fill, holds_just, only, summed, units_in
from orders.state import OrderState, Reason


def pick(change: Change, picked: Picked) -> None:
    state = change.state
    must_be_workable(state)
    contents = asked(
        state, picked.lines, state.to_pick, "refusal.too_many_to_pick", "refusal.nothing_to_pick"
    )
    change.count({each.line_id: {"picked": each.quantity} for each in contents})
    _into_labelled_parcels(change, summed(contents))
    work_was_done(change)
    change.say("picked", "timeline.picked", count=units_in(contents))


def pack(change: Change, packed: Packed) -> None:
    """Make a parcel, or put the goods into one that has its label already."""
    state = change.state
    must_be_workable(state)
    parcel = _to_be_packed(state, packed)
    if parcel is not None:
        change.count({line.line_id: {"packed": line.unpacked} for line in parcel.lines})
        full = tuple(line.model_copy(update={"unpacked": 0}) for line in parcel.lines)
        parcel = parcel.model_copy(update={"lines": full, "since": change.by.at, "by": change.by.actor})
    else:
        contents = asked(
            state, packed.lines, state.to_pack, "refusal.too_many_to_pack", "refusal.nothing_to_pack"
        )
        parcel = fill(change, packed.parcel, contents, packed=True)
    if any(line.unpicked for line in parcel.lines):
        skip(change, parcel, "picked")
    change.set_parcel(parcel.model_copy(update={"weight_grams": packed.weight_grams}))
    work_was_done(change)
    change.say("packed", "timeline.packed", parcel=parcel.parcel, count=units_in(contents_of(parcel)))


def must_be_workable(state: OrderState) -> None:
    """Raise Refused, with the reason, where goods may not be worked on now."""
    if not any(line.is_physical for line in state.lines):
        raise Refused("refusal.no_goods")
    if state.cancelled:
        raise Refused("refusal.cancelled")
    if not state.released:
        raise Refused("refusal.unpaid", amount=state.plan.money(state.due))
    if state.holds:
        raise Refused("refusal.on_hold", reasons=", ".join(hold.reason for hold in state.holds))


def work_was_done(change: Change) -> None:
    """The wait for the next pick or pack starts anew."""
    change.set(moved_at=change.by.at)
    change.settle(Reason.OVERDUE_TO_PICK, Reason.OVERDUE_TO_PACK)


def skip(change: Change, parcel: Parcel, step: str) -> None:
    """Note a step that was left out, or refuse where the store insists on it."""
    if not change.state.plan.policy.may_skip_steps:
        raise Refused(f"refusal.not_before.{step}")
    change.say("skipped", f"timeline.skipped.{step}", parcel=parcel.parcel)


def _to_be_packed(state: OrderState, packed: Packed) -> Parcel | None:
    """The labelled parcel that is packed now, if it is not a new one."""
    named = state.parcel(packed.parcel) if packed.parcel else None
    if named is not None:
        if not named.is_to_be_packed:
            raise Refused("refusal.parcel_taken", parcel=named.parcel, by=named.by, at=named.since)
        if packed.lines is not None and not holds_just(named, packed.lines):
            raise Refused("refusal.parcel_holds_other_things", parcel=named.parcel)
        return named
    if packed.parcel is not None:
        return None
    waiting = [
        parcel
        for parcel in state.parcels
        if parcel.is_to_be_packed and (packed.lines is None or holds_just(parcel, packed.lines))
    ]
    return only(waiting)


def _into_labelled_parcels(change: Change, picked: dict[str, int]) -> None:
    """Units that were picked for a parcel that has its label already, the oldest first."""
    for parcel in change.state.parcels:
        if not parcel.is_to_be_packed:
            continue
        lines = []
        for line in parcel.lines:
            for_it = min(line.unpicked, picked.get(line.line_id, 0))
            if for_it:
                picked[line.line_id] -= for_it
                line = line.model_copy(update={"unpicked": line.unpicked - for_it})
            lines.append(line)
        change.set_parcel(parcel.model_copy(update={"lines": tuple(lines)}))
