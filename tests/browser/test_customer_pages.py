"""The customer's pages in a real browser: come in by the link, followed, read on a phone and in the dark."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from db.order_pages import LIVES_AFTER_THE_END
from db.stores import keep
from orders.store import StoreSettings
from tests.browser.conftest import CHROMIUM
from tests.customer_pages import SETTINGS
from tests.customer_visits import link_of
from tests.desk_visits import PHONE, WIDE, Visitor, flaws, visiting
from tests.house import House
from tests.sample_orders import BOOK, CARD, MUG, an_order

HOSTILE = '"><img src=x onerror=alert(1)>\u202eevil\U0001f381 שלום'
PLACE = {
    "name": "Afhaalpunt Kerkstraat, hoek Vijzelgracht",
    "address": ["Kerkstraat 12", "1017 GC Amsterdam"],
    "hours": {"tuesday": "10:00-18:00", "saturday": "09:30-12:00, 13:00-17:00"},
}
LOOKS = pytest.mark.parametrize(
    ("width", "dark", "language"),
    [(PHONE, False, "nl"), (PHONE, True, "en"), (WIDE, False, "en"), (WIDE, True, "nl")],
    ids=["phone-light-nl", "phone-dark-en", "wide-light-en", "wide-dark-nl"],
)


@pytest.fixture
async def shop(house: House) -> None:
    async with house.pool.acquire() as connection:
        await keep(
            connection, "mug-shop", StoreSettings.model_validate(SETTINGS | {"pickup_places": [PLACE]})
        )


def ordered(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return an_order(*lines, store="mug-shop", **more)


def forgive_refusals(visitor: Visitor) -> None:
    """A browser's console tells of every page that answers with an error, also where that is right."""
    visitor.complaints[:] = [
        each for each in visitor.complaints if "responded with a status of 4" not in each
    ]


async def states(house: House, locale: str) -> list[str]:
    """The links of orders in every state a customer meets."""
    unpaid = ordered(MUG, BOOK, CARD, locale=locale, kind="offline")
    online = ordered(locale=locale)
    mixed = ordered({**MUG, "quantity": 3}, BOOK, {**CARD, "quantity": 2}, locale=locale)
    ready = ordered(method="pickup", locale=locale)
    out = ordered(method="local_delivery", locale=locale)
    over = ordered(locale=locale)
    for body in (unpaid, online):
        await house.placed(body)
    for body in (mixed, ready, out):
        await house.paid(body)
    await house.placed(over)
    await house.done(mixed["order_id"], "packed", lines=[{"line_id": "1", "quantity": 1}])
    await house.done(mixed["order_id"], "shipped", carrier="PostNL", tracking_number="3SDEVC1")
    await house.until(mixed["order_id"], lambda order: len(order["mails"]) >= 3)
    await house.done(ready["order_id"], "ready_for_pickup")
    await house.done(out["order_id"], "out_for_delivery")
    await house.done(over["order_id"], "cancel")
    return [await link_of(house, body["order_id"]) for body in (unpaid, online, mixed, ready, out, over)]


@LOOKS
async def test_the_order_page_has_no_flaws_in_any_state(
    browser: Browser, house: House, address: str, shop: None, width: int, dark: bool, language: str
) -> None:
    links = await states(house, language)

    wrong = {}
    async with visiting(browser, house, address, None, width=width, dark=dark, language=language) as sanne:
        for link in links:
            page = await sanne.open(link)
            assert re.search(r"/o/order/[a-z2-7]{12}$", page.url)
            for each in await page.locator("summary").all():
                await each.click()
            if found := await flaws(page):
                wrong[await page.locator("h1").inner_text()] = found
            await page.close()

    assert wrong == {}


@LOOKS
async def test_the_pages_of_links_that_open_nothing_have_no_flaws(
    browser: Browser, house: House, address: str, width: int, dark: bool, language: str
) -> None:
    order_id = await house.placed(an_order(locale=language))
    ended = await link_of(house, order_id)
    await house.pool.execute(
        "UPDATE orders SET ended_at = now() - $2::interval - interval '1 day' WHERE order_id = $1",
        order_id,
        LIVES_AFTER_THE_END,
    )

    wrong = {}
    async with visiting(browser, house, address, None, width=width, dark=dark, language=language) as sanne:
        for path in (ended, "/o/nothing", "/o/order/nothing", "/d/nothing", "/o", "/o/link/sent"):
            page = await sanne.open(path)
            if found := await flaws(page):
                wrong[path] = found
            await page.close()
        forgive_refusals(sanne)

    assert wrong == {}


async def test_the_page_shows_by_itself_that_the_payment_arrived_and_moves_nobody(
    browser: Browser, house: House, address: str
) -> None:
    body = an_order(BOOK, {**CARD, "quantity": 2}, locale="en")
    order_id = await house.placed(body)

    async with visiting(browser, house, address, None) as sanne:
        page = await sanne.open(await link_of(house, order_id))
        await expect(page.locator("h1")).to_have_text("We are waiting for your payment")
        await expect(page.locator("#follows")).to_have_text("This page shows by itself what changes.")
        await page.locator("#write").focus()
        await house.pay(order_id)

        await expect(page.locator("h1")).to_have_text("Your order is complete")
        await expect(page.get_by_role("link", name="ebook-1.epub")).to_be_visible()
        await expect(page.locator("#news")).to_have_text("This page has changed: Your order is complete")
        await expect(page.locator(".voucher").first).to_be_hidden()
        await expect(page.locator("#write")).to_be_focused()


