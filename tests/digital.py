"""A shop for tests: orders kept by the real intake and moved on by the real rules, in its own database."""

import contextlib
import itertools
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from db import intake, record, stores
from db.migrate import migrate
from db.pool import Pool, connect
from db.vault import Vault
from orders import commands
from orders.change import By, Change, Transition
from orders.order import Order
from orders.rules import issuing
from orders.rules.closing import headline
from orders.rules.decide import decide
from orders.state import OrderState
from orders.store import StoreSettings
from starter import arrivals

SECRET = "a secret key for tests, and for nothing else"
_NUMBERS = itertools.count(1)


@contextlib.asynccontextmanager
async def fresh_database(postgres_url: str) -> AsyncIterator[Pool]:
    """A pool on a database of its own with our schema, dropped in the end."""
    name = f"digital_{next(_NUMBERS)}"
    server = await asyncpg.connect(postgres_url)
    await server.execute(f"CREATE DATABASE {name}")
    pool = await connect(urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}")), most=12)
    try:
        async with pool.acquire() as connection:
            await migrate(connection)
        yield pool
    finally:
        await pool.close()
        await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await server.close()


EBOOK: dict[str, Any] = {
    "line_id": "book",
    "kind": "digital",
    "sku": "EBOOK-1",
    "name": "E-boek",
    "quantity": 1,
    "unit_price": "9.00",
    "files": ["ebook-1.epub", "ebook-1.pdf"],
}
GIFT_CARDS: dict[str, Any] = {
    "line_id": "card",
    "kind": "gift_card",
    "sku": "GIFT-25",
    "name": "Cadeaubon",
    "quantity": 3,
    "unit_price": "25.00",
}
MUGS: dict[str, Any] = {
    "line_id": "mug",
    "kind": "physical",
    "sku": "MUG-BLUE",
    "name": "Blauwe mok",
    "quantity": 2,
    "unit_price": "12.50",
    "options": ["Kleur: blauw"],
}
HOME: dict[str, Any] = {
    "lines": ["Prinsengracht 263"],
    "postal_code": "1016 GV",
    "city": "Amsterdam",
    "country": "NL",
}


def an_order(*lines: dict[str, Any], method: str = "", **changes: Any) -> Order:
    """An order of these lines under an id of its own."""
    number = str(1000 + next(_NUMBERS))
    chosen = lines or (EBOOK, GIFT_CARDS)
    price = sum(round(float(line["unit_price"]) * 100) * line["quantity"] for line in chosen)
    total = f"{price / 100:.2f}"
    body: dict[str, Any] = {
        "order_id": f"K{number}",
        "number": number,
        "placed_at": "2026-11-20T10:15:00+01:00",
        "currency": "EUR",
        "locale": "nl-NL",
        "customer": {"name": "Sanne de Vries", "email": "sanne@example.com"},
        "lines": list(chosen),
        "payment": {"kind": "online", "method": "iDEAL"},
        "totals": {"items": total, "total": total},
    }
    if method:
        body |= {"shipping_address": HOME, "fulfillment": {"method": method, "option": "Standaard"}}
    return Order.model_validate_json(json.dumps(body | changes))


class Shop:
    """Keeps orders and moves them on, as intake, workflow and record do."""

    def __init__(self, pool: Pool, vault: Vault | None = None) -> None:
        self.pool = pool
        self.vault = vault or Vault(SECRET)
        self._states: dict[str, OrderState] = {}
        self._sequences: dict[str, int] = {}

    async def set_up(self, **settings: Any) -> None:
        """Change the default store's settings."""
        async with self.pool.acquire() as connection:
            await stores.keep(connection, "default", StoreSettings.model_validate(settings))

    async def keep(self, order: Order) -> Order:
        now = datetime.now(UTC)
        async with self.pool.acquire() as connection:
            settings = await stores.settings(connection, order.store)
            mark = order.order_id.encode()
            arrival = arrivals.arrival(order, settings, now, "pakhuis", mark, foreign=None)
            await intake.keep(connection, self.vault, arrival, settings, now)
        self._states[order.order_id] = OrderState(plan=arrival.plan, **dict(arrival.facts))
        self._sequences[order.order_id] = 1
        return order

    def state_of(self, order: Order) -> OrderState:
        return self._states[order.order_id]

    async def tell(self, order: Order, **wish: Any) -> None:
        """A command, decided and recorded."""
        command = commands.COMMAND.validate_python(wish)
        by = By(at=datetime.now(UTC), actor="staff:anna", command_id=wish.get("command_id"))
        await self._record(order, decide(self._states[order.order_id], command, by))

    async def issued(self, order: Order, *line_ids: str) -> None:
        """Note that links and codes of these lines were made."""
        change = Change(self._states[order.order_id], By(at=datetime.now(UTC)))
        issuing.issued(change, line_ids)
        await self._record(order, change)

    async def _record(self, order: Order, change: Change) -> None:
        sequence = self._sequences[order.order_id] + 1
        transition = Transition(
            sequence=sequence,
            at=change.by.at,
            headline=headline(change.state),
            facts=change.state.facts,
            entries=tuple(change.entries),
            mails=tuple(change.mails),
            reissued=tuple(change.reissued),
        )
        async with self.pool.acquire() as connection:
            await record.record(connection, self.vault, order.store, order.order_id, sequence, [transition])
        self._states[order.order_id] = change.state
        self._sequences[order.order_id] = sequence
