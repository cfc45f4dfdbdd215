"""The stores and their settings."""

from functools import lru_cache

from db import low_stock
from db.pool import Connection
from orders.as_kept import as_kept
from orders.errors import StoreNotFound
from orders.store import StoreSettings


@lru_cache(maxsize=256)
def read(text: str) -> StoreSettings:
    """Settings from their JSON; the same text is read once."""
    return as_kept(StoreSettings, text)


async def settings(connection: Connection, store: str) -> StoreSettings:
    """The settings of a store. Raises StoreNotFound."""
    found = await connection.fetchval("SELECT settings::text FROM stores WHERE store = $1", store)
    if found is None:
        raise StoreNotFound(store)
    return read(found)


async def locked(connection: Connection, store: str) -> StoreSettings:
    """The same, which nobody else changes before this transaction ends. Raises StoreNotFound."""
    # Not FOR UPDATE: an order that comes in meanwhile refers to this row, and must not wait.
    found = await connection.fetchval(
        "SELECT settings::text FROM stores WHERE store = $1 FOR NO KEY UPDATE", store
    )
    if found is None:
        raise StoreNotFound(store)
    return read(found)


async def add(connection: Connection, store: str, settings: StoreSettings) -> bool:
    """Set up a store; False, and nothing, where there is one of this name."""
    answer = await connection.execute(
        "INSERT INTO stores (store, settings) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        store,
        settings.model_dump(mode="json", exclude_defaults=True),
    )
    return str(answer) == "INSERT 0 1"


async def everything(connection: Connection) -> dict[str, StoreSettings]:
    rows = await connection.fetch("SELECT store, settings FROM stores ORDER BY store")
    return {row["store"]: as_kept(StoreSettings, row["settings"]) for row in rows}


async def keep(connection: Connection, store: str, settings: StoreSettings) -> None:
    """Set up a store, or change one. Orders under way keep the plan they started with; what runs low is held
    against the limits at once."""
    async with connection.transaction():
        await connection.execute(
            "INSERT INTO stores (store, settings) VALUES ($1, $2)"
            # What only a later release knows stays: it may run beside this one.
            " ON CONFLICT (store) DO UPDATE"
            " SET settings = (stores.settings - $3::text[]) || EXCLUDED.settings, changed_at = now()",
            store,
            settings.model_dump(mode="json", exclude_defaults=True),
            list(StoreSettings.model_fields),
        )
        await low_stock.hold_against(connection, store, settings)
