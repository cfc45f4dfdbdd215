"""The plan of an order: all its workflow needs to know, and nothing about a person."""

from datetime import datetime

from pydantic import BaseModel, Field

from orders.money import Money
from orders.order import FulfillmentMethod, LineKind, Order
from orders.store import DEFAULT_POLICY, PaymentKind, Policy, StoreSettings


class PlanLine(BaseModel, frozen=True):
    line_id: str
    kind: LineKind
    quantity: int
    unit_minor: int
    has_files: bool = False


class Plan(BaseModel, frozen=True):
    """Ids, kinds, quantities, amounts in minor units, method and deadlines."""

    store: str
    order_id: str
    accepted_at: datetime
    currency: str
    total_minor: int
    carriage_minor: int = 0
    """Shipping and fees: not given back when only some of the goods are cancelled."""
    payment_kind: PaymentKind
    paid_minor: int = 0
    refunded_minor: int = 0
    reference: str | None = None
    method: FulfillmentMethod
    lines: tuple[PlanLine, ...]
    holds: tuple[str, ...] = ()
    mails_customer: bool = True
    """False when the order asks for silence."""
    has_address: bool = True
    """False when there is no e-mail address to send to."""
    shop_recipients: int = 0
    copies_customer_mails: bool = False
    policy: Policy = Field(default_factory=lambda: DEFAULT_POLICY)

    def money(self, minor: int) -> Money:
        return Money(minor=minor, currency=self.currency)


def plan_for(
    order: Order,
    settings: StoreSettings,
    accepted_at: datetime,
    *,
    paid: Money | None = None,
    refunded: Money | None = None,
    holds: tuple[str, ...] = (),
) -> Plan:
    """What the workflow of this order is told. `paid` is money that was in before the order came."""
    totals = order.totals
    in_before = paid or (order.total if order.payment.status == "paid" else None)
    return Plan(
        store=order.store,
        order_id=order.order_id,
        accepted_at=accepted_at,
        currency=order.currency,
        total_minor=order.total.minor,
        carriage_minor=Money.of(totals.shipping, order.currency).minor
        + Money.of(totals.fees, order.currency).minor,
        payment_kind=order.payment.kind,
        paid_minor=in_before.minor if in_before else 0,
        refunded_minor=refunded.minor if refunded else 0,
        reference=order.payment.reference,
        method=order.method,
        lines=tuple(
            PlanLine(
                line_id=line.line_id,
                kind=line.kind,
                quantity=line.quantity,
                unit_minor=Money.of(line.unit_price, order.currency).minor,
                has_files=bool(line.files),
            )
            for line in order.lines
        ),
        holds=holds,
        mails_customer=order.notify_customer,
        has_address=order.customer.email is not None,
        shop_recipients=len(settings.shop_addresses),
        copies_customer_mails=settings.copy_customer_mails_to is not None,
        policy=settings.policy,
    )
