"""A served shop for tests: its customers' pages and downloads, over HTTP from a real server."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from activities.counter import Counter
from db import downloads
from desk.customer_look import look_router
from desk.downloads import downloads_router
from desk.order_page import order_page_router
from desk.static_files import static_router
from orders.order import Order
from tests.digital import EBOOK, Shop, an_order
from workflows.steps import Issue, Issued

BOOK = bytes(range(256)) * 40
PAID = {"kind": "online", "method": "iDEAL", "status": "paid"}
LOOK = {
    "name": "De Blauwe Mok",
    "address": ["Prinsengracht 1", "1015 DV Amsterdam"],
    "phone": "+31 20 123 4567",
    "website": "https://blauwemok.example",
    "colour": "#ffd400",
}
SETTINGS: dict[str, Any] = {
    "look": LOOK,
    "reply_to": "hallo@blauwemok.example",
    "tracking_links": {"postnl": "https://track.example/{tracking_number}"},
    "how_to_pay": {"nl": "Maak het over naar NL00 TEST 0123.", "en": "Transfer it to NL00 TEST 0123."},
    "pickup_instructions": {"nl": "Bel aan bij de groene deur.", "en": "Ring at the green door."},
}


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False))
    server.capture_signals = nullcontext  # type: ignore[method-assign, assignment]
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within 10 seconds"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def served(shop: Shop, folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the shop's pages, with the files of `folder` for downloads."""
    app = FastAPI()
    app.include_router(downloads_router(shop.pool, folder))
    app.include_router(look_router())
    app.include_router(static_router())
    app.include_router(order_page_router(shop.pool, shop.vault))
    async with serving(app) as address, httpx.AsyncClient(base_url=address, trust_env=False) as client:
        yield client


def fill(folder: Path) -> Path:
    """The files of the e-book, as they were."""
    for name in ("ebook-1.epub", "ebook-1.pdf"):
        (folder / name).write_bytes(BOOK)
    return folder


async def issue(shop: Shop, folder: Path, order: Order) -> Order:
    lines = tuple(line.line_id for line in order.lines if line.files or line.kind == "gift_card")
    wish = Issue(store=order.store, order_id=order.order_id, line_ids=lines)
    assert await Counter(shop.pool, shop.vault, folder).issue(wish) == Issued()
    await shop.issued(order, *lines)
    return order


async def a_book(shop: Shop, folder: Path, *, at_most: int | None = None, **changes: Any) -> Order:
    """A paid order for an e-book that was issued."""
    await shop.set_up(**SETTINGS, downloads={"at_most": at_most})
    return await issue(shop, folder, await shop.keep(an_order(EBOOK, payment=PAID, **changes)))


async def tokens(shop: Shop, order: Order) -> list[str]:
    async with shop.pool.acquire() as connection:
        links = await downloads.links(connection, shop.vault, order.store, order.order_id)
    return [link.token for link in links]


async def link_of(shop: Shop, order: Order) -> str:
    return f"/d/{(await tokens(shop, order))[0]}"


def link_to(shop: Shop, order: Order) -> str:
    """The link to the order's page, as its mails have it."""
    return f"/o/{shop.vault.token('page', order.store, order.order_id)}"


def page_of(shop: Shop, order: Order) -> str:
    """The page itself, as a browser without cookies sees it: the link that is not swapped for one."""
    return f"{link_to(shop, order)}?plain=1"


async def left(shop: Shop, order: Order) -> int | None:
    async with shop.pool.acquire() as connection:
        query = "SELECT min(remaining) FROM downloads WHERE order_id = $1"
        return await connection.fetchval(query, order.order_id)  # type: ignore[no-any-return]


async def expire(shop: Shop, order: Order) -> None:
    async with shop.pool.acquire() as connection:
        query = "UPDATE downloads SET expires_at = now() - interval '1 hour' WHERE order_id = $1"
        await connection.execute(query, order.order_id)


class Words(HTMLParser):
    """What a person reads on a page, its tags, and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self._text: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] != "style":
            self._text.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._text).split())


def is_kept_secret(response: httpx.Response) -> bool:
    headers = response.headers
    return (
        "no-store" in headers["cache-control"]
        and headers["referrer-policy"] == "no-referrer"
        and headers["x-content-type-options"] == "nosniff"
    )
