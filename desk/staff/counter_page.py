"""The pickup counter as pages: the code, and what is handed to whoever brought it."""

from collections.abc import Sequence
from typing import Final, Literal
from urllib.parse import quote

from pydantic import BaseModel

from db.notes import Note
from db.reading import Kept
from desk.staff.order_rows import order_href
from desk.staff.packing_page import Waiting, pack_href
from desk.staff.shell import fresh_command_id
from orders.money import Money
from orders.order import Line
from orders.parcel import Parcel, ParcelState
from orders.store import Language
from orders.words import write

COUNTER: Final = "/desk/counter"


class Choice(BaseModel, frozen=True):
    """One of the orders that wait, or of those that have the same code."""

    href: str
    number: str
    customer: str
    age: str = ""


class CounterStart(BaseModel, frozen=True):
    template: Literal["staff/counter.html"] = "staff/counter.html"
    problem: str = ""
    waiting: tuple[Choice, ...] = ()
    same_code: tuple[Choice, ...] = ()


class Goods(BaseModel, frozen=True):
    quantity: int
    name: str
    sku: str
    options: tuple[str, ...]


class Handed(BaseModel, frozen=True):
    """A parcel at the counter."""

    parcel: str
    goods: tuple[Goods, ...]


class CounterOrder(BaseModel, frozen=True):
    template: Literal["staff/counter_order.html"] = "staff/counter_order.html"
    href: str
    order_href: str
    pack_href: str
    number: str
    customer: str
    phone: str
    parcels: tuple[Handed, ...]
    remarks: tuple[str, ...]
    to_pay: str
    """Empty where nothing is left to pay."""
    left: int
    """Units that do not lie ready."""
    code: str
    """The code that was typed, where it is this order's."""
    problem: str
    problems: dict[str, str]
    reason: str
    command_id: str


def counter_href(store: str, order_id: str) -> str:
    return f"{COUNTER}/{quote(store)}/{quote(order_id)}"


def choices(waiting: Sequence[Waiting]) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            href=counter_href(each.store, each.order_id),
            number=each.number,
            customer=each.customer,
            age=each.age,
        )
        for each in waiting
    )


def ready(kept: Kept) -> tuple[Parcel, ...]:
    """The parcels that lie at the counter."""
    return tuple(each for each in kept.state.parcels if each.state is ParcelState.READY_FOR_PICKUP)


def counter_order(
    language: Language,
    kept: Kept,
    notes: Sequence[Note],
    *,
    code: str = "",
    problem: str = "",
    problems: dict[str, str] | None = None,
    reason: str = "",
) -> CounterOrder:
    """What is handed over of this order; `code` is known to be its own."""
    order, state = kept.order, kept.state
    lines = {line.line_id: line for line in order.lines}
    due = Money(minor=kept.due_minor, currency=order.currency)
    lying = ready(kept)
    return CounterOrder(
        href=counter_href(kept.store, kept.order_id),
        order_href=order_href(kept.store, kept.order_id),
        pack_href=pack_href(kept.store, kept.order_id),
        number=kept.number,
        customer=order.customer.name or order.customer.email or "",
        phone=order.customer.phone or "",
        parcels=tuple(_handed(each, lines) for each in lying),
        remarks=tuple(text for text in (order.staff_note, *(note.text for note in notes)) if text),
        to_pay=write(language, due) if kept.due_minor > 0 else "",
        left=sum(line.units.to_ship for line in state.lines if line.is_physical)
        - sum(line.quantity for parcel in lying for line in parcel.lines),
        code=code,
        problem=problem,
        problems=problems or {},
        reason=reason,
        command_id=fresh_command_id(),
    )


def _handed(parcel: Parcel, lines: dict[str, Line]) -> Handed:
    goods = tuple(
        Goods(quantity=each.quantity, name=line.name, sku=line.sku, options=line.options)
        for each in parcel.lines
        if (line := lines.get(each.line_id)) is not None
    )
    return Handed(parcel=parcel.parcel, goods=goods)
