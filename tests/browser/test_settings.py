"""Settings in a real browser: no flaws in either width, and everything by keyboard."""

import uuid

import pytest
from playwright.async_api import Browser, expect

from db import papers
from desk.staff.settings_parts import PARTS
from tests.desk_visits import PHONE, WIDE, flaws, visiting
from tests.house import House
from tests.paper_reading import a_png
from tests.sample_orders import an_order


@pytest.fixture
async def store(house: House) -> str:
    name = f"shop-{uuid.uuid4().hex[:8]}"
    await house.open_store(
        name,
        look={"name": "De Blauwe Mok"},
        pickup_places=[{"name": "Winkel", "special_days": [{"day": "2026-12-25"}]}],
        tracking_links={"PostNL": "https://postnl.example/{tracking_number}"},
    )
    async with house.pool.acquire() as connection:
        await papers.keep_logo(connection, name, a_png(60, 30))
    return name


@pytest.mark.parametrize(("width", "dark", "language"), [(PHONE, True, "nl"), (WIDE, False, "en")])
async def test_no_page_of_the_settings_has_a_flaw(
    browser: Browser, house: House, address: str, store: str, width: int, dark: bool, language: str
) -> None:
    await house.placed(an_order() | {"store": store})
    paths = [
        "",
        f"/{store}",
        *(f"/{store}/parts/{part}" for part in PARTS),
        f"/{store}/places/0",
        f"/{store}/places/1",
        f"/{store}/mails",
        f"/{store}/mails/order_received",
    ]
    found = {}

    async with visiting(browser, house, address, width=width, dark=dark, language=language) as anna:
        page = await anna.open("/desk/settings")
        for path in paths:
            await page.goto(f"{address}/desk/settings{path}")
            found[path] = await flaws(page)

    assert {path: flaw for path, flaw in found.items() if flaw} == {}


@pytest.mark.parametrize("width", [PHONE, WIDE])
async def test_a_refused_form_has_no_flaw_and_keeps_what_was_typed(
    browser: Browser, house: House, address: str, store: str, width: int
) -> None:
    async with visiting(browser, house, address, width=width) as anna:
        page = await anna.open(f"/desk/settings/{store}/parts/sender")
        await page.get_by_label("Sender", exact=True).fill("not an address")
        await page.get_by_label("Answers go to").fill("ask@mokken.example")
        async with page.expect_response("**/parts/sender") as answer:
            await page.get_by_role("button", name="Save", exact=True).press("Enter")
        status = (await answer.value).status

        assert status == 422
        sender = page.get_by_label("Sender", exact=True)
        await expect(sender).to_have_value("not an address")
        await expect(sender).to_have_accessible_description(
            "Write a plain address, such as orders@example.com."
        )
        await expect(page.get_by_label("Answers go to")).to_have_value("ask@mokken.example")
        assert await flaws(page) == []


async def test_a_deadline_is_changed_by_keyboard_alone(
    browser: Browser, house: House, address: str, store: str
) -> None:
    async with visiting(browser, house, address) as anna:
        page = await anna.open(f"/desk/settings/{store}/parts/deadlines")
        await page.get_by_label("Pick within", exact=True).focus()
        await page.keyboard.press("ControlOrMeta+a")
        await page.keyboard.type("36")
        await page.keyboard.press("Tab")
        await page.keyboard.type("hours")
        await page.keyboard.press("Shift+Tab")
        await page.keyboard.press("Enter")

        await expect(page.get_by_role("status")).to_contain_text("Saved.")
        await expect(page.get_by_label("Pick within", exact=True)).to_have_value("36")
    kept = await house.pool.fetchval(
        "SELECT settings #>> '{policy,pick_within}' FROM stores WHERE store = $1", store
    )
    assert kept == "P1DT12H"


async def test_a_logo_is_chosen_and_seen(browser: Browser, house: House, address: str, store: str) -> None:
    async with visiting(browser, house, address) as anna:
        page = await anna.open(f"/desk/settings/{store}/parts/look")
        await page.get_by_label("Picture").set_input_files(
            {"name": "logo.png", "mimeType": "image/png", "buffer": a_png(90, 30)}
        )
        await page.get_by_role("button", name="Use this picture").click()

        await expect(page.get_by_role("status")).to_contain_text("The logo is saved.")
        width = await page.get_by_role("img", name="The logo as it is now").evaluate("it => it.naturalWidth")
        assert width == 90


async def test_a_mail_is_seen_in_its_frame(browser: Browser, house: House, address: str, store: str) -> None:
    body = an_order() | {"store": store}
    await house.placed(body)

    async with visiting(browser, house, address) as anna:
        page = await anna.open(f"/desk/settings/{store}/mails")
        await page.get_by_role("link", name="Thank you for your order").click()
        await page.get_by_role("link", name="Dutch").click()

        await expect(page.frame_locator("iframe").locator("body")).to_contain_text("Bedankt")
        await expect(page.frame_locator("iframe").locator("body")).to_contain_text(body["number"])
