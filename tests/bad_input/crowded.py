"""Orders with another string of the corpus in each of their fields, so that few orders carry all of them."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from orders.errors import OrderUnreadable
from starter import arrivals
from tests.bad_input.bodies import a_full_order
from tests.bad_input.corpus import Bad, Steps, put

PERSONAL: Final[tuple[Steps, ...]] = (
    ("number",),
    ("customer", "name"),
    ("lines", 0, "name"),
    ("lines", 0, "options", 0),
    ("lines", 0, "sku"),
    ("shipping_address", "name"),
    ("shipping_address", "company"),
    ("shipping_address", "lines", 0),
    ("shipping_address", "city"),
    ("billing_address", "state"),
    ("fulfillment", "option"),
    ("payment", "method"),
    ("comment",),
    ("staff_note",),
)
"""Fields of words that people write; the last ones take the longest."""


class Crowded(NamedTuple):
    """An order that the door takes, and the strings in its fields."""

    body: dict[str, Any]
    held: list[str]


def crowded(strings: Iterable[Bad]) -> tuple[list[Crowded], list[Bad]]:
    """Orders that hold these strings, one after the other; and the strings that no field takes."""
    left, made, refused = list(reversed(list(strings))), list[Crowded](), list[Bad]()
    while left:
        order = Crowded(a_full_order(), [])
        for way in PERSONAL:
            if not left:
                break
            spoilt = put(order.body, way, left[-1].text)
            try:
                arrivals.read(spoilt)
            except OrderUnreadable:
                # Too long for this field, or for all of them.
                if way == PERSONAL[-1] or len(left[-1].text) > 4000:
                    refused.append(left.pop())
                continue
            order = Crowded(spoilt, [*order.held, left.pop().text])
        made.append(order)
    return made, refused
