"""Logos of shops: taken when every paper can show them, each change written down in the audit."""

from db import audit, papers, stores
from db.audit import Act, Doer
from db.pool import Connection, Pool, within_reach
from documents.press import press
from orders.errors import OrderUnreadable
from orders.logo import Logo
from orders.sentence import sentence
from starter.shops import subject


async def take_logo(connection: Connection, store: str, content: bytes) -> Logo:
    """Give a store this logo. Raises OrderUnreadable for what no paper could show, and keeps the old one."""
    logo = Logo.of(content)
    if not await press().make(lambda typesetter: typesetter.can_show(logo)):
        damaged = sentence("papers.logo.damaged")
        raise OrderUnreadable(damaged.key, problems=(("logo", damaged),))
    return await papers.keep_logo(connection, store, content)


async def give_logo(pool: Pool, store: str, content: bytes, doer: Doer) -> Logo:
    """The same as somebody does it. Raises StoreNotFound, OrderUnreadable, Unavailable."""
    async with within_reach(pool) as connection, connection.transaction():
        await stores.locked(connection, store)
        logo = await take_logo(connection, store, content)
        await audit.add(connection, doer, Act.SETTINGS_CHANGED, subject(store), logo=f"→ {logo.kind}")
        return logo


async def end_logo(pool: Pool, store: str, doer: Doer) -> None:
    """Let a store have no logo; nothing where it has none. Raises StoreNotFound, Unavailable."""
    async with within_reach(pool) as connection, connection.transaction():
        await stores.locked(connection, store)
        if await papers.logo(connection, store) is not None:
            await papers.remove_logo(connection, store)
            await audit.add(connection, doer, Act.SETTINGS_CHANGED, subject(store), logo="→ –")
