"""The pickup counter: which order waits for a code, and how those are counted who try codes."""

from typing import Final

from pydantic import BaseModel

from db import pickup_codes, reading, throttle
from db.pool import Connection
from db.throttle import Attempt, Limit
from db.vault import Vault

WRONG_CODES: Final = Limit(free=5, longest=throttle.CODE.longest)
"""Of one member of staff, or one key: who guesses waits."""


class WaitingOrder(BaseModel):
    store: str
    order_id: str
    number: str
    customer: str


class WaitingOrders(BaseModel):
    """One, or two where two orders have the same code by chance; none for a code that is not right."""

    orders: list[WaitingOrder]


def attempt(vault: Vault, who: str) -> Attempt:
    """How attempts at codes are counted, by who makes them."""
    return Attempt(vault.keyed_hash("counter", who), WRONG_CODES)


async def waiting_for(
    connection: Connection, vault: Vault, code: str, stores: tuple[str, ...] | None
) -> list[WaitingOrder]:
    """The orders that wait for this code."""
    found = []
    for store, order_id in await pickup_codes.waiting_with(connection, vault, code, stores):
        kept = await reading.order(connection, store, order_id)
        found.append(
            WaitingOrder(
                store=store, order_id=order_id, number=kept.number, customer=kept.order.customer.name
            )
        )
    return found
