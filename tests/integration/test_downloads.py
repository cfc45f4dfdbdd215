"""Download links: made once, counted, ended."""

import asyncio
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest

from db import downloads, queries
from db.downloads import Expired, Opened, Refunded, Replaced, Unknown, UsedUp, open_download, see_download
from db.pool import Pool
from db.vault import Vault
from orders.order import Order
from orders.store import Downloads
from tests.digital import EBOOK, SECRET, Shop, an_order


@pytest.fixture
async def shop(pool: Pool) -> Shop:
    shop = Shop(pool)
    await shop.set_up()
    return shop


async def with_links(shop: Shop, limits: Downloads | None = None, vault: Vault | None = None) -> Order:
    """A paid order whose e-book has its links."""
    order = await shop.keep(an_order(EBOOK, payment={"kind": "online", "status": "paid"}))
    await make(shop, order, limits or Downloads(), vault)
    return order


async def make(shop: Shop, order: Order, limits: Downloads, vault: Vault | None = None) -> bool:
    async with shop.pool.acquire() as connection:
        return await downloads.make_links(
            connection,
            vault or shop.vault,
            order.store,
            order.order_id,
            "book",
            order.lines[0].files,
            limits,
            datetime.now(UTC),
        )


async def reissue(shop: Shop, order: Order, issue: str) -> None:
    async with shop.pool.acquire() as connection, connection.transaction():
        await downloads.reissue(
            connection, shop.vault, order.store, order.order_id, "book", issue, datetime.now(UTC)
        )


async def links(shop: Shop, order: Order, issue: str | None = None) -> tuple[downloads.Link, ...]:
    async with shop.pool.acquire() as connection:
        return await downloads.links(connection, shop.vault, order.store, order.order_id, issue)


async def first_token(shop: Shop, order: Order) -> str:
    return (await links(shop, order))[0].token


async def use(shop: Shop, token: str, *, continues: bool = False) -> object:
    async with shop.pool.acquire() as connection:
        return await open_download(connection, token, continues=continues)


async def change(shop: Shop, order: Order, assignment: str) -> None:
    async with shop.pool.acquire() as connection:
        await connection.execute(f"UPDATE downloads SET {assignment} WHERE order_id = $1", order.order_id)


async def left(shop: Shop, order: Order) -> list[int]:
    async with shop.pool.acquire() as connection:
        rows = await connection.fetch(
            "SELECT remaining FROM downloads WHERE order_id = $1 ORDER BY file", order.order_id
        )
    return [row["remaining"] for row in rows]


async def test_each_file_gets_one_link_however_often_it_is_made(shop: Shop) -> None:
    order = await with_links(shop)
    before = await links(shop, order)

    assert await make(shop, order, Downloads(at_most=1)) is False
    assert await links(shop, order) == before
    assert [link.file for link in before] == ["ebook-1.epub", "ebook-1.pdf"]
    assert len({link.token for link in before}) == 2


async def test_many_who_make_the_same_links_at_once_make_them_once(shop: Shop) -> None:
    order = await shop.keep(an_order(EBOOK))

    made = await asyncio.gather(*(make(shop, order, Downloads()) for _ in range(10)))

    assert sorted(made) == [False] * 9 + [True]
    assert len(await links(shop, order)) == 2


async def test_a_link_lives_as_long_and_opens_as_often_as_the_store_says(shop: Shop) -> None:
    order = await with_links(shop, Downloads(valid_for=timedelta(hours=5), at_most=3))

    link = (await links(shop, order))[0]

    assert link.remaining == 3
    assert link.expires_at is not None
    assert abs(link.expires_at - datetime.now(UTC) - timedelta(hours=5)) < timedelta(minutes=1)


async def test_the_database_keeps_no_token(shop: Shop) -> None:
    order = await with_links(shop)
    token = await first_token(shop, order)

    async with shop.pool.acquire() as connection:
        row = await connection.fetchrow(
            "SELECT downloads::text AS row FROM downloads WHERE token_hash = $1", Vault.token_hash(token)
        )

    assert row is not None
    assert token not in row["row"]
    assert token not in repr(await links(shop, order))


async def test_a_link_opens_as_often_as_it_may_and_not_once_more(shop: Shop) -> None:
    order = await with_links(shop, Downloads(at_most=2))
    token = await first_token(shop, order)

    answers = [await use(shop, token) for _ in range(3)]

    opened = Opened("default", order.order_id, "ebook-1.epub")
    assert answers == [opened, opened, UsedUp("default", order.order_id)]


async def test_of_fifty_who_open_a_link_at_once_only_as_many_succeed_as_it_has_left(shop: Shop) -> None:
    order = await with_links(shop, Downloads(at_most=5))
    token = await first_token(shop, order)

    answers = await asyncio.gather(*(use(shop, token) for _ in range(50)))

    assert sum(isinstance(answer, Opened) for answer in answers) == 5
    assert sum(isinstance(answer, UsedUp) for answer in answers) == 45
    assert await left(shop, order) == [0, 5]


async def test_the_rest_of_a_running_download_is_not_counted_again(shop: Shop) -> None:
    order = await with_links(shop, Downloads(at_most=1))
    token = await first_token(shop, order)
    await use(shop, token)

    answers = [await use(shop, token, continues=True) for _ in range(5)]

    assert all(isinstance(answer, Opened) for answer in answers)
    assert isinstance(await use(shop, token), UsedUp)


async def test_the_rest_of_a_file_counts_when_nothing_was_counted_before(shop: Shop) -> None:
    order = await with_links(shop, Downloads(at_most=2))
    token = await first_token(shop, order)

    await use(shop, token, continues=True)

    assert await left(shop, order) == [1, 2]


