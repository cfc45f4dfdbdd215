"""Signing in as a browser does, for the tests about it."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pyotp

from db import second_factor, staff
from orders.rights import Role
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
