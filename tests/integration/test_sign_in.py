"""Signing in at the desk, as a browser does."""

import re
import uuid
from datetime import UTC, datetime

import pytest

from db import second_factor, sessions, staff
from orders.rights import Role
from orders.staff import NewMember
from tests.house import House
from tests.sign_in import (
    COOKIE,
    DEVICE,
    PASSWORD,
    SIGN_IN,
    Browser,
    acts,
    code_of,
    somebody,
    with_second_factor,
)


async def test_who_is_not_signed_in_is_led_to_the_sign_in_and_back_to_the_page(
    house: House, browser: Browser
) -> None:
    staff_id = await somebody(house)
    led = await browser.get("/desk/account?tab=1")
    form = await browser.get(led.headers["location"])
    back = await browser.sign_in(staff_id, next=re.search(r'name="next" value="([^"]*)"', form.text)[1])  # type: ignore[index]

    assert (led.status_code, led.headers["location"]) == (
        303,
        "/desk/sign-in?next=%2Fdesk%2Faccount%3Ftab%3D1",
    )
    assert (back.status_code, back.headers["location"]) == (303, "/desk/account?tab=1")
    assert await browser.is_in()


async def test_the_session_s_cookie_can_be_read_and_sent_by_our_own_pages_only(
    house: House, browser: Browser
) -> None:
    answer = await browser.sign_in(await somebody(house))
    cookies = {each.split("=")[0]: each for each in answer.headers.get_list("set-cookie")}

    for name in (COOKIE, DEVICE):
        flags = {each.strip().lower() for each in cookies[name].split(";")[1:]}
        assert {"secure", "httponly", "samesite=strict", "path=/"} <= flags
        assert not any(each.startswith("domain") for each in flags)
    assert len(browser.session or "") >= 43
    kept = await house.pool.fetchval(
        "SELECT session_hash FROM staff_sessions WHERE session_hash = $1",
        sessions.hash_of(browser.session or ""),
    )
    assert kept is not None


@pytest.mark.parametrize("who", ["unknown", "disabled", "invited", "wrong"])
async def test_every_sign_in_that_fails_is_answered_to_the_letter_alike(
    house: House, browser: Browser, who: str
) -> None:
    staff_id = await somebody(house)
    async with house.pool.acquire() as connection:
        if who == "unknown":
            staff_id = f"nobody{uuid.uuid4().hex[:6]}"
        elif who == "disabled":
            await house.pool.execute("UPDATE staff SET disabled_at = now() WHERE staff_id = $1", staff_id)
        elif who == "invited":
            staff_id = f"i{uuid.uuid4().hex[:6]}"
            await staff.add(connection, NewMember(staff_id=staff_id, name="Ine", role=Role.VIEWER))
    answer = await browser.sign_in(staff_id, "not the password" if who == "wrong" else PASSWORD)
    unknown = await Browser(house).sign_in("who.else", "x")

    assert answer.status_code == 401
    assert "The account or the password is not right." in answer.text
    assert browser.session is None
    assert answer.text.replace(staff_id, "?") == unknown.text.replace("who.else", "?")


async def test_an_account_is_found_however_it_is_typed(house: House, browser: Browser) -> None:
    staff_id = await somebody(house)

    assert (await browser.sign_in(f"  {staff_id.upper()} ")).status_code == 303


async def test_a_sign_in_gets_a_new_session_and_ends_the_one_before(house: House, browser: Browser) -> None:
    staff_id = await somebody(house)
    await browser.sign_in(staff_id)
    first = browser.session or ""
    await browser.sign_in(staff_id)

    assert browser.session not in (None, first)
    async with house.pool.acquire() as connection:
        assert await sessions.find(connection, first) is None


async def test_signing_out_ends_the_session_and_not_only_the_cookie(house: House, browser: Browser) -> None:
    await browser.sign_in(await somebody(house))
    token = browser.session or ""
    answer = await browser.post("/desk/sign-out")

    assert answer.headers["location"] == SIGN_IN
    browser.http.cookies.set(COOKIE, token)
    assert not await browser.is_in()


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/desk", "//evil.example/desk", "/desk\\@evil.example", "/o/x", "desk"]
)
async def test_no_link_leads_from_the_sign_in_to_somewhere_else(
    house: House, browser: Browser, wanted: str
) -> None:
    answer = await browser.sign_in(await somebody(house), next=wanted)

    assert answer.headers["location"] == "/desk/orders"


async def test_with_a_second_factor_the_password_alone_opens_nothing(house: House, browser: Browser) -> None:
    staff_id = await somebody(house)
    secret, _ = await with_second_factor(house, staff_id)
    asked = await browser.sign_in(staff_id, next="/desk/account")
    half = browser.session
    before = await browser.is_in()
    done = await browser.post("/desk/sign-in/code", code=code_of(secret), next="/desk/account")

    assert asked.headers["location"].startswith("/desk/sign-in/code")
    assert not before
    assert (done.status_code, done.headers["location"]) == (303, "/desk/account")
    assert browser.session != half
    assert await browser.is_in()


