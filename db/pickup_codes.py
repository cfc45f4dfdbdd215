"""Pickup codes: what a customer shows at the counter, one per order."""

import hmac
import secrets
from typing import Final

from db.pool import Connection
from db.queries import load
from db.vault import Vault
from orders.codes import Random, new_pickup_code, read_pickup_code

SQL = load("pickup_codes")
PURPOSE: Final = "pickup code"


async def make(
    connection: Connection,
    vault: Vault,
    store: str,
    order_id: str,
    *,
    randbelow: Random = secrets.randbelow,
) -> None:
    """Give the order its code; the first one stays, however often this is asked."""
    code = new_pickup_code(randbelow)
    place = _place(store, order_id)
    sealed = vault.seal(PURPOSE, code.encode(), place)
    await connection.execute(SQL["make"], store, order_id, sealed, vault.keyed_hash(PURPOSE, place + code))


async def read(connection: Connection, vault: Vault, store: str, order_id: str) -> str | None:
    """The code, for the customer's mail and page; None if the order has none. Raises CannotOpen."""
    sealed = await connection.fetchval(SQL["sealed"], store, order_id)
    return None if sealed is None else vault.open(PURPOSE, sealed, _place(store, order_id)).decode()


async def check(connection: Connection, vault: Vault, store: str, order_id: str, typed: str) -> bool:
    """Whether this is the code of the order; blanks and dashes do not matter. Takes the same time whichever
    digits are wrong."""
    known = await connection.fetchval(SQL["hash"], store, order_id)
    code = read_pickup_code(typed)
    if known is None or code is None:
        return False
    hashes = vault.keyed_hashes(PURPOSE, _place(store, order_id) + code)
    return any(hmac.compare_digest(known, each) for each in hashes)


async def waiting_with(
    connection: Connection, vault: Vault, typed: str, stores: tuple[str, ...] | None
) -> tuple[tuple[str, str], ...]:
    """The orders that wait at the counter for this code, by store and id: one, or two by chance. `stores` are
    those that whoever asks may see; None for all."""
    code = read_pickup_code(typed)
    if code is None:
        return ()
    found = []
    for row in await connection.fetch(SQL["waiting"], None if stores is None else list(stores)):
        place = (row["store"], row["order_id"])
        hashes = vault.keyed_hashes(PURPOSE, _place(*place) + code)
        if any(hmac.compare_digest(row["code_hash"], each) for each in hashes):
            found.append(place)
    return tuple(found)


def _place(store: str, order_id: str) -> str:
    return f"{store}/{order_id}/"
