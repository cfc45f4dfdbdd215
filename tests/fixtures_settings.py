"""A shop whose settings are changed, and a manager's desk."""

import uuid
from collections.abc import AsyncIterator

import httpx
import pytest

from orders.rights import Role
from tests.desk_visits import at_the_desk
from tests.house import House


@pytest.fixture
async def store(house: House) -> str:
    """A shop of its own, as it is set up first."""
    name = f"shop-{uuid.uuid4().hex[:8]}"
    await house.open_store(name, look={"name": "De Blauwe Mok"})
    return name


@pytest.fixture
async def desk(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with at_the_desk(house, Role.MANAGER) as client:
        yield client
