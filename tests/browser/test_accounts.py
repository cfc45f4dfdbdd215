"""Accounts in a real browser: signing in by keyboard, the second factor, and every page without a flaw."""

import re
import uuid
from datetime import UTC, datetime

import pyotp
import pytest
from playwright.async_api import Browser, Page, expect

from db import staff
from orders.rights import Role
from orders.staff import NewMember
from tests.desk_visits import COOKIE, PASSWORD, PHONE, WIDE, flaws, visiting
from tests.house import House
from tests.http_server import HttpServer

LOOKS = [(PHONE, False, "nl"), (PHONE, True, "en"), (WIDE, False, "en"), (WIDE, True, "nl")]
NAME = '"><img src=x onerror=alert(1)> \u202eהיי 🧦 de Vries'


async def somebody(house: House, role: Role = Role.PACKER) -> str:
    account = f"b{uuid.uuid4().hex[:8]}"
    async with house.pool.acquire() as connection:
        await staff.make_ready(connection, account, "Bo", role, PASSWORD)
    return account


async def type_in(page: Page, *texts: str) -> None:
    """Type into the field that has the focus and the ones after it, and send the form, by keyboard alone."""
    for number, text in enumerate(texts):
        if number:
            await page.keyboard.press("Tab")
        await page.keyboard.type(text)
    await page.keyboard.press("Enter")


async def test_signing_in_takes_no_mouse_and_leads_back_to_the_page(
    browser: Browser, house: House, address: str
) -> None:
    account = await somebody(house)

    async with visiting(browser, house, address, None) as bo:
        page = await bo.open("/desk/account")
        await type_in(page, account, PASSWORD)

        await expect(page.locator("h1")).to_have_text("Your account")
        (cookie,) = [each for each in await bo.context.cookies() if each["name"] == COOKIE]
        assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Strict")

        await page.get_by_role("button", name="Sign out").press("Enter")
        await expect(page.locator("h1")).to_have_text("Sign in")
        await page.goto(f"{address}/desk/orders")
        await expect(page.locator("h1")).to_have_text("Sign in")


async def test_a_second_factor_is_set_up_and_asked_for_by_keyboard_alone(
    browser: Browser, house: House, address: str
) -> None:
    account = await somebody(house)

    async with visiting(browser, house, address, None) as bo:
        page = await bo.open("/desk/account/second-factor")
        await type_in(page, account, PASSWORD)
        secret = (await page.locator("code.secret").inner_text()).replace(" ", "")
        await page.locator("#code").focus()
        await type_in(page, pyotp.TOTP(secret).at(datetime.now(UTC)), PASSWORD)
        await expect(page.locator("h1")).to_have_text("Your recovery codes")
        codes = await page.locator(".codes code").all_inner_texts()
        await page.get_by_role("button", name="Sign out").press("Enter")
        await expect(page.locator("h1")).to_have_text("Sign in")
        await type_in(page, account, PASSWORD)
        await expect(page.locator("h1")).to_have_text("One more step")
        await type_in(page, codes[0])

        await expect(page).to_have_url(re.compile("/desk/orders"))


async def test_a_link_on_another_site_opens_the_page_for_who_is_signed_in(
    browser: Browser, house: House, address: str
) -> None:
    link = (
        '<!doctype html><title>Mail</title><link rel="icon" href="data:,">'
        f'<a href="{address}/desk/account">x</a>'
    )

    async with (
        HttpServer(lambda _target, _headers: (200, link.encode())) as elsewhere,
        visiting(browser, house, address) as anna,
    ):
        page = await anna.context.new_page()
        # Another name of this machine: to a browser another site.
        await page.goto(elsewhere.url.replace("127.0.0.1", "localhost"))
        await page.get_by_role("link").click()

        await expect(page.locator("h1")).to_have_text("Your account")


async def test_a_form_on_another_site_does_nothing_here(browser: Browser, house: House, address: str) -> None:
    account = await somebody(house)
    form = (
        '<!doctype html><title>Evil</title><link rel="icon" href="data:,">'
        f'<form method="post" action="{address}/desk/staff/{account}/disabled">'
        '<button name="disabled" value="yes">Win</button></form>'
    )
    async with HttpServer(lambda _target, _headers: (200, form.encode())) as elsewhere:
        context = await browser.new_context()
        page = await context.new_page()
        await page.goto(elsewhere.url.replace("127.0.0.1", "localhost"))
        async with page.expect_response(lambda response: "/disabled" in response.url) as answered:
            await page.get_by_role("button").click()
        answer = await answered.value
        await context.close()

    assert answer.status == 403
    async with house.pool.acquire() as connection:
        assert (await staff.find(connection, account)).disabled_at is None


