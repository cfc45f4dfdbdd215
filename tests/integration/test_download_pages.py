"""Downloads over HTTP: the file behind a link, or the page that says why there is none."""

import os
from pathlib import Path

import httpx
import pytest

from tests.customer_pages import (
    BOOK,
    Words,
    a_book,
    expire,
    is_kept_secret,
    left,
    link_of,
    page_of,
    until,
)
from tests.digital import Shop

LARGE = 40_000_000


async def test_a_file_comes_whole_as_an_attachment(http: httpx.AsyncClient, shop: Shop, folder: Path) -> None:
    response = await http.get(await link_of(shop, await a_book(shop, folder)))

    assert (response.status_code, response.content) == (200, BOOK)
    assert response.headers["content-length"] == str(len(BOOK))
    assert response.headers["accept-ranges"] == "bytes"
    assert response.headers["content-disposition"].startswith('attachment; filename="ebook-1.epub"')
    assert response.headers["content-type"] == "application/epub+zip"
    assert is_kept_secret(response)


async def test_the_parts_of_a_file_put_together_are_the_file_and_count_once(
    http: httpx.AsyncClient, shop: Shop, folder: Path
) -> None:
    order = await a_book(shop, folder, at_most=1)
    link = await link_of(shop, order)

    first = await http.get(link, headers={"Range": "bytes=0-4999"})
    tag = first.headers["etag"]
    rest = await http.get(link, headers={"Range": "bytes=5000-", "If-Range": tag})

    assert (first.status_code, rest.status_code) == (206, 206)
    assert first.content + rest.content == BOOK
    assert rest.headers["content-range"] == f"bytes 5000-{len(BOOK) - 1}/{len(BOOK)}"
    assert rest.headers["content-length"] == str(len(BOOK) - 5000)
    assert await left(shop, order) == 0
    assert (await http.get(link)).status_code == 410


async def test_a_part_of_a_file_that_has_changed_is_the_whole_new_file_and_counts(
    http: httpx.AsyncClient, shop: Shop, folder: Path
) -> None:
    order = await a_book(shop, folder, at_most=3)
    link = await link_of(shop, order)
    old = (await http.get(link)).headers["etag"]
    (folder / "ebook-1.epub").write_bytes(b"second edition")

    response = await http.get(link, headers={"Range": "bytes=5-", "If-Range": old})

    assert (response.status_code, response.content) == (200, b"second edition")
    assert await left(shop, order) == 1


async def test_a_range_outside_the_file_is_refused_and_not_counted(
    http: httpx.AsyncClient, shop: Shop, folder: Path
) -> None:
    order = await a_book(shop, folder, at_most=1)

    response = await http.get(await link_of(shop, order), headers={"Range": "bytes=99999999-"})

    assert response.status_code == 416
    assert response.headers["content-range"] == f"bytes */{len(BOOK)}"
    assert is_kept_secret(response)
    assert await left(shop, order) == 1


async def test_asking_for_the_headers_alone_counts_nothing(
    http: httpx.AsyncClient, shop: Shop, folder: Path
) -> None:
    order = await a_book(shop, folder, at_most=1)

    response = await http.head(await link_of(shop, order))

    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-length"] == str(len(BOOK))
    assert await left(shop, order) == 1


async def test_a_client_that_goes_away_leaves_no_open_file(
    http: httpx.AsyncClient, shop: Shop, folder: Path
) -> None:
    with (folder / "ebook-1.epub").open("wb") as large:
        large.truncate(LARGE)
    link = await link_of(shop, await a_book(shop, folder))
    before = open_files(folder)

    async with http.stream("GET", link) as response:
        chunk = await anext(response.aiter_raw())
        during = open_files(folder)

    assert (before, during, len(chunk) > 0) == (0, 1, True)
    await until(lambda: open_files(folder) == 0)
    assert (await http.get(link, headers={"Range": "bytes=-10"})).content == bytes(10)


