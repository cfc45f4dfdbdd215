"""Opening the front door: the connections a process needs to take orders and commands, and to close again."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from temporalio.client import Client

from db import pool as database
from db.pool import Pool
from db.vault import Vault
from starter import temporal
from starter.bulk import Bulk
from starter.delivery import Delivery
from starter.front_door import FrontDoor
from starter.settings import Settings
from starter.view import Viewer
from starter.waiting import Waiting


@dataclass(frozen=True)
class Opened:
    """The front door with all that stands behind it."""

    pool: Pool
    vault: Vault
    client: Client
    delivery: Delivery
    waiting: Waiting
    front_door: FrontDoor
    viewer: Viewer
    bulk: Bulk


@asynccontextmanager
async def open_front_door(settings: Settings) -> AsyncIterator[Opened]:
    """The front door over these settings, closed when the context is left.

    Temporal may be away: its client connects at the first delivery. Raises one of OUTAGES when PostgreSQL
    cannot be reached, SecretTooShort for a secret key that could be guessed.
    """
    vault = Vault.from_text(settings.secret_key.get_secret_value())
    database_url = settings.database_url.get_secret_value()
    async with AsyncExitStack() as stack:
        pool = await database.connect(database_url, most=settings.database_connections)
        stack.push_async_callback(pool.close)
        client = await temporal.connect(lazy=True)
        delivery = Delivery(pool, client, vault)
        stack.push_async_callback(delivery.close)
        waiting = await stack.enter_async_context(Waiting(database_url))
        front_door = FrontDoor(pool, vault, delivery, waiting)
        bulk = Bulk(pool, front_door)
        stack.push_async_callback(bulk.close)
        yield Opened(
            pool=pool,
            vault=vault,
            client=client,
            delivery=delivery,
            waiting=waiting,
            front_door=front_door,
            viewer=Viewer(vault, settings.public_url, settings.temporal_ui_url, client.namespace),
            bulk=bulk,
        )