async def test_a_download_is_no_longer_running_after_six_hours(shop: Shop) -> None:
    order = await with_links(shop, Downloads(at_most=1))
    token = await first_token(shop, order)
    await use(shop, token)
    await change(shop, order, "last_used_at = now() - interval '6 hours'")

    assert isinstance(await use(shop, token, continues=True), UsedUp)


@pytest.mark.parametrize("continues", [False, True])
async def test_an_expired_link_opens_nothing_by_the_clock_of_the_database(
    shop: Shop, continues: bool
) -> None:
    order = await with_links(shop)
    token = await first_token(shop, order)
    await use(shop, token)
    await change(shop, order, "expires_at = now() - interval '1 millisecond'")

    assert isinstance(await use(shop, token, continues=continues), Expired)
    assert not any(link.is_alive for link in await links(shop, order))


async def test_a_link_without_end_and_count_always_opens(shop: Shop) -> None:
    order = await with_links(shop, Downloads(valid_for=None))
    token = await first_token(shop, order)

    assert [type(await use(shop, token)) for _ in range(5)] == [Opened] * 5
    assert (await links(shop, order))[0].expires_at is None


@pytest.mark.parametrize("continues", [False, True])
async def test_a_refund_ends_the_links_of_an_order(shop: Shop, continues: bool) -> None:
    order = await with_links(shop)
    token = await first_token(shop, order)
    await use(shop, token)
    await shop.tell(order, type="payment", status="refunded", amount="9.00", currency="EUR")

    assert await use(shop, token, continues=continues) == Refunded("default", order.order_id)
    assert not any(link.is_alive for link in await links(shop, order))


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "a" * 44, "é" * 43, "\ud800" * 43, "../" * 15])
async def test_what_was_never_a_link_is_unknown(shop: Shop, token: str) -> None:
    assert await use(shop, token) == Unknown()
    assert await use(shop, token, continues=True) == Unknown()


async def test_looking_at_a_link_counts_nothing(shop: Shop) -> None:
    order = await with_links(shop, Downloads(at_most=1))
    token = await first_token(shop, order)

    async with shop.pool.acquire() as connection:
        seen = [await see_download(connection, token) for _ in range(3)]

    assert [type(each) for each in seen] == [Opened] * 3
    assert await left(shop, order) == [1, 1]


@pytest.mark.parametrize("continues", [False, True])
async def test_a_reissue_ends_the_old_links_and_makes_new_ones(shop: Shop, continues: bool) -> None:
    order = await with_links(shop, Downloads(at_most=5))
    old = await links(shop, order)
    await use(shop, old[0].token)

    await reissue(shop, order, "cmd-1")

    new = await links(shop, order)
    assert [link.issue for link in new] == ["cmd-1", "cmd-1"]
    assert await use(shop, old[0].token, continues=continues) == Replaced("default", order.order_id)
    assert isinstance(await use(shop, new[0].token), Opened)
    assert await links(shop, order, "cmd-1") == await links(shop, order)
    assert await links(shop, order, downloads.FIRST_ISSUE) == ()


async def test_a_reissue_asked_again_leaves_a_later_one_alone(shop: Shop) -> None:
    order = await with_links(shop)
    await reissue(shop, order, "cmd-1")
    await reissue(shop, order, "cmd-2")

    await reissue(shop, order, "cmd-1")
    await make(shop, order, Downloads())

    assert {link.issue for link in await links(shop, order)} == {"cmd-2"}


async def test_a_reissue_that_is_rolled_back_leaves_the_old_links(shop: Shop) -> None:
    order = await with_links(shop)
    before = await links(shop, order)

    async with shop.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await downloads.reissue(
            connection, shop.vault, "default", order.order_id, "book", "cmd-1", datetime.now(UTC)
        )
        await transaction.rollback()

    assert await links(shop, order) == before


async def test_the_command_reissue_replaces_links_where_transitions_are_recorded(shop: Shop) -> None:
    order = await with_links(shop)
    await shop.issued(order, "book")

    await shop.tell(order, type="reissue", line_id="book", command_id="cmd-7")

    assert {link.issue for link in await links(shop, order)} == {"cmd-7"}


async def test_links_outlive_the_change_of_the_secret_key(shop: Shop) -> None:
    order = await with_links(shop)
    before = await links(shop, order)
    new_key = "another secret key, that came later than the first"
    await make(shop, order, Downloads(), Vault(new_key, SECRET))

    async with shop.pool.acquire() as connection:
        after = await downloads.links(connection, Vault(new_key, SECRET), "default", order.order_id)
        without = await downloads.links(connection, Vault(new_key), "default", order.order_id)

    assert after == before
    assert without == ()


async def test_a_name_twice_on_a_line_is_one_link(shop: Shop) -> None:
    order = await shop.keep(an_order({**EBOOK, "files": ["a.pdf", "a.pdf"]}))
    await make(shop, order, Downloads())

    assert [link.file for link in await links(shop, order)] == ["a.pdf"]


@pytest.mark.parametrize("room", ["downloads", "gift_cards", "pickup_codes", "order_pages"])
async def test_the_database_understands_every_query(pool: Pool, room: str) -> None:
    named = queries.load(room)
    text = files("db").joinpath("sql", f"{room}.sql").read_text("utf-8")

    assert len(named) == text.count(" --\n") > 0
    async with pool.acquire() as connection:
        for query in named.values():
            await connection.prepare(query)
