"""What the order page shows of the goods: the lines with their units, and the parcels they lie in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel

from db.reading import Kept
from orders.money import Money
from orders.order import Line
from orders.parcel import Parcel, ParcelState
from orders.paths import tracking_link
from orders.state import OrderState
from orders.store import Language, StoreSettings
from orders.units import Units
from orders.words import say, write

Column = Literal["ordered", "cancelled", "picked", "packed", "shipped", "delivered", "returned"]
COLUMNS: Final[tuple[Column, ...]] = (
    "ordered",
    "cancelled",
    "picked",
    "packed",
    "shipped",
    "delivered",
    "returned",
)

PARCEL_TONE: Final[dict[ParcelState, str]] = {
    ParcelState.PACKED: "warn",
    ParcelState.LABELLED: "warn",
    ParcelState.SHIPPED: "ok",
    ParcelState.READY_FOR_PICKUP: "warn",
    ParcelState.COLLECTED: "ok",
    ParcelState.OUT_FOR_DELIVERY: "ok",
    ParcelState.DELIVERY_FAILED: "bad",
    ParcelState.DELIVERED: "ok",
    ParcelState.VOID: "done",
}


class LineView(BaseModel, frozen=True):
    line_id: str
    name: str
    kind: str
    is_physical: bool
    options: tuple[str, ...]
    sku: str
    barcode: str
    location: str
    files: tuple[str, ...]
    is_issued: bool
    units: Units
    unit_price: str
    price: str


class LinesView(BaseModel, frozen=True):
    columns: tuple[Column, ...]
    """Those that say something; the others are zero on every line."""
    rows: tuple[LineView, ...]
    pieces: int


class ContentView(BaseModel, frozen=True):
    name: str
    quantity: int


class ParcelView(BaseModel, frozen=True):
    name: str
    state: str
    tone: str
    since: datetime
    by: str
    contents: tuple[ContentView, ...]
    carrier: str
    tracking_number: str
    tracking_link: str | None
    also_on: tuple[str, ...]
    """Other orders under the same tracking number."""
    weight: str
    labels: int
    attempts: int
    is_void: bool
    is_to_be_packed: bool


def lines_view(kept: Kept, state: OrderState, language: Language) -> LinesView:
    rows = tuple(_line(line, state, kept.order.currency, language) for line in kept.order.lines)
    columns = tuple(
        column for column in COLUMNS if column == "ordered" or any(getattr(row.units, column) for row in rows)
    )
    return LinesView(columns=columns, rows=rows, pieces=sum(line.quantity for line in kept.order.lines))


def _line(line: Line, state: OrderState, currency: str, language: Language) -> LineView:
    known = state.line(line.line_id)
    price = Money.of(line.unit_price, currency)
    return LineView(
        line_id=line.line_id,
        name=line.name,
        kind=say(language, f"desk_order.kind.{line.kind}"),
        is_physical=line.kind == "physical",
        options=line.options,
        sku=line.sku,
        barcode=line.barcode,
        location=line.location,
        files=line.files,
        is_issued=known is not None and known.issued,
        units=known.units if known is not None else Units(ordered=line.quantity),
        unit_price=write(language, price),
        price=write(language, Money(minor=price.minor * line.quantity, currency=currency)),
    )


def parcels_view(
    kept: Kept,
    state: OrderState,
    settings: StoreSettings,
    language: Language,
    who: dict[str, str],
    others: Mapping[str, tuple[str, ...]],
) -> tuple[ParcelView, ...]:
    names = {line.line_id: line.name for line in kept.order.lines}
    return tuple(_parcel(each, kept, settings, language, names, who, others) for each in state.parcels)


def _parcel(
    parcel: Parcel,
    kept: Kept,
    settings: StoreSettings,
    language: Language,
    names: dict[str, str],
    who: dict[str, str],
    others: Mapping[str, tuple[str, ...]],
) -> ParcelView:
    link = tracking_link(
        settings.tracking_links, parcel.carrier, parcel.tracking_number, kept.order.shipping_address
    )
    weight = parcel.weight_grams
    return ParcelView(
        name=parcel.parcel,
        state=say(language, f"desk_order.parcel_state.{parcel.state}"),
        tone=PARCEL_TONE[parcel.state],
        since=parcel.since,
        by=who.get(parcel.by, parcel.by),
        contents=tuple(
            ContentView(name=names.get(line.line_id, line.line_id), quantity=line.quantity)
            for line in parcel.lines
        ),
        carrier=parcel.carrier or "",
        tracking_number=parcel.tracking_number or "",
        tracking_link=link,
        also_on=() if parcel.state is ParcelState.VOID else others.get(parcel.tracking_number or "", ()),
        weight=say(language, "desk_order.parcel.grams", count=weight) if weight else "",
        labels=parcel.labels,
        attempts=parcel.attempts,
        is_void=parcel.state is ParcelState.VOID,
        is_to_be_packed=parcel.is_to_be_packed,
    )
