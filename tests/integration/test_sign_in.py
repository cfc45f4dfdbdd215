"""Signing in at the desk, as a browser does it: password, second factor, one-time links, and the way out."""

import re
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pyotp
import pytest

from db import second_factor, sessions, staff
from orders.rights import Role
from orders.staff import NewMember
from tests.house import PUBLIC_URL, House

PASSWORD = "vier woorden zijn genoeg"
COOKIE = "__Host-pakhuis"
DEVICE = "__Host-pakhuis-device"
SIGN_IN = "/desk/sign-in"


class Browser:
    """A browser that keeps cookies, from an address of its own."""

    def __init__(self, house: House, address: str | None = None) -> None:
        number = uuid.uuid4().int
        self.address = address or f"10.{number % 250}.{number // 250 % 250}.{number // 62500 % 250}"
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(
                app=house.app, raise_app_exceptions=False, client=(self.address, 40000)
            ),
            base_url=PUBLIC_URL.replace("http:", "https:"),
            headers={"Sec-Fetch-Site": "same-origin", "User-Agent": "Mozilla/5.0 (Windows) Firefox/150.0"},
        )

    @property
    def session(self) -> str | None:
        return self.http.cookies.get(COOKIE)

    async def get(self, path: str) -> httpx.Response:
        return await self.http.get(path)

    async def post(self, path: str, **fields: Any) -> httpx.Response:
        return await self.http.post(path, data=fields)

    async def sign_in(self, staff_id: str, password: str = PASSWORD, **more: Any) -> httpx.Response:
        return await self.post(SIGN_IN, staff_id=staff_id, password=password, **more)

    async def is_in(self) -> bool:
        return (await self.get("/desk/account")).status_code == 200


@pytest.fixture
async def browser(house: House) -> AsyncIterator[Browser]:
    opened = Browser(house)
    yield opened
    await opened.http.aclose()


async def somebody(house: House, role: Role = Role.PACKER, **more: Any) -> str:
    """Somebody new who works here; their account."""
    staff_id = f"p{uuid.uuid4().hex[:10]}"
    async with house.pool.acquire() as connection:
        await staff.make_ready(connection, staff_id, "Anna de Vries", role, PASSWORD, **more)
    return staff_id


async def with_second_factor(house: House, staff_id: str) -> tuple[str, tuple[str, ...]]:
    """The secret of their app, none of whose codes was used, and their recovery codes."""
    secret = second_factor.fresh_secret()
    async with house.pool.acquire() as connection:
        codes = await second_factor.turn_on(connection, house.vault, staff_id, secret, 1)
    return secret, codes


def code_of(secret: str, *, steps_from_now: int = 0) -> str:
    return pyotp.TOTP(secret).at(datetime.now(UTC) + timedelta(seconds=30 * steps_from_now))


async def let_pass(house: House, seconds: float) -> None:
    """As if so much time had passed for everybody who must wait."""
    await house.pool.execute(
        "UPDATE sign_in_attempts"
        " SET blocked_until = blocked_until - $1::interval, last_at = last_at - $1::interval",
        timedelta(seconds=seconds),
    )


async def acts(house: House, actor: str) -> list[str]:
    rows = await house.pool.fetch("SELECT act FROM audit WHERE actor = $1 ORDER BY number", actor)
    return [row["act"] for row in rows]


@pytest.fixture
async def second_factor_required(house: House) -> AsyncIterator[None]:
    async with house.pool.acquire() as connection:
        await staff.require_second_factor(connection, True)
        yield
        await staff.require_second_factor(connection, False)


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


async def test_after_wrong_passwords_the_wait_doubles_and_the_right_one_then_works(
    house: House, browser: Browser
) -> None:
    staff_id = await somebody(house)
    statuses = [(await browser.sign_in(staff_id, "wrong")).status_code for _ in range(5)]
    waiting = await browser.sign_in(staff_id)
    await let_pass(house, 2)
    still = [(await browser.sign_in(staff_id, "wrong")).status_code for _ in range(2)]
    await let_pass(house, 300)
    right = await browser.sign_in(staff_id)

    assert statuses == [401, 401, 401, 401, 429]
    assert waiting.status_code == 429
    assert re.search(r"Wait \d second", waiting.text)
    assert still == [401, 429]
    assert right.status_code == 303


async def test_at_most_ten_passwords_a_minute_are_looked_at_from_wherever_they_come(house: House) -> None:
    staff_id = await somebody(house)
    looked_at = 0
    for _ in range(60):
        other = Browser(house)
        looked_at += (await other.sign_in(staff_id, "wrong")).status_code == 401
        await let_pass_for(house, staff_id, 1)

    assert 5 <= looked_at <= 10


async def let_pass_for(house: House, staff_id: str, seconds: float) -> None:
    subject = house.vault.keyed_hash("sign-in", f"account\0{staff_id}")
    await house.pool.execute(
        "UPDATE sign_in_attempts"
        " SET blocked_until = blocked_until - $1::interval, last_at = last_at - $1::interval"
        " WHERE subject = $2",
        timedelta(seconds=seconds),
        subject,
    )


async def test_who_signed_in_with_this_browser_before_does_not_wait_for_what_others_try(
    house: House, browser: Browser
) -> None:
    staff_id = await somebody(house)
    await browser.sign_in(staff_id)
    await browser.post("/desk/sign-out")
    attacker = Browser(house)
    for _ in range(8):
        await attacker.sign_in(staff_id, "wrong")
    own = await browser.sign_in(staff_id)
    elsewhere = await Browser(house).sign_in(staff_id)

    assert own.status_code == 303
    assert elsewhere.status_code == 429


