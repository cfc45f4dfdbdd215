"""Many orders at once in a real browser: ticked in stretches, kept while searching, started and followed."""

import re
import uuid
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.bulk_jobs import a_job, answered
from tests.desk_visits import PHONE, WIDE, flaws, session_of, visiting
from tests.house import House
from tests.sample_orders import an_order


async def some_orders(house: House, number: int) -> tuple[str, list[str]]:
    """Paid orders that a search for the answered word finds, the latest first."""
    mark = f"B{uuid.uuid4().hex[:8]}"
    bodies: list[dict[str, Any]] = [{**an_order(), "number": f"{mark}-{place}"} for place in range(number)]
    return mark, [await house.paid(body) for body in bodies][::-1]


def boxes(page: Page) -> Any:
    return page.locator('[data-orders] input[name="order"]')


async def test_a_stretch_is_ticked_with_shift_and_survives_a_search_and_a_live_row(
    browser: Browser, house: House, address: str
) -> None:
    mark, order_ids = await some_orders(house, 5)

    async with visiting(browser, house, address) as anna:
        page = await anna.open(f"/desk/orders?q={mark}")
        await boxes(page).nth(0).click()
        await boxes(page).nth(3).click(modifiers=["Shift"])
        await expect(page.locator("[data-chosen]")).to_have_text("4 orders chosen")
        await house.done(order_ids[1], "picked")
        await expect(page.locator("[data-orders] tr").nth(1)).to_have_class("fresh")
        await expect(boxes(page).nth(1)).to_be_checked()
        await page.locator("#q").fill(f"{mark}-4")
        await expect(boxes(page)).to_have_count(1)
        await expect(page.locator("[data-chosen]")).to_contain_text("3 of them are not on this page")
        await page.locator("#bulk-kind").select_option("packed")
        await page.get_by_role("button", name="Go on").click()

        await expect(page.get_by_role("heading", level=1)).to_have_text("4 orders chosen")


async def test_orders_are_packed_by_the_keyboard_alone_and_followed_to_the_end(
    browser: Browser, house: House, address: str
) -> None:
    mark, _ = await some_orders(house, 3)

    async with visiting(browser, house, address) as anna:
        page = await anna.open(f"/desk/orders?q={mark}")
        await boxes(page).nth(0).focus()
        await page.keyboard.press("Space")
        await boxes(page).nth(2).focus()
        await page.keyboard.press("Shift+Space")
        await expect(page.locator("[data-chosen]")).to_have_text("3 orders chosen")
        await page.keyboard.press("x")
        await expect(page.locator("[data-chosen]")).to_have_text("2 orders chosen")
        await page.keyboard.press("x")
        await page.locator("#bulk-kind").focus()
        await page.keyboard.type("Mark pa")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Mark 3 orders packed").focus()
        await page.keyboard.press("Enter")

        await expect(page.locator("#progress")).to_contain_text("3 of 3 orders", timeout=20_000)
        await expect(page.locator("#progress tbody .badge.ok")).to_have_count(3)


async def test_what_is_done_most_in_a_view_is_three_clicks_away(
    browser: Browser, house: House, address: str
) -> None:
    mark, order_ids = await some_orders(house, 1)
    await house.done(order_ids[0], "picked")

    async with visiting(browser, house, address) as anna:
        page = await anna.open(f"/desk/orders?view=to_pack&q={mark}")
        await boxes(page).nth(0).click()
        async with page.expect_popup() as opened:
            await page.get_by_role("button", name="Print packing slips").click()
        assert "/desk/papers/packing_slip?" in (await opened.value).url
        await page.get_by_role("button", name="Mark packed").click()
        await page.get_by_role("button", name="Mark 1 order packed").click()

        await expect(page.locator("#progress")).to_contain_text("1 of 1 order", timeout=20_000)
    assert (await house.show(order_ids[0]))["parcels"][0]["state"] == "packed"


