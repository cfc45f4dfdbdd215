"""Visits of customers to their order's page, for tests: a browser that keeps cookies, or refuses them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.house import House

ADDRESS = "https://pakhuis.test"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@asynccontextmanager
async def a_browser(house: House, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """A customer's browser, over https: cookies like ours are kept nowhere else. It follows no redirects."""
    transport = httpx.ASGITransport(app=house.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url=ADDRESS, headers=SAME_ORIGIN | headers, timeout=30
    ) as client:
        yield client


async def link_of(house: House, order_id: str) -> str:
    """The link of the order's page, without the address of the server."""
    shown: dict[str, Any] = await house.show(order_id)
    return "/o/" + str(shown["links"]["customer_page"]).rsplit("/", 1)[1]


async def come_in(browser: httpx.AsyncClient, link: str) -> str:
    """Open the link, and go where it leads; the clean address at the end of it."""
    answer = await browser.get(link, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return answer.url.path + (f"?{answer.url.query.decode()}" if answer.url.query else "")
