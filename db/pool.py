"""Connections to PostgreSQL, with JSON in and out as text."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import asyncpg

from orders.errors import Unavailable

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
else:  # asyncpg's own classes take no parameters while they run.
    Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy
    Pool = asyncpg.Pool

OUTAGES: tuple[type[BaseException], ...] = (
    OSError,
    asyncio.TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.DiskFullError,
    asyncpg.InternalClientError,
)
"""PostgreSQL cannot be reached or cannot write now; nothing was kept."""


@asynccontextmanager
async def within_reach(pool: Pool) -> AsyncIterator[Connection]:
    """A connection to ask with. Raises Unavailable where PostgreSQL is out of reach, now or while asking."""
    try:
        async with pool.acquire() as connection:
            yield connection
    except OUTAGES as outage:
        raise Unavailable from outage


async def prepare(connection: Connection) -> None:
    """Let jsonb columns come and go as Python values."""
    await connection.set_type_codec(
        "jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog", format="text"
    )


async def _nothing_to_reset(_connection: Connection) -> None:
    """asyncpg would ask the server to forget locks, cursors and settings at every release: a round trip
    each time, for things that no query of ours leaves behind outside its transaction."""


async def connect(database_url: str, *, most: int = 10) -> Pool:
    """A pool of at most so many connections. Raises one of OUTAGES when nobody answers."""
    pool: Any = await asyncpg.create_pool(
        database_url,
        min_size=1,
        max_size=most,
        init=prepare,
        reset=_nothing_to_reset,
        command_timeout=30,
        timeout=5,
        server_settings={"application_name": "pakhuis", "jit": "off"},
    )
    return pool  # type: ignore[no-any-return]