@pytest.mark.parametrize(
    ("steps_from_now", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
async def test_a_code_is_good_for_its_half_minute_and_the_ones_beside_it(
    house: House, browser: Browser, steps_from_now: int, is_taken: bool
) -> None:
    staff_id = await somebody(house)
    secret, _ = await with_second_factor(house, staff_id)
    await browser.sign_in(staff_id)
    while datetime.now(UTC).timestamp() % 30 > 28:  # Not across the edge of a step.
        await browser.get(SIGN_IN)
    answer = await browser.post("/desk/sign-in/code", code=code_of(secret, steps_from_now=steps_from_now))

    assert (answer.status_code == 303) is is_taken


async def test_a_code_is_good_for_once(house: House, browser: Browser) -> None:
    staff_id = await somebody(house)
    secret, _ = await with_second_factor(house, staff_id)
    code = code_of(secret)
    await browser.sign_in(staff_id)
    first = await browser.post("/desk/sign-in/code", code=code)
    other = Browser(house)
    await other.sign_in(staff_id)
    second = await other.post("/desk/sign-in/code", code=code)

    assert (first.status_code, second.status_code) == (303, 401)
    assert not await other.is_in()


async def test_a_recovery_code_lets_in_once_however_it_is_typed(house: House, browser: Browser) -> None:
    staff_id = await somebody(house)
    _, codes = await with_second_factor(house, staff_id)
    await browser.sign_in(staff_id)
    first = await browser.post("/desk/sign-in/code", code=f" {codes[3].upper().replace('-', ' ')}")
    again = Browser(house)
    await again.sign_in(staff_id)
    second = await again.post("/desk/sign-in/code", code=codes[3])

    assert len(set(codes)) == 10
    assert (first.status_code, second.status_code) == (303, 401)
    assert "recovery_code_used" in await acts(house, f"staff:{staff_id}")
    async with house.pool.acquire() as connection:
        assert await second_factor.recovery_codes_left(connection, staff_id) == 9


async def test_who_needs_a_second_factor_and_has_none_sets_one_up_before_anything_else(
    house: House, browser: Browser, second_factor_required: None
) -> None:
    staff_id = await somebody(house)
    led = await browser.sign_in(staff_id)
    page = await browser.get(led.headers["location"])
    secret = re.search(r'class="code secret">([A-Z2-7 ]+)<', page.text)[1].replace(" ", "")  # type: ignore[index]
    before = await browser.is_in()
    wrong = await browser.post("/desk/sign-in/second-factor", code="000000")
    done = await browser.post("/desk/sign-in/second-factor", code=code_of(secret))

    assert led.headers["location"] == "/desk/sign-in/second-factor"
    assert "<svg" in page.text
    assert not before
    assert wrong.status_code == 422
    assert len(re.findall(r'<code class="code">', done.text)) == 10
    assert await browser.is_in()
    async with house.pool.acquire() as connection:
        assert (await staff.find(connection, staff_id)).has_second_factor


async def test_the_audit_tells_of_good_and_bad_sign_ins_with_request_and_network(
    house: House, browser: Browser
) -> None:
    staff_id = await somebody(house)
    bad = await browser.sign_in(staff_id, "wrong")
    await browser.sign_in(staff_id)
    await browser.post("/desk/sign-out")
    rows = await house.pool.fetch(
        "SELECT act, request_id, network FROM audit WHERE actor = $1 ORDER BY number", f"staff:{staff_id}"
    )

    assert [row["act"] for row in rows] == ["password_refused", "signed_in", "signed_out"]
    assert rows[0]["request_id"] == bad.headers["x-request-id"]
    assert {row["network"] for row in rows} == {browser.address}


async def test_no_password_code_or_token_is_written_anywhere_in_the_clear(
    house: House, browser: Browser
) -> None:
    staff_id = await somebody(house)
    secret, codes = await with_second_factor(house, staff_id)
    await browser.sign_in(staff_id, "a password that was wrong")
    await browser.sign_in(staff_id)
    await browser.post("/desk/sign-in/code", code=codes[0])
    async with house.pool.acquire() as connection:
        link = await staff.make_link(connection, staff_id)
    written = ""
    for table in (
        "staff",
        "staff_links",
        "staff_recovery_codes",
        "staff_sessions",
        "sign_in_attempts",
        "audit",
    ):
        rows = await house.pool.fetch(f"SELECT row_to_json({table})::text AS line FROM {table}")
        written += "\n".join(row["line"] for row in rows)

    for hidden in (
        PASSWORD,
        "a password that was wrong",
        secret,
        codes[0],
        link.token,
        browser.session or "?",
    ):
        assert hidden not in written
    assert (
        await house.pool.fetchval("SELECT password_hash FROM staff WHERE staff_id = $1", staff_id) != PASSWORD
    )
