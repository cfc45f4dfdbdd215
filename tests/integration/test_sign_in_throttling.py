"""Whoever tries passwords and codes waits longer and longer, and keeps nobody else waiting."""

import re
from datetime import timedelta

from tests.house import House
from tests.sign_in import Browser, code_of, let_pass, somebody, with_second_factor


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
