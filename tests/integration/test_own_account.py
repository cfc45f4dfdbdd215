"""One's own account: password, second factor, and the sessions, which end in time."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from db import sessions, staff
from tests.house import House
from tests.sign_in import PASSWORD, SIGN_IN, Browser, acts, code_of, somebody, with_second_factor


async def test_a_new_password_ends_every_other_session_and_renews_this_one(
    house: House, browser: Browser
) -> None:
    staff_id = await somebody(house)
    other = Browser(house)
    await other.sign_in(staff_id)
    await browser.sign_in(staff_id)
    old = browser.session
    wrong = await browser.post(
        "/desk/account/password",
        current="not it",
        password="five words and a dot",
        repeat="five words and a dot",
    )
    right = await browser.post(
        "/desk/account/password",
        current=PASSWORD,
        password="five words and a dot",
        repeat="five words and a dot",
    )
    shown = await browser.get("/desk/account")

    assert wrong.status_code == 422
    assert right.status_code == 303
    assert browser.session != old
    assert "Your password is changed." in shown.text
    assert not await other.is_in()
    assert (await other.sign_in(staff_id)).status_code == 401
    assert (await other.sign_in(staff_id, "five words and a dot")).status_code == 303


async def test_a_second_factor_is_turned_on_by_its_code_and_off_by_the_password(
    house: House, browser: Browser
) -> None:
    staff_id = await somebody(house)
    await browser.sign_in(staff_id)
    page = await browser.get("/desk/account/second-factor")
    secret = re.search(r'class="code secret">([A-Z2-7 ]+)<', page.text)[1].replace(" ", "")  # type: ignore[index]
    stolen = await browser.post("/desk/account/second-factor", code=code_of(secret), current="guess")
    turned_on = await browser.post("/desk/account/second-factor", code=code_of(secret), current=PASSWORD)
    is_on = (await browser.get("/desk/account")).text
    renewed = await browser.post("/desk/account/recovery-codes", current=PASSWORD)
    turned_off = await browser.post("/desk/account/second-factor/off", current=PASSWORD)

    assert stolen.status_code == 422
    assert len(re.findall(r'<code class="code">', turned_on.text)) == 10
    assert "10 recovery codes are left" in is_on
    assert len(re.findall(r'<code class="code">', renewed.text)) == 10
    assert turned_off.status_code == 303
    assert "The second factor is off." in (await browser.get("/desk/account")).text
    made = await acts(house, f"staff:{staff_id}")
    assert [each for each in made if each.startswith(("second", "recovery"))] == [
        "second_factor_on",
        "recovery_codes_renewed",
        "second_factor_off",
    ]


async def test_a_second_factor_that_the_shop_asks_for_stays_on(
    house: House, browser: Browser, second_factor_required: None
) -> None:
    staff_id = await somebody(house)
    secret, _ = await with_second_factor(house, staff_id)
    await browser.sign_in(staff_id)
    await browser.post("/desk/sign-in/code", code=code_of(secret))
    answer = await browser.post("/desk/account/second-factor/off", current=PASSWORD)

    assert answer.status_code == 409
    async with house.pool.acquire() as connection:
        assert (await staff.find(connection, staff_id)).has_second_factor


async def test_one_s_own_sessions_are_listed_and_ended_and_nobody_else_s(
    house: House, browser: Browser
) -> None:
    staff_id, stranger = await somebody(house), await somebody(house)
    other, theirs = Browser(house), Browser(house)
    await browser.sign_in(staff_id)
    await other.sign_in(staff_id)
    await theirs.sign_in(stranger)
    page = (await browser.get("/desk/account")).text
    names = re.findall(r'name="session" value="([0-9a-f]{64})"', page)
    await browser.post("/desk/account/sessions", session=sessions.hash_of(theirs.session or "").hex())
    await browser.post("/desk/account/sessions", session=names[0])

    assert "Firefox, Windows" in page
    assert names == [sessions.hash_of(other.session or "").hex()]
    assert await browser.is_in()
    assert not await other.is_in()
    assert await theirs.is_in()


@pytest.mark.parametrize(
    "change",
    ["disabled_at = now()", "role = role"],
    ids=["disabled", "left as it is"],
)
async def test_who_is_disabled_is_out_at_once(house: House, browser: Browser, change: str) -> None:
    staff_id = await somebody(house)
    await browser.sign_in(staff_id)
    await house.pool.execute(f"UPDATE staff SET {change} WHERE staff_id = $1", staff_id)

    assert await browser.is_in() is change.startswith("role")


@pytest.mark.parametrize(
    ("column", "ago", "is_in"),
    [
        ("seen_at", timedelta(hours=1, minutes=59), True),
        ("seen_at", timedelta(hours=2, minutes=1), False),
        ("ends_at", timedelta(hours=11, minutes=59), True),
        ("ends_at", timedelta(hours=12, minutes=1), False),
    ],
)
async def test_a_session_ends_two_hours_after_the_last_click_and_after_a_working_day(
    house: House, browser: Browser, column: str, ago: timedelta, is_in: bool
) -> None:
    await browser.sign_in(await somebody(house))
    session = sessions.hash_of(browser.session or "")
    await house.pool.execute(
        f"UPDATE staff_sessions SET {column} = {column} - $1::interval WHERE session_hash = $2", ago, session
    )

    assert await browser.is_in() is is_in


async def test_a_click_keeps_a_session_alive_and_what_a_page_asks_by_itself_does_not(
    house: House, browser: Browser
) -> None:
    await browser.sign_in(await somebody(house))
    session = sessions.hash_of(browser.session or "")

    async def idle_after(path: str) -> bool:
        await house.pool.execute(
            "UPDATE staff_sessions SET seen_at = now() - interval '1 hour' WHERE session_hash = $1", session
        )
        assert (await browser.get(path)).status_code == 200
        seen: datetime = await house.pool.fetchval(
            "SELECT seen_at FROM staff_sessions WHERE session_hash = $1", session
        )
        return datetime.now(UTC) - seen > timedelta(minutes=59)

    assert await idle_after("/desk/nav")
    assert not await idle_after("/desk/account")


async def test_a_half_finished_sign_in_ends_after_ten_minutes(house: House, browser: Browser) -> None:
    staff_id = await somebody(house)
    secret, _ = await with_second_factor(house, staff_id)
    await browser.sign_in(staff_id)
    await house.pool.execute(
        "UPDATE staff_sessions SET ends_at = ends_at - interval '10 minutes' WHERE staff_id = $1", staff_id
    )
    answer = await browser.post("/desk/sign-in/code", code=code_of(secret))

    assert answer.headers["location"] == SIGN_IN
    assert not await browser.is_in()
