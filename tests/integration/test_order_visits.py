"""Coming to the order page: the link is swapped for a cookie, and opens one order only."""

import re
from datetime import timedelta

import pytest

from db import order_pages
from desk.customer_cookies import MOST_COOKIES, PREFIX
from tests.customer_pages import Words, is_kept_secret
from tests.customer_visits import a_browser, come_in, link_of
from tests.house import House
from tests.sample_orders import an_order

ENDED = "UPDATE orders SET ended_at = now() - $2::interval WHERE order_id = $1"


async def visits(house: House, link: str) -> int:
    """How many browsers are let in by this link."""
    found = await house.pool.fetchval(
        "SELECT count(*) FROM order_page_visits WHERE page_token_hash = $1",
        house.vault.token_hash(link.removeprefix("/o/")),
    )
    return int(found)


async def test_the_link_is_swapped_for_a_cookie_and_a_clean_address(house: House) -> None:
    body = an_order()
    link = await link_of(house, await house.placed(body))

    async with a_browser(house) as browser:
        first = await browser.get(link)
        second = await browser.get(first.headers["location"])
        page = await browser.get(second.headers["location"])

    (cookie,) = first.headers.get_list("set-cookie")
    token = link.removeprefix("/o/")
    assert (first.status_code, second.status_code, page.status_code) == (303, 303, 200)
    assert re.fullmatch(r"/o/order/[a-z2-7]{12}", second.headers["location"])
    assert token not in first.headers["location"] + page.text + cookie
    assert re.match(rf"{PREFIX}[a-z2-7]{{12}}=[A-Za-z0-9_-]{{43}}; ", cookie)
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=2592000"):
        assert part in cookie
    assert f"#{body['number']}" in Words(page.text).text
    assert all(is_kept_secret(answer) for answer in (first, second, page))


async def test_the_clean_address_opens_nothing_without_the_cookie(house: House) -> None:
    body = an_order()
    link = await link_of(house, await house.placed(body))
    async with a_browser(house) as owner, a_browser(house) as stranger:
        address = await come_in(owner, link)

        page = await stranger.get(address, headers={"Accept-Language": "nl"})
        live = await stranger.get(f"{address}/live")

    words = Words(page.text)
    assert (page.status_code, live.status_code) == (403, 204)
    assert "Open de link uit je mail" in words.text
    assert body["number"] not in words.text
    assert "form" in words.tags


async def test_several_orders_stand_side_by_side_and_each_cookie_opens_its_own(house: House) -> None:
    bodies = [an_order(), an_order()]
    links = [await link_of(house, await house.placed(body)) for body in bodies]

    async with a_browser(house) as browser:
        addresses = [await come_in(browser, link) for link in links]
        pages = [Words((await browser.get(address)).text).text for address in addresses]
        refs = [address.rsplit("/", 1)[1] for address in addresses]
        swapped = {PREFIX + refs[0]: browser.cookies[PREFIX + refs[1]]}
    async with a_browser(house, Cookie="; ".join(f"{k}={v}" for k, v in swapped.items())) as thief:
        stolen = await thief.get(addresses[0])

    assert [f"#{body['number']}" in page for body, page in zip(bodies, pages, strict=True)] == [True, True]
    assert stolen.status_code == 403


async def test_opening_the_link_again_lets_the_same_browser_in_as_before(house: House) -> None:
    link = await link_of(house, await house.placed(an_order()))

    async with a_browser(house) as browser:
        address = await come_in(browser, link)
        again = await browser.get(link)

    assert again.headers["location"] == address
    assert "set-cookie" not in again.headers
    assert await visits(house, link) == 1


async def test_a_browser_without_cookies_is_led_to_the_page_all_the_same(house: House) -> None:
    body = an_order(locale="en")
    link = await link_of(house, await house.placed(body))

    async with a_browser(house) as browser:
        first = await browser.get(link)
        browser.cookies.clear()
        second = await browser.get(first.headers["location"])
        page = await browser.get(second.headers["location"])
        once_more = await browser.get(first.headers["location"])

    text = Words(page.text).text
    assert second.headers["location"] == f"{link}?plain=1"
    assert f"#{body['number']}" in text
    assert "keeps no cookies for us" in text
    assert "data-live" not in page.text
    assert once_more.status_code == 403
    assert await visits(house, link) == 0


