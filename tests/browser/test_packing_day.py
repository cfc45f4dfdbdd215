"""Picking, packing and the counter in a real browser: a morning's work by keyboard, and two at one box."""

import uuid
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from db import pickup_codes
from orders.rights import Role
from tests.desk_visits import PHONE, WIDE, flaws, visiting
from tests.house import House
from tests.sample_orders import MUG, an_order

JUG = {
    "line_id": "2",
    "kind": "physical",
    "sku": "JUG-1",
    "barcode": "2000000001043",
    "location": "A-03",
    "name": "Kan, 1 liter",
    "quantity": 1,
    "unit_price": "24.00",
    "weight_grams": 900,
}


async def a_store(house: House) -> str:
    """A store of its own, so that nothing else waits in it."""
    store = f"shop{uuid.uuid4().hex[:6]}"
    await house.open_store(store, tracking_links={"PostNL": "https://post.example/{tracking_number}"})
    return store


async def paid(house: House, store: str, *lines: dict[str, Any], **more: Any) -> str:
    return await house.paid(an_order(*lines, store=store, **more))


async def tab_to(page: Page, selector: str) -> None:
    """Walk there by keyboard."""
    for _ in range(120):
        if await page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"no way by keyboard to {selector}")


async def enter(page: Page, typed: str = "") -> None:
    """As a scanner does it, once the cursor stands where it types: the browser puts it there with a frame."""
    await expect(page.locator(":focus")).to_have_count(1)
    if typed:
        await page.keyboard.type(typed)
    await page.keyboard.press("Enter")


async def test_a_morning_is_picked_packed_and_shipped_by_keyboard_alone(
    browser: Browser, house: House, address: str
) -> None:
    store = await a_store(house)
    first = await paid(house, store, MUG)
    second = await paid(house, store, MUG, JUG)
    short = await paid(house, store, MUG, JUG)

    async with visiting(browser, house, address, Role.PACKER, stores=(store,)) as anna:
        page = await anna.open("/desk/pick")
        await expect(page.get_by_role("button", name="Pick the first ones")).to_be_focused()
        await enter(page)
        await expect(page.get_by_role("heading", name="Pick list for 3 orders")).to_be_visible()
        # All but the last jug: it is not on its shelf.
        for _ in range(7):
            await tab_to(page, f"input[name=unit]:not(:checked, [value*='{short}/2'])")
            await page.keyboard.press("Space")
        await expect(page.locator("#pick-progress [role=status]")).to_have_text("7 of 8 pieces")
        await tab_to(page, "#pick-progress button.primary")
        await enter(page)
        await expect(page.get_by_role("heading", name="Pick list for 1 order")).to_be_visible()
        await tab_to(page, "#pick-progress summary")
        await enter(page)
        await tab_to(page, "#pick-progress button[name=short]")
        await enter(page)
        await expect(page.locator("[data-notice]")).to_contain_text("1 order is picked")

        await page.goto(f"{address}/desk/pack")
        number = (await house.show(first))["number"]
        await expect(page.locator("#code")).to_be_focused()
        await enter(page, number)
        await expect(page.locator("#scan")).to_be_focused()
        await enter(page, "jug-1")
        await expect(page.locator("#said.bad")).to_contain_text("does not belong in this order")
        await expect(page.locator("#scan")).to_be_focused()
        await enter(page, "2*mug-blue")
        await ship(page, weight="700", tracking="3SDAY1")
        await enter(page)

        await expect(page.locator("#scan")).to_be_focused()
        for code in ("MUG-BLUE", "2000000001043", "MUG-BLUE"):
            await enter(page, code)
        await expect(page.locator("#weight")).to_be_focused()
        await enter(page, "2000000001043")
        await expect(page.locator("#said.bad")).to_contain_text("is in the box already")
        await ship(page, weight="", tracking="3SDAY2")
        await enter(page)

        await expect(page.locator("#scan")).to_be_focused()
        await enter(page, "2*MUG-BLUE")
        await expect(page.locator(".short")).to_contain_text("1 × Kan, 1 liter (A-03)")
        await tab_to(page, "#box button.danger")
        await enter(page)
        await expect(page.locator(".parcel-step")).to_contain_text(
            "1 piece of this order is in no parcel yet"
        )
        await label_and_hand_over(page, "3SDAY3")
        await expect(page.get_by_role("link", name="Pack the other piece")).to_be_visible()

    shown = [await house.show(each) for each in (first, second, short)]
    assert [[parcel["state"] for parcel in order["parcels"]] for order in shown] == [["shipped"]] * 3
    assert [order["parcels"][0]["weight_grams"] for order in shown] == [700, None, None]
    assert [line["units"]["shipped"] for line in shown[2]["lines"]] == [2, 0]
    assert [note["text"] for note in shown[2]["notes"]] == [
        "Not found while picking: 1 × Kan, 1 liter (A-03)"
    ]


