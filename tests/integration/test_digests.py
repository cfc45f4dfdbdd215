"""Digests, in the database: what needs a person is told to the shop in its newest words, and once."""

from collections.abc import AsyncIterator

import pytest

from db import digests
from db.pool import Pool
from tests.digital import MUGS, Shop, an_order


@pytest.fixture
async def shop(pool: Pool) -> AsyncIterator[Shop]:
    """A shop with one address, in which nothing needs a person yet."""
    shop = Shop(pool)
    await shop.set_up(shop_addresses=["shop@pakhuis.example"])
    yield shop
    await pool.execute("DELETE FROM attention")


async def told(shop: Shop, digest_id: str) -> list[str]:
    """What a digest of this name says was overpaid."""
    async with shop.pool.acquire() as connection:
        await digests.compose(connection, "default", digest_id)
        return [
            str(each.text.facts["amount"]) for each in await digests.told(connection, "default", digest_id)
        ]


async def overpaid(shop: Shop) -> None:
    """An order of 25.00, for which 30.00 came and then 5.00 more."""
    order = await shop.keep(an_order(MUGS, method="pickup"))
    for number, amount in enumerate(("30.00", "5.00")):
        await shop.tell(
            order, type="payment", status="paid", amount=amount, command_id=f"pay-{order.order_id}-{number}"
        )


async def test_a_digest_says_the_newest_words(shop: Shop) -> None:
    await overpaid(shop)

    assert await told(shop, "1") == ["10.00 EUR"]


async def test_what_was_told_is_not_told_again(shop: Shop) -> None:
    await overpaid(shop)
    await told(shop, "2")

    assert await told(shop, "3") == []


async def test_a_digest_asked_for_again_answers_the_same_mails(shop: Shop) -> None:
    await overpaid(shop)
    async with shop.pool.acquire() as connection:
        first = await digests.compose(connection, "default", "4")
        again = await digests.compose(connection, "default", "4")

    assert first == again == ("digest:4:shop0",)


async def test_what_nobody_could_be_told_waits_for_an_address(shop: Shop) -> None:
    await shop.set_up(shop_addresses=[])
    await overpaid(shop)
    untold = await told(shop, "5")
    await shop.set_up(shop_addresses=["shop@pakhuis.example"])

    assert untold == []
    assert await told(shop, "6") == ["10.00 EUR"]
