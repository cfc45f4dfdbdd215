"""The list of orders as a page: its saved views, its filters, its rows."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, Literal, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from db import listing
from db.listing import Filter, Queue
from desk.staff.order_rows import OrderRow, order_row
from orders.order import FulfillmentMethod
from orders.paper import PaperKind
from orders.status import FulfillmentStatus, PaymentStatus
from orders.store import Language, StoreSettings
from orders.words import TIME_ZONE, say

ORDERS: Final = "/desk/orders"
MOST_COUNTED: Final = 1000
WORK: Final = (
    Queue.TO_PICK,
    Queue.TO_PACK,
    Queue.TO_HAND_OVER,
    Queue.PICKUP_WAITING,
    Queue.UNPAID,
    Queue.HELD,
)
"""Views of work to be done: what waits longest comes first."""


class Option(BaseModel, frozen=True):
    value: str
    name: str


class Choice(BaseModel, frozen=True):
    """One filter with what can be chosen."""

    field: str
    label: str
    options: tuple[Option, ...]
    chosen: str


class View(BaseModel, frozen=True):
    name: str
    href: str
    is_here: bool
    count: int | None


class Asked(BaseModel, frozen=True):
    """What an address asks to see. What it says wrongly is left out: no list fails for a slip of the pen."""

    view: Queue | None = None
    q: str = ""
    payment: PaymentStatus | None = None
    fulfillment: FulfillmentStatus | None = None
    method: FulfillmentMethod | None = None
    store: str = ""
    placed_from: date | None = None
    placed_to: date | None = None
    attention: bool = False
    after: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        known = {}
        for name in cls.model_fields:
            value = query.get(name, "")[:400].replace("\x00", "")
            if not value:
                continue
            try:
                known[name] = getattr(cls.model_validate({name: value}), name)
            except ValidationError:
                continue
        if "after" in known and listing.CURSOR.fullmatch(known["after"]) is None:
            del known["after"]
        return cls(**known)

    @property
    def number_of_filters(self) -> int:
        chosen = (self.payment, self.fulfillment, self.method, self.store, self.placed_from, self.placed_to)
        return sum(bool(each) for each in (*chosen, self.attention))

    def address(self, **changes: object) -> str:
        """The address of this list, or of one like it."""
        values = {**self.model_dump(mode="json"), **changes}
        if values["attention"]:
            values["attention"] = "yes"
        query = urlencode({name: value for name, value in values.items() if value})
        return f"{ORDERS}?{query}" if query else ORDERS

    def filter(self, stores: tuple[str, ...] | None, time_zone: str) -> Filter:
        zone = ZoneInfo(time_zone)

        def moment(day: date | None, days: int = 0) -> datetime | None:
            # The first and the last days of the calendar have no day before or after them.
            if day is None or not 1900 <= day.year <= 9000:
                return None
            return datetime.combine(day + timedelta(days=days), time(), zone).astimezone(UTC)

        return Filter(
            stores=stores,
            store=self.store or None,
            queue=self.view,
            payment_status=(self.payment,) if self.payment else (),
            fulfillment_status=(self.fulfillment,) if self.fulfillment else (),
            method=(self.method,) if self.method else (),
            attention=True if self.attention else None,
            placed_from=moment(self.placed_from),
            placed_to=moment(self.placed_to, days=1),
            q=self.q or None,
            cursor=self.after or None,
            oldest_first=self.view in WORK,
        )


class AtHand(NamedTuple):
    """What is done most with many orders of a view: it has a button of its own."""

    papers: tuple[PaperKind, ...] = ()
    steps: tuple[str, ...] = ()


AT_HAND: Final[Mapping[Queue | None, AtHand]] = {
    None: AtHand((PaperKind.PICK_LIST, PaperKind.PACKING_SLIP)),
    Queue.TO_PICK: AtHand((PaperKind.PICK_LIST,), ("picked",)),
    Queue.TO_PACK: AtHand((PaperKind.PACKING_SLIP,), ("packed",)),
    Queue.TO_HAND_OVER: AtHand((PaperKind.ADDRESS_LABEL,), ("shipped",)),
    Queue.HELD: AtHand(steps=("release",)),
}


class OrdersPage(BaseModel, frozen=True):
    template: Literal["staff/orders.html"] = "staff/orders.html"
    views: tuple[View, ...]
    choices: tuple[Choice, ...]
    q: str
    queue: str
    placed_from: str
    placed_to: str
    attention: bool
    filtered: int
    rows: tuple[OrderRow, ...]
    how_many: str
    older: str | None
    here: str
    at_hand: AtHand = AtHand()
    may_fulfil: bool = True


def views(language: Language, asked: Asked, counted: Mapping[Queue, int]) -> tuple[View, ...]:
    """The saved views, with what waits in each; the search goes along from one to the next."""
    everything = View(
        name=say(language, "desk.queue.all"),
        href=Asked(q=asked.q).address(),
        is_here=asked.view is None,
        count=None,
    )
    return (
        everything,
        *(
            View(
                name=say(language, f"desk.queue.{queue}"),
                href=Asked(q=asked.q, view=queue).address(),
                is_here=asked.view is queue,
                count=counted[queue],
            )
            for queue in Queue
        ),
    )


def orders_page(
    language: Language,
    asked: Asked,
    found: listing.Page,
    number: int,
    counted: Mapping[Queue, int],
    stores: Mapping[str, StoreSettings],
    now: datetime,
) -> OrdersPage:
    """The page of what was found; `stores` are those its reader sees."""
    several = len(stores) > 1
    return OrdersPage(
        views=views(language, asked, counted),
        choices=_choices(language, asked, stores),
        q=asked.q,
        queue=str(asked.view or ""),
        placed_from=str(asked.placed_from or ""),
        placed_to=str(asked.placed_to or ""),
        attention=asked.attention,
        filtered=asked.number_of_filters,
        rows=rows(language, found.rows, stores, now, several=several),
        how_many=_how_many(language, number),
        older=asked.address(after=found.next) if found.next else None,
        here=asked.address(after=""),
        at_hand=AT_HAND.get(asked.view, AtHand()),
    )


def rows(
    language: Language,
    found: Sequence[listing.Row],
    stores: Mapping[str, StoreSettings],
    now: datetime,
    *,
    several: bool,
) -> tuple[OrderRow, ...]:
    """Rows as they are drawn; each store's moments in its own time zone."""
    drawn = []
    for row in found:
        settings = stores.get(row.store)
        zone = settings.time_zone if settings else TIME_ZONE
        name = (settings.look.name if settings else row.store) if several else ""
        drawn.append(order_row(row, language, zone, now, store_name=name))
    return tuple(drawn)


def _how_many(language: Language, number: int) -> str:
    if number >= MOST_COUNTED:
        return say(language, "desk.list.found_many", count=MOST_COUNTED - 1)
    return say(language, "desk.list.found", count=number)


def _choices(language: Language, asked: Asked, stores: Mapping[str, StoreSettings]) -> tuple[Choice, ...]:
    def choice(field: str, label: str, catalogue: str, values: type[StrEnum], chosen: object) -> Choice:
        options = tuple(
            Option(value=value, name=say(language, f"desk.{catalogue}.{value}")) for value in values
        )
        return Choice(
            field=field, label=say(language, f"desk.list.{label}"), options=options, chosen=str(chosen or "")
        )

    choices = [
        choice("payment", "payment", "payment_status", PaymentStatus, asked.payment),
        choice("fulfillment", "fulfillment", "fulfillment_status", FulfillmentStatus, asked.fulfillment),
        choice("method", "method", "method", FulfillmentMethod, asked.method),
    ]
    if len(stores) > 1:
        options = tuple(Option(value=store, name=known.look.name) for store, known in stores.items())
        label = say(language, "desk.list.store")
        choices.append(Choice(field="store", label=label, options=options, chosen=asked.store))
    return tuple(choices)