async def ship(page: Page, weight: str, tracking: str) -> None:
    """From the last scan to the hand-over: the focus is where the next key goes."""
    await expect(page.locator("#weight")).to_be_focused()
    await enter(page, weight)
    await label_and_hand_over(page, tracking)
    await expect(page.get_by_role("link", name="Next: order")).to_be_focused()


async def label_and_hand_over(page: Page, tracking: str) -> None:
    await expect(page.locator("#tracking_number")).to_be_focused()
    for key, paper in (("F8", "packing_slip"), ("F9", "address_label")):
        async with page.expect_popup() as opened:
            await page.keyboard.press(key)
        printed = await opened.value
        assert f"/desk/papers/{paper}?" in printed.url
        answer = await page.context.request.get(printed.url)
        assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
        await printed.close()
    await expect(page.locator("#carrier")).to_have_value("PostNL")
    await enter(page, tracking)
    await expect(page.get_by_role("button", name="Handed over to the carrier")).to_be_focused()
    await enter(page)
    await expect(page.get_by_role("heading", name="Parcel 1 is done")).to_be_visible()


async def test_who_ticks_fast_and_leaves_at_once_loses_no_tick(
    browser: Browser, house: House, address: str
) -> None:
    store = await a_store(house)
    for _ in range(5):
        await paid(house, store, {**MUG, "quantity": 4, "unit_price": "1.00"})

    async with visiting(browser, house, address, Role.PACKER, stores=(store,)) as anna:
        page = await anna.open("/desk/pick")
        await enter(page)
        await expect(page.locator("input[name=unit]")).to_have_count(20)
        await page.evaluate("document.querySelectorAll('input[name=unit]').forEach((box) => box.click())")
        await page.reload()

        await expect(page.locator("input[name=unit]:checked")).to_have_count(20)


async def test_a_fast_scanner_loses_nothing(browser: Browser, house: House, address: str) -> None:
    store = await a_store(house)
    order_id = await paid(house, store, {**MUG, "quantity": 12, "unit_price": "1.00"})

    async with visiting(browser, house, address, Role.PACKER, stores=(store,)) as anna:
        page = await anna.open(f"/desk/pack/{store}/{order_id}")
        for _ in range(11):
            await enter(page, "MUG-BLUE")

        await expect(page.locator("#line-1 .tally")).to_contain_text("11")
        await page.reload()
        await expect(page.locator("#line-1 .tally")).to_contain_text("11")


async def test_who_loses_the_order_to_somebody_else_is_told_at_once(
    browser: Browser, house: House, address: str
) -> None:
    store = await a_store(house)
    order_id = await paid(house, store, MUG)
    path = f"/desk/pack/{store}/{order_id}"

    async with (
        visiting(browser, house, address, Role.PACKER, stores=(store,), name="Anna") as anna,
        visiting(browser, house, address, Role.PACKER, stores=(store,), name="Ben") as ben,
    ):
        hers = await anna.open(path)
        await expect(hers.locator("#scan")).to_be_focused()
        his = await ben.open(path)
        await expect(his.locator("#held")).to_contain_text("Anna is packing this order")
        await tab_to(his, "#held button")
        await enter(his)

        await expect(his.locator("#scan")).to_be_focused()
        await expect(hers.locator("#held")).to_contain_text("Ben is packing this order")
        await hers.locator("#scan").focus()
        await enter(hers, "MUG-BLUE")
        await expect(hers.locator("#said.bad")).to_contain_text("Ben is packing this order")


