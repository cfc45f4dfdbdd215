"""Packing in the making: what was scanned into a box, before the order is told that it was packed."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from db.pool import Connection
from db.queries import load
from orders.scan import Count

SQL = load("packing")


@asynccontextmanager
async def at_the_box(connection: Connection, store: str, order_id: str) -> AsyncIterator[None]:
    """While this lasts nobody else counts anything into a box of this order."""
    async with connection.transaction():
        await connection.execute(SQL["one_at_a_time"], store, order_id)
        yield


async def counts(connection: Connection, store: str, order_id: str, parcel: str) -> dict[str, int]:
    """How many units of each line lie in the box."""
    rows = await connection.fetch(SQL["counts"], store, order_id, parcel)
    return {row["line_id"]: row["quantity"] for row in rows}


async def known(
    connection: Connection, store: str, order_id: str, parcel: str, scan_id: str
) -> tuple[Count, ...]:
    """What this very scan counted before; empty if it is new."""
    rows = await connection.fetch(SQL["known"], store, order_id, parcel, scan_id)
    return tuple(Count(line_id=row["line_id"], quantity=row["quantity"]) for row in rows)


async def keep(
    connection: Connection,
    store: str,
    order_id: str,
    parcel: str,
    scan_id: str,
    counted: Iterable[Count],
    actor: str,
) -> None:
    """Keep what a scan counted. Ask `known` first, at the box."""
    for each in counted:
        await connection.execute(
            SQL["keep"], store, order_id, parcel, scan_id, each.line_id, each.quantity, actor
        )


async def named(
    connection: Connection, typed: str, stores: tuple[str, ...] | None
) -> tuple[tuple[str, str], ...]:
    """The orders that are called so, by store and id, open ones first."""
    rows = await connection.fetch(SQL["by_number"], typed, None if stores is None else list(stores))
    return tuple((row["store"], row["order_id"]) for row in rows)


async def waiting_for(
    connection: Connection, code: str, stores: tuple[str, ...] | None
) -> tuple[str, str] | None:
    """The order that has waited longest to be packed with this article in it."""
    row = await connection.fetchrow(SQL["by_article"], code, None if stores is None else list(stores))
    return None if row is None else (row["store"], row["order_id"])


async def article(connection: Connection, store: str, sku: str) -> str | None:
    """What this article was called in some order of the store."""
    name: str | None = await connection.fetchval(SQL["article"], store, sku)
    return name
