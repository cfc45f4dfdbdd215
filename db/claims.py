"""Claims: who works on an order now, so that two people do not pack it. A claim runs out by itself."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from pydantic import BaseModel

from db.pool import Connection
from db.queries import load

SQL = load("claims")
HOLDS_FOR: Final = timedelta(minutes=15)
"""From the claim, or from its last renewal."""


class Claim(BaseModel, frozen=True):
    """Somebody works on an order until then, by the clock of the database."""

    actor: str
    name: str
    since: datetime
    until: datetime
    taken_from: str | None = None
    """The actor who was at it before, and from whom it was taken over."""


class Claimed(NamedTuple):
    """It is claimed by whoever asked, now or before."""

    claim: Claim


class HeldBy(NamedTuple):
    """Somebody else has claimed it."""

    claim: Claim


class Act(BaseModel, frozen=True):
    """What was done about the claim on an order: `claimed`, `taken_over` (from whom) or `released`."""

    actor: str
    act: str
    taken_from: str | None
    at: datetime


async def claim(
    connection: Connection,
    store: str,
    order_id: str,
    actor: str,
    name: str,
    *,
    take_over: bool = False,
    holds_for: timedelta = HOLDS_FOR,
) -> Claimed | HeldBy:
    """Claim an order, or renew one's own claim. Of many who ask at once, one gets it.

    Somebody else's claim stays, unless it has run out or `take_over` says to take it over. The order must
    exist: ask `db.reading.store_of` first.
    """
    while True:
        row = await connection.fetchrow(SQL["claim"], store, order_id, actor, name, holds_for, take_over)
        if row is not None:
            return Claimed(_claim(dict(row)))
        held = await standing(connection, store, order_id)
        if held is not None and held.actor != actor:
            return HeldBy(held)
        # It ended between the two questions: then it is free.


async def release(connection: Connection, store: str, order_id: str, actor: str) -> bool:
    """End one's own claim; False if there was none. Somebody else's stays."""
    return await connection.fetchrow(SQL["release"], store, order_id, actor) is not None


async def standing(connection: Connection, store: str, order_id: str) -> Claim | None:
    """The claim that holds now."""
    return (await of_orders(connection, [(store, order_id)])).get((store, order_id))


async def of_orders(
    connection: Connection, orders: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], Claim]:
    """The claims that hold now on these orders, by store and order."""
    asked = list(orders)
    rows = await connection.fetch(
        SQL["of_orders"], [store for store, _ in asked], [order_id for _, order_id in asked]
    )
    return {(row["store"], row["order_id"]): _claim(dict(row)) for row in rows}


async def of_actor(connection: Connection, actor: str) -> dict[tuple[str, str], Claim]:
    """The orders somebody has claimed now, by store and order, the latest first."""
    rows = await connection.fetch(SQL["of_actor"], actor)
    return {(row["store"], row["order_id"]): _claim(dict(row)) for row in rows}


async def log(connection: Connection, store: str, order_id: str) -> tuple[Act, ...]:
    """Who claimed, took over and released an order, the oldest first."""
    return tuple(Act(**dict(row)) for row in await connection.fetch(SQL["log"], store, order_id))


def _claim(row: dict[str, object]) -> Claim:
    return Claim.model_validate({name: row[name] for name in Claim.model_fields})