async def test_a_code_that_is_open_stays_open_when_the_page_changes(
    browser: Browser, house: House, address: str
) -> None:
    order_id = await house.paid(an_order(CARD, MUG, locale="en"))
    await house.mail(order_id, "gift_card")

    async with visiting(browser, house, address, None) as sanne:
        page = await sanne.open(await link_of(house, order_id))
        await expect(page.locator("#follows")).to_be_visible()
        await page.locator("summary").focus()
        await page.keyboard.press("Enter")
        code = await page.locator(".voucher").inner_text()
        await house.done(order_id, "packed")

        await expect(page.get_by_text("Packed on 2")).to_be_visible()
        await expect(page.locator(".voucher")).to_have_text(code)
        await expect(page.locator("summary")).to_be_focused()


@pytest.fixture
async def without_cookies(browser: Browser) -> AsyncIterator[Browser]:
    """A browser for http://shop.test, where no cookie of ours is kept: it is neither https nor local."""
    options = ["--no-sandbox", "--host-resolver-rules=MAP shop.test 127.0.0.1"]
    other = await browser.browser_type.launch(executable_path=CHROMIUM, args=options)
    yield other
    await other.close()


async def test_a_browser_that_refuses_cookies_sees_the_page_and_it_follows_all_the_same(
    without_cookies: Browser, house: House, address: str
) -> None:
    order_id = await house.placed(an_order(locale="en"))
    shop, link = address.replace("127.0.0.1", "shop.test"), await link_of(house, order_id)
    page = await without_cookies.new_page()
    await page.clock.install()

    await page.goto(shop + link)
    await expect(page.get_by_text("keeps no cookies for us")).to_be_visible()
    await expect(page.locator("#follows")).to_contain_text("looks every few seconds")
    await house.pay(order_id)
    await page.clock.run_for(16_000)

    await expect(page.locator("h1")).to_have_text("We have your order")
    assert page.url == f"{shop}{link}?plain=1"


async def test_an_old_browser_that_names_only_its_origin_can_ask_for_the_link(
    without_cookies: Browser, house: House, address: str
) -> None:
    await house.pool.execute("DELETE FROM sign_in_attempts")
    page = await without_cookies.new_page()

    # To an address that is not secure, a browser sends no Sec-Fetch-Site either.
    await page.goto(address.replace("127.0.0.1", "shop.test") + "/o")
    await page.locator("#number").fill("1042")
    await page.locator("#email").fill("sanne@example.com")
    await page.get_by_role("button").click()

    await expect(page).to_have_url(re.compile("/o/link/sent"))


async def test_the_page_is_whole_without_scripts(browser: Browser, house: House, address: str) -> None:
    order_id = await house.placed(an_order(locale="en"))
    context = await browser.new_context(java_script_enabled=False)

    page = await context.new_page()
    await page.goto(address + await link_of(house, order_id))
    await expect(page.locator("h1")).to_have_text("We are waiting for your payment")
    await house.pay(order_id)
    await page.get_by_role("link", name="Look whether something has changed").click()

    await expect(page.locator("h1")).to_have_text("We have your order")
    await context.close()


async def test_the_link_is_asked_for_by_keyboard_alone(browser: Browser, house: House, address: str) -> None:
    await house.pool.execute("DELETE FROM sign_in_attempts")
    body = an_order(locale="en")
    order_id = await house.placed(body)

    async with visiting(browser, house, address, None) as sanne:
        page = await sanne.open("/o/a-link-that-was-cut-off")
        await tab_to(page, "#number")
        await page.keyboard.type(body["number"])
        await page.keyboard.press("Enter")
        await expect(page.locator("#email-problem")).to_be_visible()
        await expect(page.locator("#number")).to_have_value(body["number"])
        await tab_to(page, "#email")
        await page.keyboard.type(body["customer"]["email"])
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_have_text("Look in your mailbox")
        forgive_refusals(sanne)

    assert await house.mail(order_id, "order_link")


async def tab_to(page: Page, wanted: str) -> None:
    for _ in range(10):
        await page.keyboard.press("Tab")
        if await page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"{wanted} is not reached by keyboard")


async def test_names_that_would_be_markup_stay_names_and_500_lines_stay_readable(
    browser: Browser, house: House, address: str
) -> None:
    lines = [{**MUG, "line_id": str(at), "name": f"{HOSTILE} {at}"} for at in range(500)]
    order_id = await house.paid(an_order(*lines, locale="en"))

    async with visiting(browser, house, address, None, width=PHONE) as sanne:
        page = await sanne.open(await link_of(house, order_id))

        assert await page.locator("img").count() == 0
        assert await page.get_by_text(f"{HOSTILE} 499", exact=True).count() == 2
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