async def test_a_cancel_reaches_whoever_is_packing(browser: Browser, house: House, address: str) -> None:
    store = await a_store(house)
    order_id = await paid(house, store, MUG, JUG)

    async with visiting(browser, house, address, Role.PACKER, stores=(store,)) as anna:
        page = await anna.open(f"/desk/pack/{store}/{order_id}")
        await enter(page, "MUG-BLUE")
        await expect(page.locator("#said.ok")).to_be_visible()
        await house.done(order_id, "cancel", lines=[{"line_id": "2", "quantity": 1}])

        await expect(page.locator("#held")).to_contain_text("This order has changed")
        await tab_to(page, "#held a")
        await enter(page)
        await expect(page.locator("#box")).to_contain_text("1 of 2 pieces")


async def test_a_weight_that_is_not_in_whole_grams_is_no_scan_and_is_answered_beside_its_field(
    browser: Browser, house: House, address: str
) -> None:
    store = await a_store(house)
    order_id = await paid(house, store, MUG)

    async with visiting(browser, house, address, Role.PACKER, stores=(store,)) as anna:
        page = await anna.open(f"/desk/pack/{store}/{order_id}")
        await enter(page, "2*MUG-BLUE")
        for typed in ("1,8", "1.8kg", "anderhalf kilo"):
            await expect(page.locator("#weight")).to_be_focused()
            await page.locator("#weight").fill(typed)
            await page.keyboard.press("Enter")
            await expect(page.locator("#weight-problem")).to_contain_text("whole grams")
            await expect(page.locator("#weight")).to_have_value(typed)
        await expect(page.locator("#said.bad")).to_have_count(0)


async def test_a_code_at_the_counter_is_two_keys(browser: Browser, house: House, address: str) -> None:
    store = await a_store(house)
    order_id = await at_the_counter(house, store)
    async with house.pool.acquire() as connection:
        code = await pickup_codes.read(connection, house.vault, store, order_id)

    async with visiting(browser, house, address, Role.PACKER, stores=(store,), width=PHONE) as anna:
        page = await anna.open("/desk/counter")
        await enter(page, code or "")
        await expect(page.get_by_role("button", name="Handed to the customer")).to_be_focused()
        await enter(page)

        await expect(page.locator("[data-notice]")).to_contain_text("is collected")
        await expect(page.locator("#code")).to_be_focused()

    assert (await house.show(order_id))["parcels"][0]["state"] == "collected"


async def at_the_counter(house: House, store: str) -> str:
    order_id = await paid(house, store, MUG, JUG, method="pickup")
    await house.done(order_id, "packed")
    await house.done(order_id, "ready_for_pickup")
    return order_id


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, WIDE])
async def test_the_pages_have_no_flaws(
    browser: Browser, house: House, address: str, width: int, dark: bool, language: str
) -> None:
    store = await a_store(house)
    wild = {**JUG, "name": '"><img src=x onerror=alert(1)> \u202eكوب 🫖', "options": ["Kleur: blauw"]}
    to_pick = await paid(house, store, MUG, wild, {**MUG, "line_id": "3", "sku": "", "quantity": 60})
    labelled = await paid(house, store, MUG, comment="Graag voor vrijdag")
    await house.done(labelled, "packed")
    held = await house.placed(an_order(MUG, store=store))
    waiting = await at_the_counter(house, store)
    pages = (
        "/desk/pick",
        f"/desk/pick?orders={store}/{to_pick},{store}/{held}",
        "/desk/pack",
        "/desk/pack?code=nothing",
        f"/desk/pack/{store}/{to_pick}",
        f"/desk/pack/{store}/{labelled}",
        f"/desk/pack/{store}/{held}",
        "/desk/counter",
        f"/desk/counter/{store}/{waiting}",
    )
    found = {}

    who: dict[str, Any] = {"language": language, "stores": (store,)}
    async with visiting(browser, house, address, Role.PACKER, width=width, dark=dark, **who) as anna:
        page = await anna.open("/desk/pick")
        for path in pages:
            await page.goto(address + path)
            found[path] = await flaws(page)
        await page.goto(f"{address}/desk/pack/{store}/{to_pick}")
        await enter(page, "NOPE")
        await expect(page.locator("#said.bad")).to_be_visible()
        await enter(page, "MUG-BLUE")
        await expect(page.locator("#said.ok")).to_be_visible()
        found["after scans"] = await flaws(page)

    assert found == {path: [] for path in found}
