"""Deadlines: what each wait waits for, until when, and what happens then."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from orders.change import Change
from orders.mail import MailKind
from orders.parcel import ParcelState
from orders.rules.cancelling import expire
from orders.state import OrderState, Reason, attention_key
from orders.store import PaymentPatience


class Late(StrEnum):
    """What is due, by the name a person reads on the running timer."""

    REMIND_OF_PAYMENT = "remind_of_payment"
    EXPIRE = "expire"
    PAY_AFTER_HAND_OVER = "pay_after_hand_over"
    PICK = "pick"
    PACK = "pack"
    HAND_OVER = "hand_over"
    DELIVER = "deliver"
    DELIVER_AGAIN = "deliver_again"
    COLLECT = "collect"
    RELEASE = "release"
    STOP_WATCHING = "stop_watching"


class Deadline(NamedTuple):
    at: datetime
    late: Late
    subject: str = ""


ATTENTION: Final[Mapping[Late, Reason]] = {
    Late.PICK: Reason.OVERDUE_TO_PICK,
    Late.PACK: Reason.OVERDUE_TO_PACK,
    Late.HAND_OVER: Reason.OVERDUE_TO_HAND_OVER,
    Late.DELIVER: Reason.OVERDUE_TO_DELIVER,
    Late.DELIVER_AGAIN: Reason.OVERDUE_TO_HAND_OVER,
    Late.COLLECT: Reason.NOT_COLLECTED,
    Late.RELEASE: Reason.HELD_TOO_LONG,
    Late.PAY_AFTER_HAND_OVER: Reason.PAYMENT_OVERDUE,
}
OF_A_PARCEL: Final = (Late.HAND_OVER, Late.DELIVER, Late.DELIVER_AGAIN, Late.COLLECT)


def next_deadline(state: OrderState) -> Deadline | None:
    """The first thing that will be late if nobody does anything."""
    return min(_deadlines(state), key=lambda deadline: (deadline.at, deadline.late), default=None)


def lapses_at(state: OrderState) -> datetime | None:
    """When the order expires by itself unless money comes; None if it does not."""
    if state.cancelled or state.is_paid or _some_money_came(state):
        return None
    return _patience_ends(state, state.plan.policy.payment.get(state.plan.payment_kind, PaymentPatience()))


def pass_deadline(change: Change, deadline: Deadline) -> None:
    """It is late now: remind, expire, or ask for a person."""
    state = change.state
    match deadline.late:
        case Late.REMIND_OF_PAYMENT:
            change.set(reminded=True)
            if change.mail(MailKind.PAYMENT_REMINDER, amount_minor=state.due):
                change.say("reminded", "timeline.reminded", amount=state.plan.money(state.due))
        case Late.EXPIRE if _some_money_came(state):
            amount = state.plan.money(state.due)
            change.attend(Reason.PARTIALLY_PAID, "attention.partially_paid", amount=amount)
            change.say("attention", "attention.partially_paid", amount=amount)
        case Late.EXPIRE:
            expire(change)
        case Late.STOP_WATCHING:
            change.set(watched=True)
            change.say("closed", "timeline.stopped_watching")
        case Late.RELEASE:
            hold = deadline.subject
            change.attend(Reason.HELD_TOO_LONG, "attention.held_too_long", subject=hold, hold=hold)
            change.say("attention", "attention.held_too_long", hold=hold)
        case late if late in OF_A_PARCEL:
            reason, parcel = ATTENTION[late], deadline.subject
            change.attend(reason, f"attention.{reason}", subject=parcel, parcel=parcel)
            change.say("attention", f"attention.{reason}", parcel=parcel)
        case late:
            reason = ATTENTION[late]
            change.attend(reason, f"attention.{reason}")
            change.say("attention", f"attention.{reason}")


def _deadlines(state: OrderState) -> Iterator[Deadline]:
    if state.cancelled:
        return
    asked_for = {each.key for each in state.attention}

    def due(since: datetime, patience: timedelta, late: Late, subject: str = "") -> Iterator[Deadline]:
        key = attention_key(ATTENTION[late], subject)
        if key not in asked_for:
            yield Deadline(max(since, state.seen.get(key, since)) + patience, late, subject)

    policy = state.plan.policy
    if not state.is_paid:
        patience = policy.payment.get(state.plan.payment_kind, PaymentPatience())
        yield from _of_payment(state, patience)
        nothing_left_to_send = state.released and not state.goods_left
        if nothing_left_to_send or (not state.released and patience.expire_after is None):
            yield from due(state.moved_at, policy.pay_after_hand_over_within, Late.PAY_AFTER_HAND_OVER)
    for hold in state.holds:
        yield from due(hold.since, policy.release_within, Late.RELEASE, hold.reason)
    if state.released and not state.holds:
        if state.waits_for_picking:
            yield from due(state.moved_at, policy.pick_within, Late.PICK)
        if state.waits_for_packing:
            yield from due(state.moved_at, policy.pack_within, Late.PACK)
    for parcel in state.parcels:
        match parcel.state:
            case ParcelState.PACKED | ParcelState.LABELLED if not state.holds:
                yield from due(parcel.since, policy.hand_over_within, Late.HAND_OVER, parcel.parcel)
            case ParcelState.DELIVERY_FAILED if not state.holds:
                yield from due(parcel.since, policy.hand_over_within, Late.DELIVER_AGAIN, parcel.parcel)
            case ParcelState.READY_FOR_PICKUP if not state.holds:
                yield from due(parcel.since, policy.collect_within, Late.COLLECT, parcel.parcel)
            case ParcelState.OUT_FOR_DELIVERY:
                yield from due(parcel.since, policy.deliver_within, Late.DELIVER, parcel.parcel)
            case ParcelState.SHIPPED if not state.watched and not state.goods_left:
                yield Deadline(state.moved_at + policy.watch_delivery_for, Late.STOP_WATCHING)
            case _:
                pass


def _of_payment(state: OrderState, patience: PaymentPatience) -> Iterator[Deadline]:
    since = state.plan.accepted_at
    if patience.remind_after is not None and not state.reminded:
        yield Deadline(since + patience.remind_after, Late.REMIND_OF_PAYMENT)
    at = _patience_ends(state, patience)
    if at is not None:
        yield Deadline(at, Late.EXPIRE)


def _patience_ends(state: OrderState, patience: PaymentPatience) -> datetime | None:
    partly = attention_key(Reason.PARTIALLY_PAID)
    asked_for = any(each.key == partly for each in state.attention)
    if patience.expire_after is None or asked_for or state.released:
        return None
    return state.seen.get(partly, state.plan.accepted_at) + patience.expire_after


def _some_money_came(state: OrderState) -> bool:
    """Whether expiring would leave a customer with money gone, in whatever currency."""
    return state.kept > 0 or any(each.status == "paid" and not each.counts for each in state.payments)
