"""The counter: the step that makes links and gift cards."""

import asyncio
import os
from pathlib import Path

import pytest

from activities.counter import Counter
from db import downloads, gift_cards
from db.files import FilesFolder
from db.pool import Pool
from orders.order import Order
from tests.digital import EBOOK, GIFT_CARDS, MUGS, Shop, an_order
from workflows.steps import FilesMissing, Issue, IssueAnswer, Issued


@pytest.fixture
async def shop(pool: Pool) -> Shop:
    shop = Shop(pool)
    await shop.set_up(downloads={"valid_for": "PT2H", "at_most": 4})
    return shop


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of the e-book, and one beside the folder that nobody may have."""
    folder = tmp_path / "files"
    folder.mkdir()
    for name in ("ebook-1.epub", "ebook-1.pdf"):
        (folder / name).write_bytes(b"a book")
    (tmp_path / "secret.txt").write_bytes(b"not for sale")
    return folder


async def issue(shop: Shop, folder: Path, order: Order, *line_ids: str) -> IssueAnswer:
    lines = line_ids or tuple(line.line_id for line in order.lines)
    wish = Issue(store=order.store, order_id=order.order_id, line_ids=lines)
    return await Counter(shop.pool, shop.vault, folder).issue(wish)


async def handed_out(shop: Shop, order: Order) -> tuple[list[str], list[int]]:
    """The files there are links for, and what the gift cards are worth."""
    async with shop.pool.acquire() as connection:
        links = await downloads.links(connection, shop.vault, order.store, order.order_id)
        cards = await gift_cards.codes(connection, shop.vault, order.store, order.order_id)
    return [link.file for link in links], [card.amount.minor for card in cards]


async def test_links_and_cards_are_made_for_what_was_bought(shop: Shop, folder: Path) -> None:
    order = await shop.keep(an_order(EBOOK, GIFT_CARDS))

    assert await issue(shop, folder, order) == Issued()
    assert await handed_out(shop, order) == (["ebook-1.epub", "ebook-1.pdf"], [2500, 2500, 2500])


async def test_asked_many_times_at_once_everything_is_made_once(shop: Shop, folder: Path) -> None:
    order = await shop.keep(an_order(EBOOK, GIFT_CARDS))

    answers = await asyncio.gather(*(issue(shop, folder, order) for _ in range(10)))

    assert answers == [Issued()] * 10
    assert await handed_out(shop, order) == (["ebook-1.epub", "ebook-1.pdf"], [2500, 2500, 2500])


async def test_only_the_lines_that_were_asked_for_are_issued(shop: Shop, folder: Path) -> None:
    order = await shop.keep(an_order(EBOOK, GIFT_CARDS))

    await issue(shop, folder, order, "card")

    assert await handed_out(shop, order) == ([], [2500, 2500, 2500])


async def test_cancelled_units_get_nothing(shop: Shop, folder: Path) -> None:
    order = await shop.keep(an_order(EBOOK, GIFT_CARDS))
    cancelled = [{"line_id": "card", "quantity": 2}, {"line_id": "book", "quantity": 1}]
    await shop.tell(order, type="cancel", lines=cancelled)

    assert await issue(shop, folder, order) == Issued()
    assert await handed_out(shop, order) == ([], [2500])


async def test_links_live_as_long_as_the_store_says(shop: Shop, folder: Path) -> None:
    order = await shop.keep(an_order(EBOOK))
    await issue(shop, folder, order)

    async with shop.pool.acquire() as connection:
        rows = await connection.fetch(
            "SELECT extract(epoch FROM expires_at - now()) / 3600 AS hours, remaining FROM downloads"
            " WHERE order_id = $1",
            order.order_id,
        )

    assert [(round(row["hours"]), row["remaining"]) for row in rows] == [(2, 4), (2, 4)]


async def test_a_physical_line_gets_links_for_the_files_it_carries(shop: Shop, folder: Path) -> None:
    order = await shop.keep(an_order({**MUGS, "files": ["ebook-1.pdf"]}, method="shipping"))

    await issue(shop, folder, order)

    assert await handed_out(shop, order) == (["ebook-1.pdf"], [])


async def test_while_a_file_is_missing_nothing_is_issued(shop: Shop, folder: Path) -> None:
    order = await shop.keep(an_order(EBOOK, GIFT_CARDS))
    (folder / "ebook-1.pdf").unlink()

    assert await issue(shop, folder, order) == FilesMissing(line_ids=("book",))
    assert await handed_out(shop, order) == ([], [])


async def test_once_the_file_is_there_everything_is_issued(shop: Shop, folder: Path) -> None:
    order = await shop.keep(an_order(EBOOK, GIFT_CARDS))
    (folder / "ebook-1.pdf").rename(folder / "elsewhere.pdf")
    await issue(shop, folder, order)
    (folder / "elsewhere.pdf").rename(folder / "ebook-1.pdf")

    assert await issue(shop, folder, order) == Issued()
    assert await handed_out(shop, order) == (["ebook-1.epub", "ebook-1.pdf"], [2500, 2500, 2500])


async def test_a_breakdown_halfway_leaves_nothing_behind(shop: Shop, folder: Path) -> None:
    order = await shop.keep(an_order(EBOOK, GIFT_CARDS))
    async with shop.pool.acquire() as connection:
        # The lines are taken by their id, so the book's links are made before the cards break.
        await connection.execute(
            "CREATE FUNCTION break_down() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'broken'; END $$;"
            "CREATE TRIGGER broken BEFORE INSERT ON gift_cards EXECUTE FUNCTION break_down()"
        )

    try:
        with pytest.raises(Exception, match="broken"):
            await issue(shop, folder, order)
        before = await handed_out(shop, order)
    finally:
        async with shop.pool.acquire() as connection:
            await connection.execute("DROP FUNCTION break_down() CASCADE")

    assert before == ([], [])
    assert await issue(shop, folder, order) == Issued()


@pytest.mark.parametrize("name", ["..", ".", "a folder", "a link out", "a link within", "a pipe", "nothing"])
async def test_what_is_no_plain_file_in_the_folder_is_missing(shop: Shop, folder: Path, name: str) -> None:
    (folder / "a folder").mkdir()
    (folder / "a link out").symlink_to(folder.parent / "secret.txt")
    (folder / "a link within").symlink_to(folder / "ebook-1.epub")
    os.mkfifo(folder / "a pipe")
    order = await shop.keep(an_order({**EBOOK, "files": ["ebook-1.epub", name]}))

    assert await issue(shop, folder, order) == FilesMissing(line_ids=("book",))


@pytest.mark.parametrize(
    "name", ["../secret.txt", "/etc/passwd", "..\\secret.txt", "", "a\x00b", "\ud800", "x" * 999]
)
def test_no_name_leads_out_of_the_folder(folder: Path, name: str) -> None:
    files = FilesFolder(folder)

    assert files.open(name) is None
    assert not files.has(name)
    assert files.has("ebook-1.epub")
