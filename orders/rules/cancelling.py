"""Cancelling: some units or all that is left, taken from the shelf, the pick or the parcel they are in."""

from typing import Final

from orders.change import Change
from orders.commands import Cancel, Quantity
from orders.errors import Repeated
from orders.mail import MailKind
from orders.parcel import Parcel, ParcelState
from orders.rules.contents import asked, units_in
from orders.rules.money import money_moved
from orders.state import OrderLine, OrderState, Reason

MOST_LINES_NAMED: Final = 20


def cancel(change: Change, wish: Cancel) -> None:
    """Cancel what is named, or all that has not been handed over. Too late is answered so."""
    state = change.state
    if state.cancelled:
        raise Repeated("refusal.cancelled_already")
    contents = asked(
        state,
        wish.lines,
        lambda line: cancellable(state, line),
        "refusal.too_late_to_cancel_so_many",
        "refusal.too_late_to_cancel",
    )
    take_off(change, contents)
    _say(change, wish.reason, units_in(contents))
    if wish.notify:
        cause = "" if change.state.cancelled else _how_many_cancelled(change.state)
        change.mail(MailKind.CANCELLED, cause, lines=contents, amount_minor=max(0, -change.state.due))


def expire(change: Change) -> None:
    """Cancel an order nobody paid in time."""
    state = change.state
    everything = tuple(
        Quantity(line_id=line.line_id, quantity=cancellable(state, line))
        for line in state.lines
        if cancellable(state, line)
    )
    take_off(change, everything)
    change.set(expired=True)
    change.say("expired", "timeline.expired")
    change.mail(MailKind.ORDER_EXPIRED, lines=everything)


def cancellable(state: OrderState, line: OrderLine) -> int:
    """Units nobody has handed over or sent out yet."""
    if (line.issued or line.issuing) and not line.is_physical:
        return 0
    return line.units.to_ship


def take_off(change: Change, contents: tuple[Quantity, ...]) -> None:
    """Take these units off the order, and bring the whole-order facts and the money in line."""
    _take_units(change, contents)
    state = change.state
    if all(line.units.remaining == 0 for line in state.lines):
        change.set(cancelled=True)
    if not state.goods_left and not state.left_to_issue:
        change.set(holds=())  # Nothing is left that they could hold.
    money_moved(change)


def _take_units(change: Change, contents: tuple[Quantity, ...]) -> None:
    """Off the shelf first, then from what was picked, at last out of parcels, the newest first."""
    state = change.state
    counts: dict[str, dict[str, int]] = {}
    in_parcels: dict[str, int] = {}
    for each in contents:
        line = state.line(each.line_id)
        if line is None:
            raise KeyError(each.line_id)
        counts[each.line_id] = {"cancelled": each.quantity, "picked": 0, "packed": 0}
        if line.is_physical:
            from_shelf = min(each.quantity, state.on_shelf(line))
            from_picked = min(each.quantity - from_shelf, state.loose(line))
            counts[each.line_id]["picked"] = -from_picked
            in_parcels[each.line_id] = each.quantity - from_shelf - from_picked
    parcels = list(state.parcels)
    for place in reversed(range(len(parcels))):
        if parcels[place].is_open:
            parcels[place] = _without(parcels[place], in_parcels, counts, change)
    change.set(parcels=tuple(parcels))
    change.count(counts)
    for before, after in zip(state.parcels, parcels, strict=True):
        if before is not after:
            _ask_to_take_out(change, before, after)


def _without(
    parcel: Parcel, taken_out: dict[str, int], counts: dict[str, dict[str, int]], change: Change
) -> Parcel:
    """The parcel without these units, as far as it holds any; what it held is written off both tables."""
    lines = []
    for line in parcel.lines:
        taken = min(taken_out.get(line.line_id, 0), line.quantity)
        if taken:
            # Those nobody picked go first: the rest is put back on the shelf.
            unpicked = min(taken, line.unpicked)
            unpacked = min(taken, line.unpacked)
            taken_out[line.line_id] -= taken
            counts[line.line_id]["picked"] -= taken - unpicked
            counts[line.line_id]["packed"] -= taken - unpacked
            line = line.model_copy(
                update={
                    "quantity": line.quantity - taken,
                    "unpicked": line.unpicked - unpicked,
                    "unpacked": line.unpacked - unpacked,
                }
            )
        if line.quantity:
            lines.append(line)
    if tuple(lines) == parcel.lines:
        return parcel
    void = {} if lines else {"state": ParcelState.VOID, "since": change.by.at, "by": change.by.actor}
    return parcel.model_copy(update={"lines": tuple(lines), **void})


def _ask_to_take_out(change: Change, before: Parcel, after: Parcel) -> None:
    """Somebody must open the parcel, or not use its label."""
    name = before.parcel
    if after.state is ParcelState.VOID:
        count = sum(line.quantity for line in before.lines)
        number = before.tracking_number
        if number:
            change.attend(
                Reason.TAKE_OUT_OF_PARCEL,
                "attention.unpack_labelled_parcel",
                subject=name,
                parcel=name,
                count=count,
                tracking_number=number,
            )
        else:
            change.attend(
                Reason.TAKE_OUT_OF_PARCEL, "attention.unpack_parcel", subject=name, parcel=name, count=count
            )
        return
    kept = {line.line_id: line.quantity for line in after.lines}
    taken = [
        (line.line_id, line.quantity - kept.get(line.line_id, 0))
        for line in before.lines
        if not line.unpacked  # Nothing lies in a box that only has its label yet.
    ]
    written = [f"{line_id} ({count}×)" for line_id, count in taken if count]
    if written:
        change.attend(
            Reason.TAKE_OUT_OF_PARCEL,
            "attention.take_out_of_parcel",
            subject=f"{name}:{_how_many_cancelled(change.state)}",
            parcel=name,
            lines=", ".join(written[:MOST_LINES_NAMED]) + (" …" if len(written) > MOST_LINES_NAMED else ""),
        )


def _say(change: Change, reason: str | None, count: int) -> None:
    match change.state.cancelled, reason:
        case True, None:
            change.say("cancel", "timeline.cancelled")
        case True, str(reason):
            change.say("cancel", "timeline.cancelled_because", reason=reason)
        case False, None:
            change.say("cancel", "timeline.cancelled_units", count=count)
        case False, str(reason):
            change.say("cancel", "timeline.cancelled_units_because", count=count, reason=reason)


def _how_many_cancelled(state: OrderState) -> str:
    """Names this cancel among several: the count only ever grows."""
    return str(sum(line.units.cancelled for line in state.lines))
