"""The page of one order in a real browser: by keyboard, on a phone and a wide screen, live, mail in sight."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.desk_visits import PHONE, WIDE, flaws, visiting
from tests.house import House
from tests.sample_orders import BOOK, CARD, MUG, an_order

NASTY = '"><img src=x onerror=alert(1)>'


async def a_full_order(house: House, **more: Any) -> str:
    """One that has something in every part of its page."""
    body = an_order(
        MUG | {"name": f"Mok {NASTY}", "options": ["Kleur: blauw"], "location": "A-01"},
        MUG | {"line_id": "4", "name": "\u202eשלום עולם 🎁 " + "lang" * 30},
        BOOK,
        CARD,
        comment="Graag als cadeau inpakken\nen niet aanbellen",
        **more,
    )
    order_id = await house.paid(body)
    await house.done(order_id, "packed", lines=[{"line_id": "1", "quantity": 1}], weight_grams=350)
    await house.done(order_id, "labelled", carrier="postnl", tracking_number="3SFULL")
    await house.done(order_id, "payment", status="paid", amount="5.00", reference="twice")
    await house.done(order_id, "hold", reason="Bel de klant eerst")
    return order_id


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, WIDE])
async def test_the_pages_of_an_order_have_no_flaws(
    browser: Browser, house: House, address: str, width: int, dark: bool, language: str
) -> None:
    order_id = await a_full_order(house)
    await house.mail(order_id, "order_received")
    path = f"/desk/orders/default/{order_id}"

    async with visiting(browser, house, address, width=width, dark=dark, language=language) as anna:
        page = await anna.open(path)
        assert await flaws(page) == []
        await page.locator("#more > summary").click()
        for choice in await page.locator("#more details > summary").all():
            await choice.click()
        assert await flaws(page) == []
        for other in (f"{path}/steps/cancel?key=cancel-cancel", "/desk/attention"):
            await page.goto(address + other)
            assert await flaws(page) == []
        await page.goto(address + path)
        await page.locator("#mails a").first.click()
        await expect(page.frame_locator("iframe").locator("body")).to_contain_text("Mok")
        assert await flaws(page) == []
        await page.goto(address + path)
        await page.locator("#replace-link > summary").click()
        assert await flaws(page) == []
        await page.locator("#replace-link button").click()
        await expect(page.locator("#link")).to_have_value(re.compile("/o/[A-Za-z0-9_-]{43}$"))
        assert await flaws(page) == []


async def test_a_form_that_came_back_has_the_keyboard_on_what_is_wrong(
    browser: Browser, house: House, address: str
) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "packed")

    async with visiting(browser, house, address) as anna:
        page = await anna.open(f"/desk/orders/default/{order_id}")
        main = page.locator("[name=tracking_number]").first
        await main.fill("3S<DEVC>")
        await main.press("Enter")
        await expect(main).to_be_focused()
        await expect(main).to_have_attribute("aria-invalid", "true")
        await expect(main).to_have_value("3S<DEVC>")

        # One that lies folded away opens; where no field is to blame, the sentence has the keyboard.
        await page.locator("#more > summary").click()
        await page.locator("#choice-payment-another_payment-paid > summary").click()
        amount = page.locator("#choice-payment-another_payment-paid [name=amount]")
        await amount.fill("a lot")
        await amount.press("Enter")
        await expect(amount).to_be_focused()
        await page.goto(f"{address}/desk/staff")
        await page.locator("#name").fill("Bram")
        await page.locator("#staff_id").fill("No Good!")
        await page.locator("#staff_id").press("Enter")
        await expect(page.locator(".notice.bad[role=alert]")).to_be_focused()
        await expect(page.locator("#staff_id")).to_have_value("no good!")


async def test_older_entries_of_a_long_timeline_are_shown_where_they_follow(
    browser: Browser, house: House, address: str
) -> None:
    order_id = await house.paid(an_order())
    await house.pool.execute(
        """INSERT INTO timeline (store, order_id, sequence, position, at, kind, outcome, actor, text)
        SELECT 'default', $1, 2, number, now(), 'hold', 'applied', 'staff:anna',
            jsonb_build_object('key', 'timeline.hold', 'facts', jsonb_build_object('reason', 'n' || number))
        FROM generate_series(101, 2100) AS number""",
        order_id,
    )

    async with visiting(browser, house, address, width=PHONE) as anna:
        page = await anna.open(f"/desk/orders/default/{order_id}")
        await page.get_by_role("link", name="Show 500 older entries").click()
        await expect(page.locator(".timeline > li")).to_have_count(600)
        await expect(page.locator("#entry-1902")).to_be_in_viewport()
        await house.done(order_id, "hold", reason="now")
        await expect(page.locator(".timeline > li").first).to_contain_text("On hold: now")
        await expect(page.locator(".timeline > li")).to_have_count(600)


async def test_an_order_is_packed_labelled_and_handed_over_by_keyboard_alone(
    browser: Browser, house: House, address: str
) -> None:
    order_id = await house.paid(an_order())

    async with visiting(browser, house, address) as anna:
        page = await anna.open(f"/desk/orders/default/{order_id}")

        async def go_to(name: str) -> None:
            for _ in range(60):
                await page.keyboard.press("Tab")
                focused = await page.evaluate("document.activeElement.id || document.activeElement.innerText")
                if name in focused:
                    return
            raise AssertionError(f"Tab does not lead to {name}")

        await go_to("Mark all 2 pieces picked")
        await page.keyboard.press("Enter")
        await expect(page.locator("[data-notice]")).to_contain_text("2 pieces picked")
        await go_to("packed-pack-weight_grams")
        await page.keyboard.type("780")
        await page.keyboard.press("Enter")
        await expect(page.locator("[data-notice]")).to_contain_text("Parcel 1 packed")
        await go_to("labelled-label-1-tracking_number")
        await page.keyboard.type("3SKEYS")
        await page.keyboard.press("Enter")
        await expect(page.locator("[data-notice]")).to_contain_text("3SKEYS")
        await go_to("Hand over to the carrier")
        await page.keyboard.press("Enter")
        await expect(page.locator("[data-notice]")).to_contain_text("handed over")

    order = await house.show(order_id)
    assert order["fulfillment_status"] == "SHIPPED"
    assert order["parcels"][0]["weight_grams"] == 780


async def test_the_mail_is_seen_before_it_goes_and_undo_stops_it(
    browser: Browser, house: House, address: str
) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "packed")
    await house.done(order_id, "labelled", tracking_number="3SDIALOG")

    async with visiting(browser, house, address) as anna:
        page = await anna.open(f"/desk/orders/default/{order_id}")
        await page.locator("#step-shipped-hand_over-1 [data-preview]").click()
        letter = page.frame_locator("#letter iframe")
        await expect(letter.locator("body")).to_contain_text("3SDIALOG")
        assert await flaws(page) == []
        await page.keyboard.press("Escape")
        await expect(page.locator("#letter")).not_to_be_visible()
        await page.get_by_role("button", name="Hand over to the carrier").click()
        await page.get_by_role("button", name="Undo").click()

        await expect(page.locator("[data-notice]")).to_contain_text("was stopped before it left")

    states = {mail["kind"]: mail["state"] for mail in (await house.show(order_id))["mails"]}
    assert states["shipped"] == "withdrawn"


async def test_the_page_follows_what_happens_and_leaves_a_form_in_use_alone(
    browser: Browser, house: House, address: str
) -> None:
    order_id = await house.paid(an_order())

    async with visiting(browser, house, address) as anna:
        page = await anna.open(f"/desk/orders/default/{order_id}")
        await page.get_by_label("New note").fill("Half een zin")
        async with page.expect_response("**/parts*"):
            await house.done(order_id, "picked")

        await expect(page.locator("#next .big")).to_contain_text("Mark packed")
        await expect(page.locator("#story")).to_contain_text("2 pieces picked")
        await expect(page.get_by_label("New note")).to_have_value("Half een zin")
        await expect(page.locator("[data-stale]")).to_be_hidden()

        await page.locator("#packed-pack-weight_grams").fill("7")
        await house.done(order_id, "packed")

        await expect(page.locator("[data-stale]")).to_be_visible()
        await expect(page.locator("#packed-pack-weight_grams")).to_have_value("7")
        await expect(page.locator("#parcels")).to_contain_text("Parcel 1")


async def test_what_was_opened_stays_open_while_the_page_follows(
    browser: Browser, house: House, address: str
) -> None:
    order_id = await house.paid(an_order())

    async with visiting(browser, house, address) as anna:
        page = await anna.open(f"/desk/orders/default/{order_id}")
        await page.locator("#more > summary").click()
        await house.done(order_id, "picked")

        await expect(page.locator("#next .big")).to_contain_text("Mark packed")
        await expect(page.locator("#more")).to_have_attribute("open", "")


async def test_a_page_without_scripts_shows_the_mail_and_takes_the_click(
    browser: Browser, house: House, address: str
) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "packed")
    await house.done(order_id, "labelled", tracking_number="3SPLAIN")

    async with visiting(browser, house, address) as anna:
        await anna.context.route(
            "**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript")
        )
        page = await anna.open(f"/desk/orders/default/{order_id}")
        await page.locator("#step-shipped-hand_over-1 [data-preview]").click()
        letter = page.frame_locator("iframe")
        await expect(letter.locator("body")).to_contain_text("3SPLAIN")
        await page.go_back()
        await page.get_by_role("button", name="Hand over to the carrier").click()
        await expect(page.locator("[data-notice]")).to_contain_text("handed over")

    assert (await house.show(order_id))["fulfillment_status"] == "SHIPPED"


async def test_an_entry_of_the_attention_list_goes_when_somebody_else_solved_it(
    browser: Browser, house: House, address: str
) -> None:
    await house.open_store("alone", look={"name": "Alone"})
    order_id = await house.paid(an_order(store="alone"))
    await house.done(order_id, "payment", status="paid", amount="5.00", reference="twice")

    async with visiting(browser, house, address) as anna:
        page = await anna.open("/desk/attention?store=alone")
        entry = page.locator(f'[data-entry="alone/{order_id}"]')
        await expect(entry).to_have_count(1)
        await house.done(order_id, "payment", status="refunded", amount="5.00", reference="back")

        await expect(entry).to_have_count(0)


async def test_five_hundred_lines_fit_the_page(browser: Browser, house: House, address: str) -> None:
    lines = [MUG | {"line_id": str(number), "name": f"Mok {number}"} for number in range(1, 501)]
    order_id = await house.paid(an_order(*lines))

    async with visiting(browser, house, address, width=PHONE) as anna:
        page = await anna.open(f"/desk/orders/default/{order_id}")

        await expect(page.locator("#lines tbody tr")).to_have_count(500)
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert await page.evaluate(wide) <= 0
