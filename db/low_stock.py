"""What runs low: products of which a shop has so many left, or fewer, as it wants to be told of."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from pydantic import BaseModel

from db import audit
from db.audit import Act, Doer
from db.pool import Connection
from db.queries import load
from orders.errors import OrderError, ProductNotFound
from orders.order import LineKind, Order
from orders.store import StoreSettings

SQL = load("low_stock")
LONGEST_SKU: Final = 100
CURSOR: Final = re.compile(rf"[a-z0-9][a-z0-9_-]{{0,39}}\|[^\u0000]{{1,{LONGEST_SKU}}}")
"""The store and the SKU."""


class LowProduct(BaseModel, frozen=True):
    """A product that runs low, and the order that said so, with its number."""

    store: str
    sku: str
    name: str
    stock_left: int
    low_limit: int
    order_id: str
    number: str
    since: datetime


class Page(NamedTuple):
    products: tuple[LowProduct, ...]
    next: str | None


async def take_counts(connection: Connection, order: Order, settings: StoreSettings) -> None:
    """Take what a new order says is left of its products, in the transaction that keeps the order. No query
    where it says nothing of a product that has a limit."""
    counts = counts_of(order, settings)
    if counts:
        # The limits are read anew: they may have changed since this order was planned.
        await connection.execute(SQL["beside_others"], order.store)
        await connection.execute(SQL["counted"], order.store, order.order_id, order.placed_at, counts)


def counts_of(order: Order, settings: StoreSettings) -> list[dict[str, Any]]:
    """What is left of each product with a limit; where lines of one product differ, the smallest number."""
    if not settings.has_limits:
        return []
    counts: dict[str, dict[str, Any]] = {}
    for line in order.lines:
        sku = line.sku.strip()
        limit = settings.limit_of(sku)
        if line.kind is not LineKind.PHYSICAL or not sku or line.stock_left is None or limit is None:
            continue
        known = counts.get(sku)
        if known is None or line.stock_left < known["stock_left"]:
            counts[sku] = {
                "sku": sku,
                "name": line.name,
                "stock_left": line.stock_left,
            }
    return list(counts.values())


async def hold_against(connection: Connection, store: str, settings: StoreSettings) -> None:
    """Hold what is known against the limits as they are now."""
    async with connection.transaction():
        await connection.execute(SQL["alone"], store)
        await connection.execute(SQL["lock"], store)
        for query in ("drop", "limited"):
            await connection.execute(SQL[query], store, settings.low_limit, settings.low_limits)


async def there_again(connection: Connection, doer: Doer, store: str, sku: str) -> None:
    """A person says that there are enough of it again: it runs low no more until a later order says so. This
    is written down where it did. Raises ProductNotFound where no order told of it."""
    async with connection.transaction():
        was_low = await connection.fetchval(SQL["there_again"], store, sku)
        if was_low:
            await audit.add(connection, doer, Act.STOCK_THERE_AGAIN, f"stock:{store}/{sku}")
        if was_low is None:
            raise ProductNotFound(sku)


async def page(
    connection: Connection,
    *,
    stores: Sequence[str] | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """What runs low, by store and SKU; the same cursor leads to the same place while products come and go.
    Raises OrderError for a cursor that nobody was given."""
    if cursor is not None and CURSOR.fullmatch(cursor) is None:
        raise OrderError("door.cursor_unreadable")
    store, _, sku = (cursor or "").partition("|")
    place = (store, sku) if cursor else (None, None)
    rows = await connection.fetch(SQL["page"], _listed(stores), *place, limit + 1)
    shown = tuple(LowProduct.model_validate(dict(row)) for row in rows[:limit])
    return Page(shown, f"{shown[-1].store}|{shown[-1].sku}" if len(rows) > limit else None)


async def longest(connection: Connection, stores: Sequence[str] | None, limit: int) -> tuple[LowProduct, ...]:
    """What has run low for longest, the oldest first."""
    rows = await connection.fetch(SQL["longest"], _listed(stores), limit)
    return tuple(LowProduct.model_validate(dict(row)) for row in rows)


async def count(connection: Connection, stores: Sequence[str] | None = None) -> int:
    """How many products run low."""
    return int(await connection.fetchval(SQL["count"], _listed(stores)))


async def claim(connection: Connection, store: str, digest_id: str) -> None:
    """What runs low and was told in no digest yet goes into this one."""
    await connection.execute(SQL["claim"], store, digest_id)


async def told(connection: Connection, store: str, digest_id: str) -> tuple[LowProduct, ...]:
    """What a digest speaks of, as far as it still runs low."""
    rows = await connection.fetch(SQL["told"], store, digest_id)
    return tuple(LowProduct.model_validate(dict(row)) for row in rows)


def _listed(stores: Sequence[str] | None) -> list[str] | None:
    return None if stores is None else list(stores)
