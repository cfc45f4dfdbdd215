"""Making database and Temporal ready for our code: migrations, search attributes, keys, the demo's stores."""

import os
from collections.abc import Mapping
from pathlib import Path

import asyncpg
from temporalio.client import Client

from db import keys as api_keys
from db import pool, stores
from db.keys import Scope
from embedded.demo_stores import SAMPLE, SHORT_OF_TIME
from embedded.desk_door import make_demo_account
from embedded.stack import Prepare
from orders.store import StoreSettings
from starter import temporal
from starter.migrating import migrate


def preparing(*, for_demo: bool, home: Path | None = None) -> Prepare:
    """What a stack does before its API and worker start; harmless to do again. With the `home` of a demo its
    desk has an account too."""

    async def prepare(database_url: str, temporal_address: str, keys: Mapping[str, str]) -> None:
        await migrate(database_url, await _client(temporal_address))
        connection = await asyncpg.connect(database_url)
        try:
            await pool.prepare(connection)
            for scope, secret in keys.items():
                await api_keys.keep(connection, Scope(scope), f"{scope}:demo", secret)
            await _set_up_stores(connection, for_demo=for_demo)
            if for_demo and home is not None:
                await make_demo_account(connection, home)
        finally:
            await connection.close()

    return prepare


async def _client(address: str) -> Client:
    # With a Temporal of the user's own come its keys and certificates, which Temporal's variables name.
    return await (temporal.connect() if os.environ.get("TEMPORAL_ADDRESS") else Client.connect(address))


async def _set_up_stores(connection: pool.Connection, *, for_demo: bool) -> None:
    known = await stores.everything(connection)
    if known.get("default", StoreSettings()) == StoreSettings():
        await stores.keep(connection, "default", SAMPLE)  # What somebody has set stays.
    if for_demo:
        await stores.keep(connection, "snel", SHORT_OF_TIME)
