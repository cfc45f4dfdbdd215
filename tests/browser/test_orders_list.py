"""The list of orders in a real browser: found, followed, by keyboard, on a phone and on a wide screen."""

import pytest
from playwright.async_api import Browser, expect

from tests.desk_visits import PHONE, WIDE, flaws, visiting
from tests.house import House
from tests.sample_orders import an_order


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, WIDE])
async def test_the_list_has_no_flaws(
    browser: Browser, house: House, address: str, width: int, dark: bool, language: str
) -> None:
    await house.paid(an_order())

    async with visiting(browser, house, address, width=width, dark=dark, language=language) as anna:
        page = await anna.open("/desk/orders")

        assert await flaws(page) == []


async def test_typing_finds_an_order_without_a_click(browser: Browser, house: House, address: str) -> None:
    body = an_order()
    await house.placed(body)

    async with visiting(browser, house, address) as anna:
        page = await anna.open("/desk/orders")
        await page.keyboard.press("/")
        await page.keyboard.type(body["customer"]["email"])

        await expect(page.locator("[data-orders] tr")).to_have_count(1)
        await expect(page.locator("[data-orders] th a")).to_have_text(body["number"])


async def test_a_row_follows_what_happens_and_stays_where_it_is(
    browser: Browser, house: House, address: str
) -> None:
    older, newer = an_order(), an_order()
    await house.placed(older)
    await house.placed(newer)

    async with visiting(browser, house, address) as anna:
        page = await anna.open("/desk/orders")
        rows = page.locator("[data-orders] tr")
        row = page.locator(f'[data-order="default/{older["order_id"]}"]')
        await expect(row).to_contain_text("Awaiting payment")
        await expect(rows.nth(1).locator("th a")).to_have_text(older["number"])
        await house.pay(older["order_id"])

        await expect(row).to_contain_text("Paid")
        await expect(rows.nth(1).locator("th a")).to_have_text(older["number"])


async def test_a_new_order_is_told_of_quietly(browser: Browser, house: House, address: str) -> None:
    await house.placed(an_order())

    async with visiting(browser, house, address) as anna:
        page = await anna.open("/desk/orders")
        first = await page.locator("[data-orders] th a").first.text_content()
        async with page.expect_response("**/desk/live") as _:
            await page.reload()
        await house.placed(an_order())

        await expect(page.locator("[data-news]")).to_contain_text("1 new order")
        await expect(page.locator("[data-orders] th a").first).to_have_text(first or "")


async def test_whoever_is_not_signed_in_is_led_to_the_sign_in_and_back(
    browser: Browser, house: House, address: str
) -> None:
    async with visiting(browser, house, address, role=None) as nobody:
        page = await nobody.open("/desk/orders?q=mug")

        assert page.url == f"{address}/desk/sign-in?next=%2Fdesk%2Forders%3Fq%3Dmug"
