"""The beginning of an order: its first state, and the first mails."""

from orders.change import By, Change
from orders.mail import MailKind
from orders.order import FulfillmentMethod
from orders.plan import Plan
from orders.rules.money import money_moved
from orders.state import Hold, OrderLine, OrderState, PaymentEntry
from orders.store import PaymentKind
from orders.units import Units


def place(plan: Plan) -> Change:
    """The order as it arrives. Intake records this in its own transaction, the workflow starts from it:
    both get the same answer from the same plan."""
    by = By(at=plan.accepted_at, actor="checkout")
    state = OrderState(
        plan=plan,
        moved_at=plan.accepted_at,
        lines=tuple(
            OrderLine(
                line_id=line.line_id,
                kind=line.kind,
                units=Units(ordered=line.quantity),
                unit_minor=line.unit_minor,
                has_files=line.has_files,
            )
            for line in plan.lines
        ),
        holds=tuple(Hold(reason=reason, since=plan.accepted_at, by="pakhuis") for reason in plan.holds),
    )
    change = Change(state, by)
    change.say("placed", "timeline.placed", total=plan.money(plan.total_minor), count=len(plan.lines))
    change.mail(MailKind.ORDER_RECEIVED)
    change.mail(MailKind.NEW_ORDER)
    for hold in state.holds:
        change.say("hold", "timeline.hold", reason=hold.reason)
    for status, amount in (("paid", plan.paid_minor), ("refunded", plan.refunded_minor)):
        if amount:
            _money_came_before(change, status, amount)
        money_moved(change)  # Each by itself: what went back after all was paid is not owed again.
    if not change.state.is_paid and plan.payment_kind in (PaymentKind.OFFLINE, PaymentKind.INVOICE):
        change.mail(MailKind.AWAITING_PAYMENT, amount_minor=change.state.due)
    if plan.method is FulfillmentMethod.NONE and not plan.has_address:
        change.say("placed", "timeline.no_address")
    return change


def _money_came_before(change: Change, status: str, amount_minor: int) -> None:
    plan = change.state.plan
    entry = PaymentEntry(
        status=status,
        amount_minor=amount_minor,
        currency=plan.currency,
        at=plan.accepted_at,
        reference=plan.reference,
    )
    change.set(payments=(*change.state.payments, entry))
    change.say("payment", f"timeline.payment_{status}", amount=plan.money(amount_minor))
