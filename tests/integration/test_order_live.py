"""The live order page: news of one order for whoever may see it, and the end of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from db import order_pages
from desk import order_live
from tests.customer_pages import serving
from tests.customer_visits import a_browser, come_in, link_of
from tests.house import House
from tests.sample_orders import an_order


@pytest.fixture(scope="module")
async def address(house: House) -> AsyncIterator[str]:
    async with serving(house.app) as address:
        yield address


@asynccontextmanager
async def listening(house: House, address: str, order_id: str) -> AsyncIterator[AsyncIterator[str]]:
    """The data of the events that the page of this order is told."""
    async with a_browser(house) as browser:
        path = await come_in(browser, await link_of(house, order_id))
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    async with (
        httpx.AsyncClient(base_url=address, trust_env=False, headers={"Cookie": cookie}) as client,
        client.stream("GET", f"{path}/live", timeout=20) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "no-store" in answer.headers["cache-control"]
        yield (line[len("data: ") :] async for line in answer.aiter_lines() if line.startswith("data: "))


async def test_a_payment_is_told_to_the_page_of_its_order(house: House, address: str) -> None:
    order_id = await house.placed(an_order())

    async with listening(house, address, order_id) as events:
        first = int(await anext(events))
        await house.pay(order_id)
        then = int(await asyncio.wait_for(anext(events), 10))

    assert then > first


async def test_what_happens_to_another_order_is_not_told(house: House, address: str) -> None:
    mine, other = await house.placed(an_order()), await house.placed(an_order())

    async with listening(house, address, mine) as events:
        first = int(await anext(events))
        await house.pay(other)
        await house.done(other, "hold", reason="other")
        await house.pay(mine)
        sequence = int(await asyncio.wait_for(anext(events), 10))

    assert sequence == first + 1


async def test_a_page_whose_link_is_replaced_hears_no_more(
    house: House, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_live, "STILL_THERE_SECONDS", 0.05)
    order_id = await house.placed(an_order())

    async with listening(house, address, order_id) as events:
        await anext(events)
        async with house.pool.acquire() as connection:
            await order_pages.replace_link(connection, house.vault, "default", order_id)
        rest = await asyncio.wait_for(_all(events), 10)

    assert rest == []


async def test_a_server_that_stops_ends_every_stream(house: House) -> None:
    order_id = await house.placed(an_order())
    waiting = house.opened.waiting

    async with serving(house.app) as address, listening(house, address, order_id) as events:
        await anext(events)
        waiting.close_readers()
        try:
            rest = await asyncio.wait_for(_all(events), 10)
        finally:
            waiting.is_closing.clear()

    assert rest == []


async def test_an_order_has_only_so_many_streams(
    house: House, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_live, "MOST_STREAMS", 1)
    order_id = await house.placed(an_order())

    async with listening(house, address, order_id) as events:
        await anext(events)
        with pytest.raises(AssertionError, match="503"):
            async with listening(house, address, order_id):
                pass


async def _all(events: AsyncIterator[str]) -> list[str]:
    return [each async for each in events]