async def test_all_that_match_are_more_than_the_page_shows(
    browser: Browser, house: House, address: str
) -> None:
    mark, _ = await some_orders(house, 3)

    async with visiting(browser, house, address) as anna:
        page = await anna.open(f"/desk/orders?q={mark}")
        await page.get_by_label("Choose all on this page").check()
        await expect(page.locator("[data-chosen]")).to_have_text("3 orders chosen")
        await page.get_by_role("button", name="Choose none").click()
        await expect(page.locator("#bulk")).to_be_hidden()
        await expect(boxes(page).nth(0)).to_be_focused()
        await page.keyboard.press("Space")
        await page.get_by_label("All that this list shows").check()
        await expect(boxes(page).nth(0)).to_be_disabled()
        await page.locator("#bulk-kind").select_option("hold")
        await page.get_by_role("button", name="Go on").click()

        await expect(page.get_by_role("heading", level=1)).to_have_text("3 orders chosen")


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, WIDE])
async def test_no_page_of_a_job_has_flaws(
    browser: Browser, house: House, address: str, width: int, dark: bool, language: str
) -> None:
    paid, unpaid = await house.paid(an_order()), await house.placed(an_order())
    job_id = await a_job(house, [paid, unpaid], "packed")
    found = {}

    async with visiting(browser, house, address, width=width, dark=dark, language=language) as anna:
        page = await anna.open("/desk/orders")
        await boxes(page).nth(0).check()
        found["list"] = await flaws(page)
        await page.locator("#bulk-kind").select_option("shipped")
        await page.locator("#bulk button.primary").click()
        await page.locator("#numbers").fill("nobody 3SX")
        await page.locator("form[action$='/plan'] button").click()
        await expect(page.locator(".unfit")).to_have_count(1)
        found["draft"] = await flaws(page)
        who = await house.pool.fetchval("SELECT actor FROM bulk_jobs ORDER BY created_at DESC LIMIT 1")
        await house.pool.execute("UPDATE bulk_jobs SET actor = $1 WHERE job_id = $2", who, job_id)
        await house.opened.bulk.start(job_id)
        await answered(house, job_id)
        await page.goto(f"{address}/desk/bulk/{job_id}")
        found["job"] = await flaws(page)
        await page.goto(f"{address}/desk/bulk")
        found["jobs"] = await flaws(page)

    assert found == {"list": [], "draft": [], "job": [], "jobs": []}


async def test_without_a_script_boxes_and_a_button_are_enough(
    browser: Browser, house: House, address: str
) -> None:
    mark, _ = await some_orders(house, 2)
    _, token = await session_of(house)
    context = await browser.new_context(java_script_enabled=False)
    await context.add_cookies(
        [
            {
                "name": "__Host-pakhuis",
                "value": token,
                "url": address.replace("http:", "https:", 1),
                "secure": True,
                "httpOnly": True,
                "sameSite": "Strict",
            }
        ]
    )
    page = await context.new_page()
    await page.goto(f"{address}/desk/orders?q={mark}")
    await boxes(page).nth(0).check()
    await boxes(page).nth(1).check()
    await page.locator("#bulk-kind").select_option("picked")
    await page.get_by_role("button", name="Go on").click()
    await page.get_by_role("button", name="Mark 2 orders picked").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Mark picked")
    assert re.search(r"/desk/bulk/[0-9a-f-]{36}$", page.url)
    await context.close()


async def test_what_is_ticked_stays_while_turning_to_an_order_and_back_and_not_in_another_view(
    browser: Browser, house: House, address: str
) -> None:
    mark, _ = await some_orders(house, 2)

    async with visiting(browser, house, address) as anna:
        page = await anna.open(f"/desk/orders?view=to_pick&q={mark}")
        await boxes(page).nth(0).click()
        await page.locator("[data-orders] a").nth(0).click()
        await page.goto(f"{address}/desk/orders?view=to_pick&q={mark}")
        await expect(boxes(page).nth(0)).to_be_checked()
        await page.goto(f"{address}/desk/orders?q={mark}")

        await expect(boxes(page)).to_have_count(2)
        await expect(boxes(page).nth(0)).not_to_be_checked()
        await expect(page.locator("#bulk")).to_be_hidden()


async def test_what_is_typed_after_the_look_ahead_is_looked_at_before_anything_happens(
    browser: Browser, house: House, address: str
) -> None:
    mark, _ = await some_orders(house, 2)

    async with visiting(browser, house, address) as anna:
        page = await anna.open(f"/desk/orders?q={mark}")
        await page.get_by_label("Choose all on this page").check()
        await page.locator("#bulk-kind").select_option("shipped")
        await page.get_by_role("button", name="Go on").click()
        start = page.get_by_role("button", name="Hand over 2 orders")
        await expect(start).to_be_visible()
        await page.get_by_label("Tracking numbers", exact=True).fill(f"{mark}-0 3STYPED")
        await expect(start).to_be_hidden()
        await page.get_by_role("button", name="Look at what will happen").click()

        await expect(page.get_by_role("button", name="Hand over 1 order")).to_be_visible()
