"""Visits to the desk, for tests: somebody signed in, over HTTP or in a real browser."""

import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page

from db import sessions, staff
from db.sessions import Stage
from orders.rights import Role
from orders.store import Language
from tests.house import PUBLIC_URL, House

PASSWORD: Final = "a password of the tests, long enough"
COOKIE: Final = "__Host-pakhuis"
SAME_ORIGIN: Final = {"Sec-Fetch-Site": "same-origin"}
WIDE, PHONE = 1280, 360


async def session_of(
    house: House,
    role: Role = Role.ADMIN,
    *,
    stores: tuple[str, ...] | None = None,
    language: Language = "en",
    name: str = "Anna de Vries",
    staff_id: str | None = None,
) -> tuple[str, str]:
    """Somebody new who works here, signed in: who they are, and the token of their session."""
    staff_id = staff_id or f"s{uuid.uuid4().hex[:10]}"
    async with house.pool.acquire() as connection:
        await staff.make_ready(connection, staff_id, name, role, PASSWORD, stores=stores, language=language)
        token = await sessions.open_session(connection, staff_id, Stage.SIGNED, "a test", "127.0.0.1")
    return staff_id, token


@asynccontextmanager
async def at_the_desk(house: House, role: Role = Role.ADMIN, **who: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client that is signed in, and whose clicks come from our own pages. It follows no redirects."""
    _, token = await session_of(house, role, **who)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=house.app, raise_app_exceptions=False),
        base_url=PUBLIC_URL,
        headers={"Cookie": f"{COOKIE}={token}", **SAME_ORIGIN},
        timeout=30,
    ) as client:
        yield client


class Visitor:
    """A browser with one person in it. Whatever the console complains of is kept in `complaints`."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context = context
        self.address = address
        self.complaints: list[str] = []

    async def open(self, path: str) -> Page:
        """A page of this person, at this address."""
        page = await self.context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("crash", lambda _: self.complaints.append("the page crashed"))
        await page.goto(self.address + path)
        return page

    def _hear(self, message: Any) -> None:
        # Chromium writes each form that comes back with problems (422) on the console; nothing is wrong then.
        if message.type in ("error", "warning") and "status of 422" not in message.text:
            self.complaints.append(f"{message.type}: {message.text}")


@asynccontextmanager
async def visiting(
    browser: Browser,
    house: House,
    address: str,
    role: Role | None = Role.ADMIN,
    *,
    width: int = WIDE,
    dark: bool = False,
    **who: Any,
) -> AsyncIterator[Visitor]:
    """A browser of somebody who is signed in; of a passer-by where `role` is None. Fails, at the end, for
    anything that its console complained of."""
    context = await browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        locale="nl-NL" if who.get("language") == "nl" else "en-GB",
        reduced_motion="reduce",
    )
    context.set_default_timeout(10_000)
    if role is not None:
        _, token = await session_of(house, role, **who)
        await context.add_cookies(
            [
                {
                    "name": COOKIE,
                    "value": token,
                    "url": address.replace("http:", "https:", 1),
                    "secure": True,
                    "httpOnly": True,
                    "sameSite": "Strict",
                }
            ]
        )
    visitor = Visitor(context, address)
    try:
        yield visitor
    finally:
        await context.close()
    assert visitor.complaints == []


async def flaws(page: Page) -> list[str]:
    """What axe finds wrong with the page as it is now, and whether it is wider than its window."""
    found = await Axe().run(page)
    said = [
        f"{each['id']}: {', '.join(str(node['target']) for node in each['nodes'][:3])}"
        for each in found.response["violations"]
    ]
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*said, *([f"{wide} pixels too wide"] if wide > 0 else [])]


def hidden_field(html: str, name: str) -> str:
    """The value of the first hidden field of this name in a page."""
    found = re.search(rf'<input type="hidden" name="{re.escape(name)}" value="([^"]*)"', html)
    assert found is not None, f"no field {name}"
    return found.group(1)
