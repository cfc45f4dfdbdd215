"""A push service of our own, and a sender to it."""

from collections.abc import AsyncIterator

import pytest

from activities.push import Pushing
from activities.push_service import PushServices
from db import stores
from db.pool import Pool
from orders.store import StoreSettings
from tests.push_service import PushService
from tests.pushing import VAULT


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    async with PushService() as opened:
        yield opened


@pytest.fixture
async def pushing(pool: Pool, service: PushService) -> AsyncIterator[Pushing]:
    """A sender; nothing of another test waits for it."""
    async with pool.acquire() as connection:
        await connection.execute("TRUNCATE push_devices, push_arrivals, push_notices")
        await connection.execute("UPDATE attention SET pushed_since = since")
        for store in ("default", "kelder"):
            look = {"look": {"name": store.title()}}
            await stores.keep(connection, store, StoreSettings.model_validate(look))
    services = PushServices(service.url)
    yield Pushing(pool, VAULT, services, "http://127.0.0.1:8080")
    await services.close()
