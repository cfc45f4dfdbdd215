"""The files that pages are dressed with."""

import httpx
import pytest
from fastapi import FastAPI

from desk.static_files import FOR_EVER, files, static, static_router


@pytest.fixture
async def http() -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(static_router())
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://desk.test")


@pytest.mark.parametrize("name", sorted(files()))
async def test_every_file_is_served_and_kept_for_ever(http: httpx.AsyncClient, name: str) -> None:
    answer = await http.get(static(name))

    assert answer.status_code == 200
    assert answer.content == files()[name].content
    assert answer.headers["cache-control"] == FOR_EVER
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_the_address_of_an_older_file_answers_the_one_there_is_and_is_not_kept(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.get("/desk/static/0000000000000000/desk.css")

    assert answer.content == files()["desk.css"].content
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["nothing.css", "..%2f..%2fshell.py", "%2e%2e/shell.py", "VENDOR.md", ""])
async def test_nothing_else_is_served(http: httpx.AsyncClient, name: str) -> None:
    answer = await http.get(f"/desk/static/0000000000000000/{name}")

    assert answer.status_code == 404


async def test_a_browser_that_asks_for_an_icon_finds_one(http: httpx.AsyncClient) -> None:
    answer = await http.get("/favicon.ico")

    assert answer.headers["content-type"] == "image/svg+xml"


def test_a_page_with_a_wrong_name_is_never_drawn() -> None:
    with pytest.raises(KeyError):
        static("nothing.css")
