"""Pick lists as the API and the command line give them: of orders that are named, or of those that wait."""

from collections.abc import Sequence
from typing import Final

from pydantic import BaseModel, Field

from db import listing, reading
from db.listing import Filter, Queue
from db.pool import Connection
from orders.pick_list import PickRow, Wanted, left_to_pick, pick_list

MOST_ORDERS: Final = 50
"""On one list: more than anybody carries in one round."""


class PickListAnswer(BaseModel):
    """One list for several orders, its rows in the order of the shelves."""

    orders: list[str] = Field(description="The orders it is for, by id; the one that waits longest first.")
    rows: list[PickRow]


async def pick_list_of(
    connection: Connection, order_ids: Sequence[str], store: str | None, limit: int
) -> PickListAnswer:
    """What is to be taken from the shelves for these orders; where none is named, for the first so many that
    wait. Raises OrderNotFound."""
    if order_ids:
        names = [(await reading.store_of(connection, each, store), each) for each in dict.fromkeys(order_ids)]
    else:
        wanted = Filter(store=store, queue=Queue.TO_PICK, oldest_first=True, limit=limit)
        names = [(row.store, row.order_id) for row in (await listing.page(connection, wanted)).rows]
    kept = [await reading.order(connection, *name) for name in names]
    wishes = [
        Wanted(each.store, each.order_id, each.number, left_to_pick(each.order.lines, each.state))
        for each in kept
    ]
    return PickListAnswer(orders=[each.order_id for each in kept], rows=list(pick_list(wishes)))
