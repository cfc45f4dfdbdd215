"""The customers' pages while PostgreSQL is out of reach: a sentence and a time to come back, not a bug."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from db.vault import Vault
from desk.downloads import downloads_router
from desk.order_page import order_page_router
from starter.http import problems
from tests.customer_pages import is_kept_secret
from tests.digital import SECRET, fresh_database


@pytest.fixture
async def http(postgres_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The pages over a pool that is closed."""
    async with fresh_database(postgres_url) as pool:
        app = FastAPI()
        app.include_router(downloads_router(pool, tmp_path))
        app.include_router(order_page_router(pool, Vault(SECRET)))
        problems.install(app)
        await pool.close()
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://pakhuis.test") as client:
            yield client


@pytest.mark.parametrize("path", ["/o/", "/d/"])
async def test_a_page_without_its_database_asks_to_come_back(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path + "a" * 43, headers={"Accept-Language": "nl"})

    assert answer.status_code == 503
    assert "Je bestelling is veilig." in answer.text
    assert answer.headers["retry-after"] == "5"
    assert is_kept_secret(answer)
