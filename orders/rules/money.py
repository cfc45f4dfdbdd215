"""Payments: what counts, what is told twice, and what the balance then asks for."""

from typing import assert_never

from orders.change import Change
from orders.commands import Payment
from orders.errors import Refused, Repeated
from orders.mail import MailKind
from orders.money import Money
from orders.rules.settling import settle_what_is_over
from orders.state import OrderState, PaymentEntry, Reason
from orders.store import PaymentKind


def pay(change: Change, payment: Payment) -> None:
    """Write a movement of money down. A fact about money is kept whatever the order's state, and asks for a
    person where it fits nothing; refused only if nobody can say how much it is."""
    state = change.state
    entry = _entry(change, payment)
    if _told_before(state, entry):
        raise Repeated("refusal.payment_told_before", amount=_money(entry))
    change.set(payments=(*state.payments, entry))
    change.say("payment", f"timeline.payment_{entry.status}", amount=_money(entry))
    if entry.status == "failed":
        return
    if not entry.counts:
        change.attend(
            Reason.OTHER_CURRENCY,
            "attention.other_currency",
            subject=entry.event_id or entry.reference or str(len(state.payments)),
            amount=_money(entry),
            currency=state.plan.currency,
        )
        return
    money_moved(change)
    now_paid = change.state.is_paid and not state.is_paid and not state.cancelled
    came_later = state.plan.payment_kind is not PaymentKind.ONLINE or state.reminded
    if now_paid and came_later:
        change.mail(MailKind.PAYMENT_RECEIVED, amount_minor=change.state.captured)


def money_moved(change: Change) -> None:
    """Bring release and attention in line with the balance; after a payment, a refund or a cancel."""
    if change.state.kept >= change.state.owed:
        change.set(paid_in_full=True)
    state = change.state
    may_go = state.is_paid or state.plan.payment_kind in state.plan.policy.ships_unpaid
    if may_go and not state.released and not state.cancelled:
        change.set(released=True, moved_at=change.by.at)
    _ask_about_balance(change)
    settle_what_is_over(change)


def _ask_about_balance(change: Change) -> None:
    state = change.state
    back = state.plan.money(-state.due)
    if state.due >= 0:
        change.settle(Reason.OVERPAID, Reason.REFUND_DUE)
    elif any(line.units.cancelled for line in state.lines):
        change.settle(Reason.OVERPAID)
        change.attend(Reason.REFUND_DUE, "attention.refund_due", amount=back)
    else:
        change.attend(Reason.OVERPAID, "attention.overpaid", amount=back)
    if state.refunded > state.captured:
        over = state.plan.money(state.refunded - state.captured)
        change.attend(Reason.REFUNDED_TOO_MUCH, "attention.refunded_too_much", amount=over)
    if state.all_went_back and (state.goods_left or state.left_to_issue):
        change.attend(Reason.REFUNDED_NOT_CANCELLED, "attention.refunded_not_cancelled")


def _entry(change: Change, payment: Payment) -> PaymentEntry:
    plan = change.state.plan
    currency = payment.currency or plan.currency
    if payment.amount is None:
        if currency != plan.currency:
            raise Refused("refusal.amount_needed", currency=currency)
        minor = _all_that_is_due(change.state, payment)
    else:
        try:
            minor = Money.of(payment.amount, currency).minor
        except ValueError:
            raise Refused("refusal.too_many_decimals", currency=currency) from None
    return PaymentEntry(
        status=payment.status,
        amount_minor=minor,
        currency=currency,
        at=change.by.at,
        reference=payment.reference,
        event_id=payment.event_id,
        counts=currency == plan.currency,
    )


def _all_that_is_due(state: OrderState, payment: Payment) -> int:
    """The amount of a movement that names none."""
    plan = state.plan
    match payment.status:
        case "paid":
            if state.due > 0:
                return state.due
            if state.cancelled and not state.captured:
                return plan.total_minor
            raise Repeated("refusal.paid_already", amount=plan.money(state.captured))
        case "refunded":
            if state.due < 0:
                return -state.due
            raise Refused("refusal.how_much_refunded")
        case "failed":
            return max(0, state.due)
        case _:
            assert_never(payment.status)


def _told_before(state: OrderState, entry: PaymentEntry) -> bool:
    """Whether this movement is on the ledger already.

    The same event id always is. So is the same status, amount and reference: a checkout's confirmation
    and the provider's webhook tell of one payment. Only where both name an event and the money still fits
    in what is due, or is to go back, two equal instalments under one reference are two.
    """
    open_minor = {"paid": state.due, "refunded": -state.due}.get(entry.status, 0)
    for known in state.payments:
        if entry.event_id is not None and known.event_id == entry.event_id:
            return True
        same = (known.status, known.amount_minor, known.currency, known.reference) == (
            entry.status,
            entry.amount_minor,
            entry.currency,
            entry.reference,
        )
        if not same or entry.reference is None:
            continue
        both_named = known.event_id is not None and entry.event_id is not None
        fits = entry.amount_minor <= open_minor
        if not (both_named and fits):
            return True
    return False


def _money(entry: PaymentEntry) -> Money:
    return Money(minor=entry.amount_minor, currency=entry.currency)
