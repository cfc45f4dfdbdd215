"""Parcels: labelled, handed over, brought or collected; each a step on, as the order's method has it."""

from orders.change import Change
from orders.commands import (
    Collected,
    Delivered,
    DeliveryFailed,
    Labelled,
    OutForDelivery,
    Quantity,
    ReadyForPickup,
    Shipped,
)
from orders.errors import Refused, Repeated
from orders.mail import MailKind
from orders.parcel import (
    ARRIVED,
    IN_THE_MAKING,
    MAY_START_A_PARCEL,
    MOVES,
    ON_THE_WAY,
    Move,
    Parcel,
    ParcelState,
)
from orders.rules.contents import asked, contents_of, fill, holds_just, only
from orders.rules.goods import must_be_workable, skip, work_was_done
from orders.sentence import sentence
from orders.state import OrderState, Reason

MovesAParcel = Labelled | Shipped | ReadyForPickup | Collected | OutForDelivery | Delivered | DeliveryFailed
OUT: tuple[ParcelState, ...] = (*ON_THE_WAY, *ARRIVED)


def move(change: Change, wish: MovesAParcel) -> None:
    """Move one parcel a step on, as MOVES has it for the order's method."""
    state = change.state
    step = MOVES[state.method].get(wish.type)
    if step is None:
        raise Refused(
            f"refusal.not_for_this_method.{state.method}", step=sentence(f"refusal.step.{wish.type}")
        )
    named = state.parcel(wish.parcel) if wish.parcel else None
    if isinstance(wish, Labelled) and named is not None and named.state is ParcelState.SHIPPED:
        _put_tracking_number_right(change, wish, named)
        return
    from_outside = isinstance(wish, Delivered | DeliveryFailed)
    if not from_outside or not any(each.state in ON_THE_WAY for each in state.parcels):
        must_be_workable(state)
    parcel = named or _fitting(state, wish, step) or _start(change, wish)
    _must_be_ready(parcel, wish, step)
    if parcel.is_open:
        must_be_workable(state)
    _note_what_was_skipped(change, wish, step, parcel)
    _enter(change, wish, step, parcel)


# Which parcel.


def _fitting(state: OrderState, wish: MovesAParcel, step: Move) -> Parcel | None:
    """The parcel that is meant though none is named: the one with this tracking number, or the only one."""
    if wish.parcel is not None:
        return None
    lines = _lines(wish)
    states = step.ready if lines is None else (*step.from_, *step.skips)
    fitting = [
        parcel
        for parcel in state.parcels
        if parcel.state in states and (lines is None or holds_just(parcel, lines))
    ]
    number = _tracking_number(wish)
    with_this_number = [parcel for parcel in fitting if number and parcel.tracking_number == number]
    at_their_turn = [parcel for parcel in fitting if parcel.state in step.from_]
    if step.to is ParcelState.SHIPPED:
        at_their_turn = []  # With or without a label, each may be the one that left: ask.
    return only(with_this_number or at_their_turn or fitting)


def _start(change: Change, wish: MovesAParcel) -> Parcel:
    """A parcel of what was never packed, where the store lets its staff skip that."""
    state = change.state
    lines = _lines(wish)
    if wish.type not in MAY_START_A_PARCEL or not any(state.to_pack(line) > 0 for line in state.lines):
        if wish.parcel is not None:
            raise Refused("refusal.no_such_parcel", parcel=wish.parcel)
        if not state.live_parcels:
            raise Refused("refusal.nothing_packed")
        last = state.live_parcels[-1]
        if lines is not None and last.is_open:
            raise Refused("refusal.parcel_holds_other_things", parcel=last.parcel)
        raise _elsewhere(last)
    if not state.plan.policy.may_skip_steps:
        raise Refused("refusal.not_before.packed")
    contents = asked(state, lines, state.to_pack, "refusal.too_many_to_pack", "refusal.nothing_to_pack")
    return fill(change, wish.parcel, contents, packed=False)


def _must_be_ready(parcel: Parcel, wish: MovesAParcel, step: Move) -> None:
    lines = _lines(wish)
    if parcel.state not in step.ready:
        raise _elsewhere(parcel)
    if lines is not None and not holds_just(parcel, lines):
        raise Refused("refusal.parcel_holds_other_things", parcel=parcel.parcel)
    number = _tracking_number(wish)
    if (
        parcel.state in step.again
        and parcel.tracking_number == number
        and _carrier(wish)
        in (
            None,
            parcel.carrier,
        )
    ):
        raise Repeated("refusal.labelled_already", parcel=parcel.parcel, tracking_number=number or "")


def _elsewhere(parcel: Parcel) -> Refused:
    """The parcel is past this step or not there yet; says where it is, since when and by whom."""
    return Refused(f"refusal.parcel_is.{parcel.state}", parcel=parcel.parcel, at=parcel.since, by=parcel.by)


# What becomes of it.


