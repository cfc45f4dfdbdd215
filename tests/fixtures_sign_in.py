"""A browser that signs in, and a shop that asks for a second factor."""

from collections.abc import AsyncIterator

import pytest

from db import staff
from tests.house import House
from tests.sign_in import Browser


@pytest.fixture
async def browser(house: House) -> AsyncIterator[Browser]:
    opened = Browser(house)
    yield opened
    await opened.http.aclose()


@pytest.fixture
async def second_factor_required(house: House) -> AsyncIterator[None]:
    async with house.pool.acquire() as connection:
        await staff.require_second_factor(connection, True)
        yield
        await staff.require_second_factor(connection, False)
