"""A shop whose customers' pages are served, from a database and a folder of files of one module."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from db.pool import Pool
from tests.customer_pages import SETTINGS, fill, served
from tests.digital import Shop


@pytest.fixture(scope="module")
def served_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files of what is sold lie."""
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
async def http(pool: Pool, served_folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the pages, over HTTP."""
    async with served(Shop(pool), served_folder) as client:
        yield client


@pytest.fixture
async def shop(pool: Pool) -> Shop:
    """The shop, with the settings that its pages show; there is no other."""
    shop = Shop(pool)
    async with pool.acquire() as connection:
        await connection.execute("DELETE FROM stores WHERE store = 'other'")
    await shop.set_up(**SETTINGS)
    return shop


@pytest.fixture
def folder(served_folder: Path) -> Path:
    """The folder of the files, with all of them in it."""
    return fill(served_folder)
