"""There is always an admin: the last one stays, and the first one gets a link."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from db import staff
from orders.rights import Role
from orders.staff import LastAdmin, MemberChange, NewMember
from starter.staff import People
from tests.desk_visits import PASSWORD
from tests.digital import fresh_database
from tests.people import TESTER


@pytest.fixture
async def empty(postgres_url: str) -> AsyncIterator[Any]:
    async with fresh_database(postgres_url) as pool:
        yield pool


async def test_the_last_admin_stays_one(empty: Any) -> None:
    people = People(empty, "https://shop.example/")
    async with empty.acquire() as connection:
        for account in ("ann", "ben"):
            await staff.make_ready(connection, account, account, Role.ADMIN, PASSWORD)
        await staff.add(connection, NewMember(staff_id="invited", name="Ida", role=Role.ADMIN))
    await people.change("ann", MemberChange(role=Role.VIEWER), TESTER)

    for change in (MemberChange(disabled=True), MemberChange(role=Role.MANAGER)):
        with pytest.raises(LastAdmin):
            await people.change("ben", change, TESTER)
    assert (await people.find("ben")).role is Role.ADMIN
    assert (await people.find("ben")).disabled_at is None


async def test_two_admins_who_step_down_at_once_cannot_both(empty: Any) -> None:
    people = People(empty, "https://shop.example")
    async with empty.acquire() as connection:
        for account in ("ann", "ben"):
            await staff.make_ready(connection, account, account, Role.ADMIN, PASSWORD)
    ends = await asyncio.gather(
        *(people.change(account, MemberChange(disabled=True), TESTER) for account in ("ann", "ben")),
        return_exceptions=True,
    )

    assert sorted(type(end).__name__ for end in ends) == ["LastAdmin", "Member"]


async def test_where_nobody_can_sign_in_the_first_admin_gets_a_link_for_an_hour(empty: Any) -> None:
    people = People(empty, "https://shop.example/")
    first = await people.first_admin(TESTER)
    again = await people.first_admin(TESTER)
    assert first is not None
    assert again is not None
    minutes = await empty.fetchval("SELECT extract(epoch FROM $1 - now()) / 60", again.ends_at)
    async with empty.acquire() as connection:
        old = await staff.see_link(connection, first.link.rsplit("/", 1)[1])
        await staff.use_link(connection, again.link.rsplit("/", 1)[1], "a hash")

    assert again.link.startswith("https://shop.example/desk/welcome/")
    assert (again.member.staff_id, again.member.role) == ("admin", Role.ADMIN)
    assert 55 < minutes <= 60
    assert old is not None
    assert old.state == "ended"
    assert await people.first_admin(TESTER) is None


async def test_of_two_who_use_a_link_at_once_one_wins(empty: Any) -> None:
    async with empty.acquire() as connection:
        await staff.add(connection, NewMember(staff_id="ann", name="Ann", role=Role.VIEWER))
        token = (await staff.make_link(connection, "ann")).token

    async def use(password_hash: str) -> str | None:
        async with empty.acquire() as connection:
            return await staff.use_link(connection, token, password_hash)

    used = await asyncio.gather(*(use(f"hash {number}") for number in range(8)))

    assert sorted(used, key=str) == [*[None] * 7, "ann"]
