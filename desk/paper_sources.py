"""What papers are made of: orders with their stores, as they stand, and each paper's values out of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from db.notes import Note
from db.reading import Kept
from documents.addresses import address_lines
from documents.models import (
    AddressLabel,
    Goods,
    PackingSlip,
    PickList,
    PickOrder,
    PickRow,
    Share,
    Shop,
)
from documents.parcel_code import ParcelCode
from orders.errors import Refused
from orders.logo import Logo
from orders.order import Line
from orders.parcel import Parcel, ParcelLine
from orders.rules.contents import next_number
from orders.state import OrderState
from orders.store import Language, StoreSettings

LONGEST_NOTES: Final = 2000


class Source(NamedTuple):
    """An order, its store, and what staff wrote about it."""

    kept: Kept
    settings: StoreSettings
    logo: Logo | None
    notes: tuple[Note, ...] = ()

    @property
    def state(self) -> OrderState:
        return OrderState(plan=self.kept.plan, **dict(self.kept.facts))

    @property
    def lines(self) -> dict[str, Line]:
        return {line.line_id: line for line in self.kept.order.lines}

    @property
    def customers_language(self) -> Language:
        return self.settings.language_for(self.kept.order.locale)

    @property
    def shop(self) -> Shop:
        look = self.settings.look
        return Shop(
            name=look.name,
            address=look.address,
            website=look.website,
            phone=look.phone,
            mail=self.settings.reply_to or self.settings.mail_from,
            tax_number=look.tax_number,
            colour=look.colour,
            logo=self.logo,
            time_zone=self.settings.time_zone,
        )

    @property
    def name(self) -> str:
        return f"{self.kept.store}/{self.kept.order_id}"


class Box(NamedTuple):
    """A parcel, or what will be one."""

    parcel: str
    lines: tuple[ParcelLine, ...]
    made: Parcel | None = None


def boxes(source: Source, parcel: str | None) -> tuple[Box, ...]:
    """The parcels of an order that papers are printed for: the one that is named; else those in the shop;
    else all that is in no parcel yet, as the next one; else those that have left. Raises Refused for a
    parcel there is not; empty for an order without goods."""
    state = source.state
    if parcel is not None:
        return (_named(source, state, parcel),)
    open_ones = [each for each in state.live_parcels if each.is_open]
    if open_ones:
        return tuple(_box(each) for each in open_ones)
    if left := _to_pack(state):
        return (Box(next_number(state), left),)
    return tuple(_box(each) for each in state.live_parcels)


def slip(source: Source, box: Box) -> PackingSlip:
    order = source.kept.order
    language = source.customers_language
    lines = source.lines
    later = () if box.made is None else _to_pack(source.state)
    return PackingSlip(
        language=language,
        shop=source.shop,
        order_number=order.number,
        placed_at=order.placed_at,
        address=_address(source, language),
        method=order.method,
        option=order.fulfillment.option if order.fulfillment else "",
        code=_code(source, box),
        goods=tuple(goods(lines[each.line_id], each.quantity) for each in box.lines),
        later=tuple(goods(lines[each.line_id], each.quantity) for each in later),
    )


def label(source: Source, box: Box) -> AddressLabel:
    order = source.kept.order
    address = order.shipping_address
    return AddressLabel(
        language=source.settings.language,
        shop=source.shop,
        order_number=order.number,
        address=_address(source, source.settings.language),
        method=order.method,
        option=order.fulfillment.option if order.fulfillment else "",
        phone=(address.phone if address else None) or order.customer.phone or "",
        instructions=order.fulfillment.instructions if order.fulfillment else "",
        code=_code(source, box),
        weight_grams=box.made.weight_grams if box.made else None,
        carrier=(box.made.carrier if box.made else None) or "",
        tracking_number=(box.made.tracking_number if box.made else None) or "",
    )


def pick_list(sources: Sequence[Source], printed_at: datetime) -> PickList:
    """One list for all of these orders, in the language of the first one's shop."""
    several = len({source.kept.store for source in sources}) > 1
    first = sources[0]
    return PickList(
        language=first.settings.language,
        shop=first.shop,
        printed_at=printed_at,
        orders=tuple(_pick_order(source, several) for source in sources),
        rows=tuple(_rows(sources, several)),
    )


def goods(line: Line, quantity: int) -> Goods:
    return Goods(name=line.name, quantity=quantity, sku=line.sku, options=line.options)


def _named(source: Source, state: OrderState, parcel: str) -> Box:
    known = state.parcel(parcel)
    if known is not None and known in state.live_parcels:
        return _box(known)
    left = _to_pack(state)
    if known is None and left and parcel == next_number(state):
        return Box(parcel, left)
    raise Refused("papers.refused.no_parcel", number=source.kept.number, parcel=parcel)


def _box(parcel: Parcel) -> Box:
    return Box(parcel.parcel, parcel.lines, parcel)


def _to_pack(state: OrderState) -> tuple[ParcelLine, ...]:
    return tuple(
        ParcelLine(line_id=line.line_id, quantity=quantity)
        for line in state.lines
        if (quantity := state.to_pack(line)) > 0
    )


def _code(source: Source, box: Box) -> ParcelCode:
    return ParcelCode(source.kept.store, source.kept.order_id, box.parcel)


def _address(source: Source, language: Language) -> tuple[str, ...]:
    """Where it goes; of an order that is collected, who comes for it."""
    order = source.kept.order
    if order.shipping_address is not None:
        return address_lines(order.shipping_address, language)
    return tuple(line for line in (order.customer.name, order.customer.phone) if line)


def _number(source: Source, several: bool) -> str:
    """Two stores may both have an order 1042."""
    return f"{source.kept.store} {source.kept.number}" if several else source.kept.number


def _rows(sources: Iterable[Source], several: bool) -> list[PickRow]:
    shares: dict[tuple[str, str, str, str, tuple[str, ...]], list[Share]] = {}
    for source in sources:
        state = source.state
        for line in source.kept.order.lines:
            standing = state.line(line.line_id)
            quantity = state.to_pick(standing) if standing else 0
            if quantity > 0:
                article = (line.location.strip(), line.sku, line.barcode, line.name, line.options)
                shares.setdefault(article, []).append(
                    Share(order_number=_number(source, several), quantity=quantity)
                )
    return [
        PickRow(
            goods=Goods(name=name, quantity=sum(each.quantity for each in of), sku=sku, options=options),
            shares=tuple(of),
            location=location,
            barcode=barcode,
        )
        for (location, sku, barcode, name, options), of in shares.items()
    ]


def _pick_order(source: Source, several: bool) -> PickOrder:
    order, state = source.kept.order, source.state
    address = order.shipping_address
    notes = [order.staff_note, *(note.text for note in source.notes)]
    return PickOrder(
        number=_number(source, several),
        customer=order.customer.name or (address.name if address else ""),
        method=order.method,
        option=order.fulfillment.option if order.fulfillment else "",
        comment=order.comment,
        staff_note=" / ".join(note for note in notes if note.strip())[:LONGEST_NOTES],
        is_done=not state.waits_for_picking,
    )
