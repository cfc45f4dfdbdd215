"""One-time links: a first password, and a lost one."""

import uuid

import pytest

from db import staff
from orders.rights import Role
from orders.staff import NewMember
from tests.house import House
from tests.sign_in import PASSWORD, Browser, acts, somebody, with_second_factor


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