async def test_the_pass_of_a_visit_is_good_for_a_moment_only(house: House) -> None:
    link = await link_of(house, await house.placed(an_order()))

    async with a_browser(house) as browser:
        first = await browser.get(link)
        browser.cookies.clear()
        await house.pool.execute("UPDATE order_page_visits SET began_at = now() - interval '3 minutes'")
        late = await browser.get(first.headers["location"])

    assert late.status_code == 403


async def test_who_looks_at_the_link_besides_the_customer_uses_nothing_up(house: House) -> None:
    link = await link_of(house, await house.placed(an_order()))

    async with a_browser(house) as browser:
        heads = [await browser.head(link) for _ in range(3)]
        before = await visits(house, link)
        for _ in range(order_pages.MOST_VISITS + 5):
            await browser.get(link)
            browser.cookies.clear()
        address = await come_in(browser, link)

    assert [(each.status_code, each.content, "set-cookie" in each.headers) for each in heads] == [
        (200, b"", False)
    ] * 3
    assert before == 0
    assert address.startswith("/o/order/")
    assert await visits(house, link) == order_pages.MOST_VISITS


async def test_the_oldest_cookies_make_room_for_new_ones(house: House) -> None:
    link = await link_of(house, await house.placed(an_order()))
    known = {f"{PREFIX}{at:012d}": "x" for at in range(MOST_COOKIES + 3)}

    async with a_browser(house, Cookie="; ".join(f"{k}={v}" for k, v in known.items())) as browser:
        answer = await browser.get(link)

    ended = [each.partition("=")[0] for each in answer.headers.get_list("set-cookie") if "Max-Age=0" in each]
    assert ended == list(known)[:4]


async def test_a_link_opens_long_after_its_order_ended_and_then_helps(house: House) -> None:
    body = an_order(locale="en")
    order_id = await house.placed(body)
    link = await link_of(house, order_id)
    async with a_browser(house) as browser:
        address = await come_in(browser, link)
        await house.pool.execute(ENDED, order_id, order_pages.LIVES_AFTER_THE_END - timedelta(hours=1))
        before = [await browser.get(link, follow_redirects=True), await browser.get(address)]
        await house.pool.execute(ENDED, order_id, order_pages.LIVES_AFTER_THE_END + timedelta(hours=1))

        after = [await browser.get(path) for path in (link, f"{link}?plain=1", address)]
        live = await browser.get(f"{address}/live")

    words = Words(after[0].text)
    assert [each.status_code for each in before] == [200, 200]
    assert [each.status_code for each in after] == [410, 410, 410]
    assert live.status_code == 204
    assert "This link has ended" in words.text
    assert f"#{body['number']}" in words.text
    assert "form" in words.tags
    assert any(each.startswith("mailto:") for each in words.links)


async def test_a_link_that_was_replaced_opens_nothing_and_neither_do_its_cookies(house: House) -> None:
    order_id = await house.placed(an_order())
    old = await link_of(house, order_id)
    async with a_browser(house) as browser:
        address = await come_in(browser, old)
        async with house.pool.acquire() as connection:
            token = await order_pages.replace_link(connection, house.vault, "default", order_id)

        dead = [await browser.get(path) for path in (old, f"{old}?plain=1", address)]
        fresh = await come_in(browser, await link_of(house, order_id))

    assert [each.status_code for each in dead] == [404, 404, 403]
    assert await link_of(house, order_id) == f"/o/{token}"
    assert fresh != address


@pytest.mark.parametrize(
    "path", ["/o/order/x", "/o/order/%F0%9F%8E%81?pass=%00", "/o/order/a?pass=" + "a" * 43]
)
async def test_an_address_that_was_made_up_ends_on_a_page_that_helps(house: House, path: str) -> None:
    async with a_browser(house) as browser:
        answer = await browser.get(path, headers={"Accept-Language": "en"})

    assert answer.status_code == 403
    assert "Open the link from your mail" in answer.text
    assert is_kept_secret(answer)


async def test_the_page_of_an_order_is_no_page_of_another_store(house: House) -> None:
    await house.open_store("elsewhere")
    body = an_order()
    await house.placed(body)
    await house.placed({**body, "store": "elsewhere", "number": "EL-1"})
    tokens = [house.vault.token("page", store, body["order_id"]) for store in ("default", "elsewhere")]

    async with a_browser(house) as browser:
        pages = [Words((await browser.get(f"/o/{each}?plain=1")).text).text for each in tokens]

    assert ["#EL-1" in page for page in pages] == [False, True]