async def test_the_mark_of_a_known_browser_cannot_be_made_up_or_lent(house: House, browser: Browser) -> None:
    mine, theirs = await somebody(house), await somebody(house)
    await browser.sign_in(mine)
    for _ in range(6):
        await Browser(house).sign_in(theirs, "wrong")

    assert (await browser.sign_in(theirs)).status_code == 429


async def test_one_network_cannot_try_one_account_after_another(house: House) -> None:
    statuses = [
        (await Browser(house, f"2001:db8:1:2::{number + 1:x}").sign_in(f"nobody{number}", "x")).status_code
        for number in range(23)
    ]

    assert statuses[:20] == [401] * 20
    assert 429 in statuses[20:]
    assert (await Browser(house, "2001:db8:1:3::1").sign_in("nobody0", "x")).status_code == 401


async def test_wrong_codes_make_wait_too(house: House, browser: Browser) -> None:
    staff_id = await somebody(house)
    secret, _ = await with_second_factor(house, staff_id)
    await browser.sign_in(staff_id)
    statuses = [
        (await browser.post("/desk/sign-in/code", code=f"{number:06d}")).status_code for number in range(5)
    ]
    await let_pass(house, 300)
    right = await browser.post("/desk/sign-in/code", code=code_of(secret))

    assert statuses == [401, 401, 401, 401, 429]
    assert right.status_code == 303


async def test_looking_at_a_one_time_link_changes_nothing_and_using_it_ends_it(
    house: House, browser: Browser
) -> None:
    staff_id = f"n{uuid.uuid4().hex[:8]}"
    async with house.pool.acquire() as connection:
        await staff.add(connection, NewMember(staff_id=staff_id, name="Nora", role=Role.VIEWER))
        link = await staff.make_link(connection, staff_id)
    path = f"/desk/welcome/{link.token}"
    looks = [(await browser.get(path)).status_code for _ in range(3)]
    chosen = await browser.post(path, password=PASSWORD, repeat=PASSWORD)
    again = await browser.post(path, password="another long password", repeat="another long password")

    assert looks == [200, 200, 200]
    assert chosen.status_code == 303
    assert await browser.is_in()
    assert again.status_code == 410
    assert (await Browser(house).sign_in(staff_id)).status_code == 303
    assert "staff_link_used" in await acts(house, f"staff:{staff_id}")


@pytest.mark.parametrize(
    ("password", "repeat", "said"),
    [
        ("short", "short", "too short"),
        ("Welkom2026!", "Welkom2026!", "Many people use"),
        ("nora.jansen1", "nora.jansen1", "hardly more than a name"),
        ("x" * 257, "x" * 257, "too long"),
        (PASSWORD, PASSWORD + "r", "not the same"),
    ],
)
async def test_a_link_takes_no_password_that_is_easy_to_guess(
    house: House, browser: Browser, password: str, repeat: str, said: str
) -> None:
    staff_id = f"n{uuid.uuid4().hex[:8]}"
    async with house.pool.acquire() as connection:
        member = NewMember(staff_id=staff_id, name="Nora Jansen", role=Role.VIEWER, language="en")
        await staff.add(connection, member)
        link = await staff.make_link(connection, staff_id)
    answer = await browser.post(f"/desk/welcome/{link.token}", password=password, repeat=repeat)
    after = await browser.get(f"/desk/welcome/{link.token}")

    assert answer.status_code == 422
    assert said in answer.text
    assert after.status_code == 200


@pytest.mark.parametrize(
    ("change", "status"), [("ended", 410), ("replaced", 410), ("disabled", 404), ("mistyped", 404)]
)
async def test_a_dead_link_says_so_and_takes_nothing(
    house: House, browser: Browser, change: str, status: int
) -> None:
    staff_id = await somebody(house)
    async with house.pool.acquire() as connection:
        token = (await staff.make_link(connection, staff_id)).token
        if change == "ended":
            await connection.execute("UPDATE staff_links SET ends_at = now() WHERE staff_id = $1", staff_id)
        elif change == "replaced":
            await staff.make_link(connection, staff_id)
        elif change == "disabled":
            await connection.execute("UPDATE staff SET disabled_at = now() WHERE staff_id = $1", staff_id)
        else:
            token = token[:-1]
    seen = await browser.get(f"/desk/welcome/{token}")
    given = await browser.post(
        f"/desk/welcome/{token}", password="quite another one", repeat="quite another one"
    )

    assert (seen.status_code, given.status_code) == (status, status)
    assert browser.session is None
    assert "Ask whoever manages the accounts" in seen.text or "ask whoever manages the accounts" in seen.text


@pytest.mark.parametrize("resets", [False, True])
async def test_a_link_for_a_lost_password_drops_the_second_factor_only_if_it_says_so(
    house: House, browser: Browser, resets: bool
) -> None:
    staff_id = await somebody(house)
    await with_second_factor(house, staff_id)
    async with house.pool.acquire() as connection:
        link = await staff.make_link(connection, staff_id, resets_second_factor=resets)
    answer = await browser.post(
        f"/desk/welcome/{link.token}", password="my own new password", repeat="my own new password"
    )

    assert answer.headers["location"].startswith("/desk/orders" if resets else "/desk/sign-in/code")
    assert await browser.is_in() is resets


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
