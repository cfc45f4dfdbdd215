"""What the list shows of an order: in words, in its reader's language."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from urllib.parse import quote

from pydantic import BaseModel

from db import listing
from orders.money import Money
from orders.status import FulfillmentStatus, PaymentStatus
from orders.store import Language
from orders.words import say, write

PAYMENT_TONE: Final[Mapping[PaymentStatus, str]] = {
    PaymentStatus.AWAITING_PAYMENT: "wait",
    PaymentStatus.PAID: "ok",
    PaymentStatus.CANCELLED: "done",
    PaymentStatus.REFUNDED: "done",
    PaymentStatus.PARTIALLY_REFUNDED: "warn",
    PaymentStatus.INCOMPLETE: "wait",
}
FULFILLMENT_TONE: Final[Mapping[FulfillmentStatus, str]] = {
    FulfillmentStatus.AWAITING_PROCESSING: "wait",
    FulfillmentStatus.PROCESSING: "warn",
    FulfillmentStatus.READY_FOR_PICKUP: "warn",
    FulfillmentStatus.SHIPPED: "ok",
    FulfillmentStatus.OUT_FOR_DELIVERY: "ok",
    FulfillmentStatus.DELIVERED: "ok",
    FulfillmentStatus.WILL_NOT_DELIVER: "done",
    FulfillmentStatus.RETURNED: "done",
}


class OrderRow(BaseModel, frozen=True):
    store: str
    order_id: str
    href: str
    number: str
    store_name: str
    """Empty where there is only one store to see."""
    placed_at: datetime
    placed: str
    customer: str
    items: tuple[tuple[int, str], ...]
    more: int
    payment: str
    payment_tone: str
    fulfillment: str
    fulfillment_tone: str
    method: str
    next: str
    age: str
    needs_attention: bool
    total: str


def order_href(store: str, order_id: str) -> str:
    """The address of an order at the desk."""
    return f"/desk/orders/{quote(store, safe='')}/{quote(order_id, safe='')}"


def order_row(
    row: listing.Row, language: Language, time_zone: str, now: datetime, *, store_name: str = ""
) -> OrderRow:
    part = "day" if row.placed_at.year == now.year else "short"
    payment = PaymentStatus(row.payment_status)
    fulfillment = FulfillmentStatus(row.fulfillment_status)
    return OrderRow(
        store=row.store,
        order_id=row.order_id,
        href=order_href(row.store, row.order_id),
        number=row.number,
        store_name=store_name,
        placed_at=row.placed_at,
        placed=write(language, row.placed_at, time_zone=time_zone, part=part),
        customer=row.customer,
        items=row.items,
        more=row.lines - len(row.items),
        payment=say(language, f"desk.payment_status.{payment}"),
        payment_tone=PAYMENT_TONE[payment],
        fulfillment=say(language, f"desk.fulfillment_status.{fulfillment}"),
        fulfillment_tone=FULFILLMENT_TONE[fulfillment],
        method=say(language, f"desk.method.{row.fulfillment_method}"),
        next=say(language, f"desk.task.{row.tasks[0] if row.tasks else 'none'}"),
        age=age(language, now - row.moved_at),
        needs_attention=row.needs_attention,
        total=write(language, Money.of(Decimal(row.total), row.currency)),
    )


def age(language: Language, passed: timedelta) -> str:
    """A length of time as people say it: in its largest whole unit."""
    minutes = int(passed.total_seconds() // 60)
    if minutes < 1:
        return say(language, "desk.age.now")
    for unit, size in (("days", 24 * 60), ("hours", 60), ("minutes", 1)):
        if minutes >= size:
            return say(language, f"desk.age.{unit}", count=minutes // size)
    raise AssertionError("a minute is a minute")
