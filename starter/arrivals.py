"""Arrivals: what was handed over at the front door becomes an order with its plan and its first state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from db.intake import Arrival
from orders.change import Entry, Outcome
from orders.errors import OrderUnreadable
from orders.money import Money
from orders.order import EARLIEST_YEAR, LATEST_YEAR, LineKind, Order, in_our_time
from orders.parcel import Parcel, ParcelLine, ParcelState
from orders.plan import Plan, plan_for
from orders.problems import WrongField, problem, problem_of
from orders.rules.closing import headline
from orders.rules.placing import place
from orders.sentence import Sentence, sentence
from orders.state import OrderFacts, OrderLine
from orders.store import StoreSettings
from orders.units import Units
from starter import ecwid


@dataclass(frozen=True)
class Foreign:
    """What another system said of an order besides the order itself."""

    order: Order
    warnings: tuple[Sentence, ...]
    paid: Money | None = None
    refunded: Money | None = None
    holds: tuple[str, ...] = ()
    past: ecwid.History | None = None

    @classmethod
    def of(cls, reading: ecwid.Live | ecwid.History) -> "Foreign":
        if isinstance(reading, ecwid.History):
            return cls(reading.order, reading.warnings, past=reading)
        return cls(reading.order, reading.warnings, reading.paid, reading.refunded, reading.holds)

    def mark(self) -> dict[str, Any]:
        """What makes it this order and no other: a store exports the same order again with other statuses
        and dates, and it is still the same."""
        body = self.order.model_dump(mode="json", exclude={"placed_at", "staff_note"})
        body["payment"].pop("status")
        for line in body["lines"]:
            line.pop("barcode", None)  # Not read at first: an order that came before is still the same.
            line.pop("stock_left", None)  # Nor this, and the store goes on counting.
        return body


def read(body: object) -> Order:
    """An order of our own format. Raises OrderUnreadable with the path of every field that is wrong."""
    try:
        order = Order.model_validate(body)
    except ValidationError as error:
        raise unreadable(error) from None
    # Asked here and not of every Order: what was kept before is read as one too, and not judged again.
    try:
        in_our_time(order.placed_at)
    except ValueError:
        wrong = problem("not_in_our_time", first=EARLIEST_YEAR, last=LATEST_YEAR)
        raise OrderUnreadable.of(("placed_at", wrong)) from None
    return order


def mark(order: Order) -> dict[str, Any]:
    """What makes an order of our own format this order and no other. What is left in stock is no part of it:
    a checkout that asks again may have counted anew."""
    body = order.model_dump(mode="json")
    for line in body["lines"]:
        line.pop("stock_left", None)
    return body


def unreadable(error: ValidationError, skip: int = 0) -> OrderUnreadable:
    """A validation error as ours: each problem with the path of its field, at most 20 of them."""
    found = error.errors(include_url=False, include_input=False)
    return OrderUnreadable.of(*((_path(each, skip)[:200], problem_of(each)) for each in found[:20]))


def _path(error: ErrorDetails, skip: int) -> str:
    parts = [str(part) for part in error["loc"][skip:]]
    if error["type"].startswith("union_tag_"):
        return "type"  # Which shape it is to have is told by this field, and that is what is wrong.
    beside_others = error.get("ctx", {}).get("error")
    if isinstance(beside_others, WrongField):
        parts.append(beside_others.field)
    return ".".join(parts)


def arrival(
    order: Order,
    settings: StoreSettings,
    at: datetime,
    format_: str,
    mark: bytes,
    foreign: Foreign | None,
) -> Arrival:
    """The order with its plan and its first state, as it will be kept."""
    said = foreign or Foreign(order, ())
    plan = plan_for(order, settings, at, paid=said.paid, refunded=said.refunded, holds=said.holds)
    if said.past is not None:
        return _history(order, plan, at, format_, mark, said.past)
    placed = place(plan)
    first = headline(placed.state)
    warnings = list(said.warnings)
    return Arrival(
        order=order,
        format=format_,
        fingerprint=mark,
        plan=plan,
        payment_status=first.payment_status,
        fulfillment_status=first.fulfillment_status,
        is_open=first.is_open,
        needs_attention=first.needs_attention,
        due_at=first.due_at,
        due_for=first.due_for,
        tasks=first.tasks,
        facts=placed.state.facts,
        entries=(*placed.entries, *_noted(warnings)),
        mails=tuple(placed.mails),
    )


def _history(
    order: Order, plan: Plan, at: datetime, format_: str, mark: bytes, past: ecwid.History
) -> Arrival:
    """An order that was over before it came: in the list as it is, with no workflow and no mail."""
    status = past.fulfillment_status
    lines = tuple(
        OrderLine(
            line_id=line.line_id,
            kind=line.kind,
            units=_units_in_the_past(line.quantity, status),
            unit_minor=line.unit_minor,
            has_files=line.has_files,
            issued=line.kind is not LineKind.PHYSICAL,
        )
        for line in plan.lines
    )
    parcels = _parcels_in_the_past(lines, at, status, past.tracking_number)
    facts = OrderFacts(lines=lines, parcels=parcels, moved_at=at, cancelled=status == "WILL_NOT_DELIVER")
    entry = Entry(
        kind="placed", outcome=Outcome.APPLIED, actor="checkout", text=sentence("door.history", status=status)
    )
    return Arrival(
        order=order,
        format=format_,
        fingerprint=mark,
        plan=plan,
        payment_status=past.payment_status,
        fulfillment_status=status,
        is_open=False,
        needs_attention=False,
        due_at=None,
        due_for=None,
        facts=facts,
        entries=(entry, *_noted(past.warnings)),
        is_history=True,
    )


def _noted(warnings: Sequence[Sentence]) -> list[Entry]:
    return [
        Entry(kind="warning", outcome=Outcome.APPLIED, actor="pakhuis", text=warning) for warning in warnings
    ]


def _units_in_the_past(quantity: int, status: str) -> Units:
    match status:
        case "SHIPPED" | "OUT_FOR_DELIVERY":
            return Units(ordered=quantity, shipped=quantity)
        case "DELIVERED":
            return Units(ordered=quantity, shipped=quantity, delivered=quantity)
        case "RETURNED":
            return Units(ordered=quantity, shipped=quantity, delivered=quantity, returned=quantity)
        case "WILL_NOT_DELIVER":
            return Units(ordered=quantity, cancelled=quantity)
        case _:
            return Units(ordered=quantity)


def _parcels_in_the_past(
    lines: tuple[OrderLine, ...], at: datetime, status: str, tracking_number: str | None
) -> tuple[Parcel, ...]:
    goods = tuple(
        ParcelLine(line_id=line.line_id, quantity=line.units.ordered) for line in lines if line.is_physical
    )
    if not goods or status not in ("SHIPPED", "OUT_FOR_DELIVERY", "DELIVERED", "RETURNED"):
        return ()
    there = status in ("DELIVERED", "RETURNED")
    state = ParcelState.DELIVERED if there else ParcelState.SHIPPED
    return (Parcel(parcel="1", state=state, since=at, lines=goods, tracking_number=tracking_number),)
