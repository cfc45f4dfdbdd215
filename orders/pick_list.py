"""A pick list: the goods of one order or many, the same articles together, in the order of the shelves."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from pydantic import BaseModel

from orders.order import Line
from orders.state import OrderState

_DIGITS: Final = re.compile(r"(\d+)")


class Share(BaseModel, frozen=True):
    """How many pieces of a row are for this line of this order."""

    store: str
    order_id: str
    number: str
    line_id: str
    quantity: int


class PickRow(BaseModel, frozen=True):
    """One article on one shelf, for all orders of the list together."""

    location: str
    sku: str
    barcode: str
    name: str
    options: tuple[str, ...]
    quantity: int
    shares: tuple[Share, ...]


class Wanted(NamedTuple):
    """What is to be taken from the shelves for one order, by line."""

    store: str
    order_id: str
    number: str
    lines: tuple[tuple[Line, int], ...]


def left_to_pick(lines: Iterable[Line], state: OrderState) -> tuple[tuple[Line, int], ...]:
    """The lines of an order of which something is still to be picked, and how many pieces."""
    found = ((line, state.line(line.line_id)) for line in lines)
    counted = ((line, state.to_pick(known) if known else 0) for line, known in found)
    return tuple((line, quantity) for line, quantity in counted if quantity > 0)


def pick_list(orders: Iterable[Wanted]) -> tuple[PickRow, ...]:
    """The rows of the list, shelf by shelf, then by SKU; goods without a shelf come last."""
    together: dict[tuple[str, str, str, str, tuple[str, ...]], list[Share]] = {}
    for order in orders:
        for line, quantity in order.lines:
            article = (line.location, line.sku, line.barcode, line.name, line.options)
            share = Share(
                store=order.store,
                order_id=order.order_id,
                number=order.number,
                line_id=line.line_id,
                quantity=quantity,
            )
            together.setdefault(article, []).append(share)
    rows = (
        PickRow(
            location=location,
            sku=sku,
            barcode=barcode,
            name=name,
            options=options,
            quantity=sum(share.quantity for share in shares),
            shares=tuple(shares),
        )
        for (location, sku, barcode, name, options), shares in together.items()
    )
    return tuple(sorted(rows, key=lambda row: by_shelf(row.location, row.sku, row.name)))


def by_shelf(location: str, sku: str, name: str) -> tuple[object, ...]:
    """Sorts as people walk: A-2 comes before A-10, and goods without a shelf come last."""
    return (not location, _natural(location), _natural(sku), name)


def _natural(text: str) -> tuple[tuple[int, int, str], ...]:
    return tuple(
        # `isdecimal` also knows the digits of other scripts, as int does.
        (0, int(part), "") if part.isdecimal() else (1, 0, part.casefold())
        for part in _DIGITS.split(text)
        if part
    )
