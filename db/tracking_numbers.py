"""Whose parcel it is: the same tracking number on two orders is one box for both, or a slip of the hand."""

from collections.abc import Iterable
from typing import Final

from db.listing import containing
from db.pool import Connection
from db.queries import load
from orders.searchable import searchable

SQL = load("tracking_numbers")
SHORTEST: Final = 6
"""Shorter ones are no carrier's: many orders share them, and the index does not help to find them."""
MOST_NAMED: Final = 3


async def others_with(
    connection: Connection, store: str, order_id: str, tracking_numbers: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """The numbers of other orders of this store, the latest three, that have a parcel under the same tracking
    number. Numbers that stand on no other order are left out."""
    asked = sorted({each for each in tracking_numbers if len(each) >= SHORTEST})
    if not asked:
        return {}
    patterns = [containing(searchable(each)) for each in asked]
    found: dict[str, tuple[str, ...]] = {}
    for row in await connection.fetch(SQL["others"], store, order_id, asked, patterns, MOST_NAMED):
        found[row["tracking_number"]] = (*found.get(row["tracking_number"], ()), row["number"])
    return found
