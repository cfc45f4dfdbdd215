"""Managing stores: the same for desk, API and command line, each change written down in the audit."""

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from db import audit, stores
from db.audit import Act, Doer, Entry
from db.pool import Connection, Pool, within_reach
from orders.errors import OrderUnreadable, StoreNotFound
from orders.store import StoreSettings
from orders.store_rules import wrong_in

_LONGEST_FACT: Final = 200
_MOST_FACTS: Final = 40


class Shops:
    """The stores. Every method raises Unavailable when PostgreSQL cannot be reached."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def everything(self) -> dict[str, StoreSettings]:
        async with within_reach(self._pool) as connection:
            return await stores.everything(connection)

    async def settings(self, store: str) -> StoreSettings:
        """Raises StoreNotFound."""
        async with within_reach(self._pool) as connection:
            return await stores.settings(connection, store)

    async def put(self, store: str, settings: StoreSettings, doer: Doer) -> bool:
        """Set up a store, or change one; whether it is new. Raises OrderUnreadable."""
        async with within_reach(self._pool) as connection, connection.transaction():
            try:
                before = await stores.locked(connection, store)
            except StoreNotFound:
                before = None
            await _keep(connection, store, before, settings, doer)
            return before is None

    async def add(self, store: str, settings: StoreSettings, doer: Doer) -> bool:
        """Set up a store that is not there yet; False, and nothing, where it is. Raises OrderUnreadable."""
        _check(settings)
        async with within_reach(self._pool) as connection, connection.transaction():
            if not await stores.add(connection, store, settings):
                return False
            await _write_down(connection, store, StoreSettings(), settings, doer)
            return True

    async def change(
        self, store: str, make: Callable[[StoreSettings], StoreSettings], doer: Doer
    ) -> StoreSettings:
        """Change a store from what it is at this moment, which nobody else changes meanwhile; what `make`
        raises leaves it as it was. Raises StoreNotFound, OrderUnreadable."""
        async with within_reach(self._pool) as connection, connection.transaction():
            before = await stores.locked(connection, store)
            after = make(before)
            await _keep(connection, store, before, after, doer)
            return after

    async def changes(self, store: str, limit: int = 20) -> tuple[Entry, ...]:
        """Who changed these settings, newest first."""
        async with within_reach(self._pool) as connection:
            return (await audit.page(connection, subject(store), limit=limit)).entries


def subject(store: str) -> str:
    """How the audit names a store."""
    return f"store:{store}"


async def _keep(
    connection: Connection, store: str, before: StoreSettings | None, after: StoreSettings, doer: Doer
) -> None:
    _check(after)
    if before == after:
        return
    await stores.keep(connection, store, after)
    await _write_down(connection, store, before or StoreSettings(), after, doer)


def _check(settings: StoreSettings) -> None:
    if wrong := wrong_in(settings):
        raise OrderUnreadable.of(*wrong)


async def _write_down(
    connection: Connection, store: str, before: StoreSettings, after: StoreSettings, doer: Doer
) -> None:
    # Limits of single products last: there may be hundreds of them, and they must not crowd out the rest.
    found = sorted(_differences(before, after), key=lambda each: each[0].startswith("low_limits."))
    facts = dict(found[:_MOST_FACTS])
    if len(found) > _MOST_FACTS:
        facts["…"] = f"+ {len(found) - _MOST_FACTS}"
    # Settings hold no secrets: all of them may be told.
    await audit.add(connection, doer, Act.SETTINGS_CHANGED, subject(store), **facts)


def _differences(before: StoreSettings, after: StoreSettings) -> Iterator[tuple[str, str]]:
    old = dict(_flat("", before.model_dump(mode="json")))
    new = dict(_flat("", after.model_dump(mode="json")))
    for path in dict.fromkeys((*old, *new)):
        if old.get(path) != new.get(path):
            yield path, f"{_written(old.get(path))} → {_written(new.get(path))}"


def _flat(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _flat(f"{path}.{name}" if path else str(name), inner)
    else:
        yield path, value


def _written(value: Any) -> str:
    if value is None or value == {} or value == []:
        return "–"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_FACT else f"{text[: _LONGEST_FACT - 1]}…"
