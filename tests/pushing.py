"""People with devices that are told of orders, for the tests of push notices."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from activities.push import QUIET_FOR
from db import push, staff
from db.pool import Pool
from db.vault import Vault
from orders.owners import Owner
from orders.push import PushChoice
from orders.rights import Role
from tests.digital import SECRET, Shop, an_order
from tests.push_service import Browser, PushService

VAULT = Vault(SECRET)
EVERYTHING = PushChoice(owners=tuple(Owner))


async def somebody(pool: Pool, stores: tuple[str, ...] | None = None, language: Any = "en") -> str:
    account = f"p{uuid.uuid4().hex[:10]}"
    async with pool.acquire() as connection:
        await staff.make_ready(
            connection, account, "Bo", Role.PACKER, "a long password", stores=stores, language=language
        )
    return account


async def listening(
    pool: Pool, service: PushService, account: str, choice: PushChoice = EVERYTHING, **other: Any
) -> Browser:
    """A browser of this person that is told what they chose."""
    browser: Browser = other.get("browser") or service.subscribe()
    async with pool.acquire() as connection:
        await push.keep(connection, VAULT, account, browser.subscription, choice, "Firefox, Linux")
    return browser


async def an_arrival(pool: Pool, store: str = "default") -> str:
    """An order that comes in; its number."""
    order = await Shop(pool).keep(an_order(store=store))
    return order.number


async def needs_a_person(pool: Pool, reason: str = "overpaid", since: datetime | None = None) -> str:
    """Something that needs a person, as a change of an order writes it down; its order's number."""
    order = await Shop(pool).keep(an_order())
    await pool.execute(
        "INSERT INTO attention (store, order_id, key, reason, since, text) VALUES ($1, $2, $3, $4, $5, '{}')",
        order.store,
        order.order_id,
        f"{reason}:",
        reason,
        since or datetime.now(UTC),
    )
    return order.number


async def time_passes(pool: Pool, by: timedelta = QUIET_FOR) -> None:
    """For every device and every notice it is so much later."""
    await pool.execute(
        "UPDATE push_devices SET not_before = not_before - $1::interval,"
        " created_at = created_at - $1::interval, lease_until = lease_until - $1::interval",
        by,
    )
    await pool.execute("UPDATE push_notices SET at = at - $1::interval", by)


async def states(pool: Pool) -> dict[str, int]:
    rows = await pool.fetch("SELECT state, count(*) AS notices FROM push_notices GROUP BY state")
    return {row["state"]: row["notices"] for row in rows}