def _enter(change: Change, wish: MovesAParcel, step: Move, parcel: Parcel) -> None:
    """Let the parcel take the step: its state, the units in it, the timeline and the mail."""
    was = parcel
    updates: dict[str, object] = {"state": step.to, "since": change.by.at, "by": change.by.actor}
    if step.to is ParcelState.OUT_FOR_DELIVERY:
        updates["attempts"] = parcel.attempts + 1
    parcel = _with_label(parcel, wish).model_copy(update=updates)
    change.set_parcel(parcel)
    left, came_back = step.to in OUT and was.state not in OUT, step.to not in OUT and was.state in OUT
    sign = 1 if left else -1 if came_back else 0
    arrived = 1 if step.to in ARRIVED else 0
    change.count(
        {
            line.line_id: {"shipped": sign * line.quantity, "delivered": arrived * line.quantity}
            for line in parcel.lines
        }
    )
    change.settle(
        Reason.OVERDUE_TO_HAND_OVER,
        Reason.OVERDUE_TO_DELIVER,
        Reason.NOT_COLLECTED,
        Reason.DELIVERY_FAILED,
        subject=parcel.parcel,
    )
    if was.state not in ON_THE_WAY:
        work_was_done(change)  # What happens to a parcel on its way tells nothing of those in the shop.
    if step.to is ParcelState.DELIVERY_FAILED:
        change.attend(
            Reason.DELIVERY_FAILED, "attention.delivery_failed", subject=parcel.parcel, parcel=parcel.parcel
        )
    _say(change, wish, was, parcel)
    _tell_the_customer(change, wish, parcel)


def _put_tracking_number_right(change: Change, wish: Labelled, parcel: Parcel) -> None:
    """A tracking number that was forgotten or mistyped at the hand-over: the customer is told the new one."""
    if parcel.tracking_number == wish.tracking_number and wish.carrier in (None, parcel.carrier):
        raise Repeated("refusal.labelled_already", parcel=parcel.parcel, tracking_number=wish.tracking_number)
    if wish.lines is not None and not holds_just(parcel, wish.lines):
        raise Refused("refusal.parcel_holds_other_things", parcel=parcel.parcel)
    parcel = _with_label(parcel, wish)
    change.set_parcel(parcel)
    change.say(
        "labelled",
        "timeline.tracking_number_put_right",
        parcel=parcel.parcel,
        tracking_number=wish.tracking_number,
    )
    change.mail(
        MailKind.SHIPPED,
        f"{parcel.parcel}:{parcel.labels}",
        parcel=parcel.parcel,
        lines=contents_of(parcel),
    )


def _with_label(parcel: Parcel, wish: MovesAParcel) -> Parcel:
    updates: dict[str, object] = {}
    if carrier := _carrier(wish):
        updates["carrier"] = carrier
    if number := _tracking_number(wish):
        updates |= {"tracking_number": number, "labels": parcel.labels + 1}
    return parcel.model_copy(update=updates)


def _note_what_was_skipped(change: Change, wish: MovesAParcel, step: Move, parcel: Parcel) -> None:
    if step.to is ParcelState.LABELLED:
        return  # Its goods may still be picked and packed.
    if parcel.state in IN_THE_MAKING and any(line.unpacked for line in parcel.lines):
        if any(line.unpicked for line in parcel.lines):
            skip(change, parcel, "picked")
        skip(change, parcel, "packed")
    skipped = step.skips.get(parcel.state)
    if skipped == "labelled" and _tracking_number(wish):
        return  # The label came along.
    if skipped is not None:
        skip(change, parcel, skipped)


def _say(change: Change, wish: MovesAParcel, was: Parcel, parcel: Parcel) -> None:
    """The line on the timeline."""
    name = parcel.parcel
    match wish:
        case Labelled() if was.state is ParcelState.LABELLED:
            change.say(
                wish.type, "timeline.labelled_again", parcel=name, tracking_number=wish.tracking_number
            )
        case Labelled():
            change.say(wish.type, "timeline.labelled", parcel=name, tracking_number=wish.tracking_number)
        case Shipped() if parcel.tracking_number:
            change.say(wish.type, "timeline.shipped", parcel=name, tracking_number=parcel.tracking_number)
        case Shipped():
            change.say(wish.type, "timeline.shipped_untracked", parcel=name)
        case Collected(override=True):
            change.say(wish.type, "timeline.collected_without_code", parcel=name)
        case DeliveryFailed(reason=str(reason)):
            change.say(wish.type, "timeline.delivery_failed_because", parcel=name, reason=reason)
        case _:
            change.say(wish.type, f"timeline.{wish.type}", parcel=name)


def _tell_the_customer(change: Change, wish: MovesAParcel, parcel: Parcel) -> None:
    kind = {
        "shipped": MailKind.SHIPPED,
        "out_for_delivery": MailKind.OUT_FOR_DELIVERY,
        "ready_for_pickup": MailKind.READY_FOR_PICKUP,
        "delivered": MailKind.DELIVERED,
    }.get(wish.type)
    if kind is None or not getattr(wish, "notify", True):
        return
    again = f":{parcel.attempts}" if parcel.attempts > 1 else ""
    change.mail(kind, f"{parcel.parcel}{again}", parcel=parcel.parcel, lines=contents_of(parcel))


def _lines(wish: MovesAParcel) -> tuple[Quantity, ...] | None:
    return None if isinstance(wish, Collected | Delivered | DeliveryFailed) else wish.lines


def _tracking_number(wish: MovesAParcel) -> str | None:
    return wish.tracking_number if isinstance(wish, Labelled | Shipped) else None


def _carrier(wish: MovesAParcel) -> str | None:
    return wish.carrier if isinstance(wish, Labelled | Shipped) else None
