"""Issuing an invoice in a real browser: asked first, then one button."""

import pytest
from playwright.async_api import Browser

from orders.rights import Role
from tests.desk_visits import PHONE, WIDE, flaws, visiting
from tests.house import House
from tests.sample_orders import an_order


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize(("width", "dark"), [(PHONE, False), (WIDE, True)])
async def test_the_page_that_asks_is_sound_and_its_button_issues_the_invoice(
    browser: Browser, house: House, address: str, language: str, width: int, dark: bool
) -> None:
    order_id = await house.paid(an_order())
    async with visiting(
        browser, house, address, Role.PACKER, width=width, dark=dark, language=language
    ) as visitor:
        # A PDF names no icon of its own, so the browser asks for the one of old.
        await visitor.context.route("**/favicon.ico", lambda route: route.fulfill(status=204))
        page = await visitor.open(f"/desk/papers/invoice?orders=default/{order_id}")
        found = await flaws(page)
        async with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
            await page.locator("button.primary").press("Enter")
        answer = await answered.value

    assert found == []
    assert answer.headers["content-type"] == "application/pdf"
    assert await house.pool.fetchval("SELECT count(*) FROM invoices WHERE order_id = $1", order_id) == 1
