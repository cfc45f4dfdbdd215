"""Migrating: the database and Temporal are brought to what this code expects, as often as one likes."""

from typing import NamedTuple

import asyncpg
from temporalio.client import Client

from db import migrate as migrations
from db.backfill import fill_tasks
from db.pool import prepare
from starter.temporal import make_namespace, register_search_attributes


class Migrated(NamedTuple):
    """What was new: migrations by file name, search attributes by name. Empty when nothing was to be done."""

    migrations: tuple[str, ...]
    search_attributes: tuple[str, ...]


async def migrate(database_url: str, client: Client | None) -> Migrated:
    """Bring the schema up to date, and make Temporal's namespace and our search attributes in it.

    Without a client only the database is done. Raises MigrationRefused, one of OUTAGES, or RPCError when
    Temporal cannot be reached; the database is done first, and stays so.
    """
    connection = await asyncpg.connect(database_url, timeout=10)
    try:
        applied = await migrations.migrate(connection)
        await prepare(connection)
        await fill_tasks(connection)
    finally:
        await connection.close()
    if client is None:
        return Migrated(tuple(applied), ())
    await make_namespace(client)
    registered = await register_search_attributes(client)
    return Migrated(tuple(applied), tuple(registered))