@pytest.mark.parametrize(("width", "dark", "language"), LOOKS)
async def test_the_pages_of_a_sign_in_have_no_flaws(
    browser: Browser, house: House, address: str, width: int, dark: bool, language: str
) -> None:
    account = f"b{uuid.uuid4().hex[:8]}"
    async with house.pool.acquire() as connection:
        member = NewMember.model_validate(
            {"staff_id": account, "name": "Bo 🧦", "role": "viewer", "language": language}
        )
        await staff.add(connection, member)
        link = await staff.make_link(connection, account)
    found = {}

    async with visiting(browser, house, address, None, width=width, dark=dark, language=language) as bo:
        page = await bo.open("/desk/sign-in")
        found["sign in"] = await flaws(page)
        await page.goto(f"{address}/desk/welcome/{link.token}")
        found["welcome"] = await flaws(page)
        await page.locator("#password").fill(PASSWORD)
        await page.locator("#repeat").fill(PASSWORD)
        await page.locator("main button").click()
        await expect(page).to_have_url(re.compile("/desk/orders"))
        await page.goto(f"{address}/desk/account")
        found["account"] = await flaws(page)
        await page.goto(f"{address}/desk/account/second-factor")
        found["second factor"] = await flaws(page)
        secret = (await page.locator("code.secret").inner_text()).replace(" ", "")
        await page.locator("#code").fill(pyotp.TOTP(secret).at(datetime.now(UTC)))
        await page.locator("#current").fill(PASSWORD)
        await page.locator("main button").click()
        await expect(page.locator(".codes")).to_be_visible()
        found["recovery codes"] = await flaws(page)
        await page.goto(f"{address}/desk/account")
        found["account with second factor"] = await flaws(page)
        await page.locator("form[action='/desk/sign-out'] button").click()
        await page.locator("#staff_id").fill(account)
        await page.locator("#password").fill(PASSWORD)
        await page.locator("main button").click()
        await expect(page.locator("#code")).to_be_visible()
        found["code"] = await flaws(page)

    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(("width", "dark", "language"), LOOKS)
async def test_the_pages_of_an_admin_have_no_flaws(
    browser: Browser, house: House, address: str, width: int, dark: bool, language: str
) -> None:
    account = f"b{uuid.uuid4().hex[:8]}"
    found = {}

    async with visiting(
        browser, house, address, width=width, dark=dark, language=language, name=NAME
    ) as admin:
        page = await admin.open("/desk/staff")
        found["people"] = await flaws(page)
        await page.locator("#name").fill(NAME)
        await page.locator("#staff_id").fill(account)
        await page.locator("form[action='/desk/staff'] button").click()
        await expect(page.locator("#link")).to_have_value(re.compile("/desk/welcome/"))
        found["link"] = await flaws(page)
        await page.locator(f"form[action='/desk/staff/{account}/disabled'] button").click()
        await expect(page.locator(".notice.ok")).to_be_visible()
        found["person"] = await flaws(page)
        await page.goto(f"{address}/desk/audit")
        await expect(page.locator(".table tbody tr").first).to_be_visible()
        found["audit"] = await flaws(page)

    assert {name: wrong for name, wrong in found.items() if wrong} == {}


async def test_the_pages_of_refusals_have_no_flaws(browser: Browser, house: House, address: str) -> None:
    async with visiting(browser, house, address, None, width=PHONE) as bo:
        page = await bo.open("/desk/sign-in")
        bo.complaints.clear()
        await page.locator("#staff_id").fill("nobody")
        await page.locator("#password").fill("wrong")
        await page.locator("main button").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        wrong = await flaws(page)
        await page.goto(f"{address}/desk/welcome/nothing")
        dead = await flaws(page)
        # The console tells of every status above 399; these two are meant.
        assert all("status of 40" in each for each in bo.complaints)
        bo.complaints.clear()

    assert (wrong, dead) == ([], [])