def open_files(folder: Path) -> int:
    names = []
    for descriptor in os.listdir("/proc/self/fd"):
        try:
            names.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        except FileNotFoundError:
            continue  # The one that listed them.
    return sum(name.startswith(str(folder)) for name in names)


async def test_a_large_file_arrives_whole_while_others_are_served(
    http: httpx.AsyncClient, shop: Shop, folder: Path
) -> None:
    with (folder / "ebook-1.epub").open("wb") as large:
        large.truncate(LARGE)
    order = await a_book(shop, folder)
    link, page = await link_of(shop, order), page_of(shop, order)

    async with http.stream("GET", link) as response:
        other = await http.get(page)
        length = sum([len(chunk) async for chunk in response.aiter_raw()])

    assert other.status_code == 200
    assert length == LARGE


@pytest.mark.parametrize(
    ("locale", "title", "advice"),
    [
        ("nl-NL", "Deze download is verlopen", "De Blauwe Mok kan je een nieuwe link sturen"),
        ("en-GB", "This download has expired", "De Blauwe Mok can send you a new link"),
        (None, "This download has expired", "De Blauwe Mok can send you a new link"),
    ],
)
async def test_an_expired_link_says_so_in_the_customers_language_and_whom_to_write_to(
    http: httpx.AsyncClient, shop: Shop, folder: Path, locale: str | None, title: str, advice: str
) -> None:
    order = await a_book(shop, folder, locale=locale)
    link = await link_of(shop, order)
    await expire(shop, order)

    response = await http.get(link, headers={"Accept-Language": "fr"})

    words = Words(response.text)
    assert response.status_code == 410
    assert title in words.text
    assert advice in words.text
    assert f"#{order.number}" in words.text
    assert any(each.startswith("mailto:hallo@blauwemok.example?subject=") for each in words.links)
    assert is_kept_secret(response)


async def test_each_dead_link_says_what_happened(http: httpx.AsyncClient, shop: Shop, folder: Path) -> None:
    used, replaced, refunded = [await a_book(shop, folder, at_most=1) for _ in range(3)]
    links = [await link_of(shop, order) for order in (used, replaced, refunded)]
    await http.get(links[0])
    await shop.tell(replaced, type="reissue", line_id="book", command_id="cmd-1")
    await shop.tell(refunded, type="payment", status="refunded", amount="9.00", currency="EUR")

    pages = [await http.get(link) for link in links]

    assert [page.status_code for page in pages] == [410, 410, 410]
    titles = ["opgebruikt", "vervangen", "beëindigd"]
    assert [title in Words(page.text).text for title, page in zip(titles, pages, strict=True)] == [True] * 3


async def test_a_file_that_is_gone_is_our_fault_and_not_counted(
    http: httpx.AsyncClient, shop: Shop, folder: Path
) -> None:
    order = await a_book(shop, folder, at_most=1)
    (folder / "ebook-1.epub").unlink()

    response = await http.get(await link_of(shop, order))

    assert response.status_code == 503
    assert "ontbreekt aan onze kant" in Words(response.text).text
    assert await left(shop, order) == 1


@pytest.mark.parametrize("path", ["/d/nothing", "/o/nothing", "/d/" + "a" * 43, "/o/" + "%F0%9F%8E%81" * 9])
async def test_an_unknown_link_answers_in_the_browsers_language_and_names_no_order(
    http: httpx.AsyncClient, path: str
) -> None:
    response = await http.get(path, headers={"Accept-Language": "nl,en;q=0.5"})

    words = Words(response.text)
    assert response.status_code == 404
    assert "Deze link werkt niet" in words.text
    assert "De Blauwe Mok" in words.text
    assert "#" not in words.text
    assert is_kept_secret(response)


async def test_an_unknown_link_names_no_shop_where_there_are_several(
    http: httpx.AsyncClient, shop: Shop
) -> None:
    async with shop.pool.acquire() as connection:
        await connection.execute("INSERT INTO stores (store, settings) VALUES ('other', '{}')")

    words = Words((await http.get("/d/nothing")).text)

    assert "De Blauwe Mok" not in words.text
    assert "Reply to that mail" in words.text
