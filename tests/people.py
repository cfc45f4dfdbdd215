"""People who work here, for the tests about them."""

import uuid
from typing import Any

from db import sessions, staff
from db.audit import Doer
from db.sessions import Stage
from orders.rights import Role
from tests.desk_visits import PASSWORD
from tests.house import House

TESTER = Doer("cli:tester")


def an_account() -> str:
    return f"q{uuid.uuid4().hex[:10]}"


async def somebody(house: House, role: Role = Role.PACKER, stores: tuple[str, ...] | None = None) -> str:
    account = an_account()
    async with house.pool.acquire() as connection:
        await staff.make_ready(connection, account, "Bo", role, PASSWORD, stores=stores)
    return account


async def is_signed_in(house: House, token: str) -> bool:
    async with house.pool.acquire() as connection:
        return await sessions.find(connection, token) is not None


async def a_session(house: House, account: str) -> str:
    async with house.pool.acquire() as connection:
        return await sessions.open_session(connection, account, Stage.SIGNED, "a test", "10.0.0.1")


async def last_act(house: House, account: str) -> tuple[str, dict[str, Any]]:
    row = await house.pool.fetchrow(
        "SELECT act, facts FROM audit WHERE subject = $1 ORDER BY number DESC LIMIT 1", f"staff:{account}"
    )
    assert row is not None
    return row["act"], row["facts"]
