"""The pictures of README and docs: taken of a demo by a real browser. `make pictures`."""

import asyncio
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

import asyncpg
from playwright.async_api import Browser, async_playwright

from db import pool, sessions
from db.sessions import Stage
from embedded.demo import leave_work, play
from embedded.desk_door import DEMO_STAFF_ID
from embedded.ports import Ports
from embedded.preparing import preparing
from embedded.stack import Stack
from starter.client import PakhuisClient

FOLDER: Final = Path(__file__).parents[1] / "docs" / "pictures"
WIDE: Final = (1280, 860)
PHONE: Final = (360, 740)


class Picture(NamedTuple):
    name: str
    path: str
    size: tuple[int, int]
    dark: bool = False


PICTURES: Final = (
    Picture("desk-list", "/desk/orders", WIDE),
    Picture("desk-order", "/desk/orders/default/MORGEN07", WIDE),
    Picture("desk-pick", "/desk/pick?orders=default/MORGEN01,default/MORGEN02,default/MORGEN03", WIDE),
    Picture("desk-pack", "/desk/pack/default/MORGEN17", WIDE),
    Picture("desk-attention", "/desk/attention", WIDE),
    Picture("desk-phone", "/desk/orders?view=to_pick", PHONE, dark=True),
)


async def main() -> None:
    """Start a demo, take every picture, and stop it again."""
    home = Path(tempfile.mkdtemp(prefix="pakhuis-pictures-"))
    home.chmod(0o711)
    try:
        prepare = preparing(for_demo=True, home=home)
        async with Stack(home, prepare=prepare, ports=Ports.free()) as stack, async_playwright() as driver:
            addresses = stack.addresses
            await play(addresses, quietly=True)
            await leave_work(addresses)
            chromium = os.environ.get("PAKHUIS_CHROMIUM") or shutil.which("chromium")
            browser = await driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            token = await _session(addresses.database_url)
            for picture in PICTURES:
                await _take(browser, addresses.api, token, picture)
            async with PakhuisClient(addresses.api, addresses.keys["staff"]) as staff:
                order = await staff.order("MORGEN25")
            page = order["links"]["customer_page"].removeprefix(addresses.api)
            await _take(browser, addresses.api, token, Picture("customer-page", page, PHONE))
            await browser.close()
    finally:
        shutil.rmtree(home, ignore_errors=True)


async def _session(database_url: str) -> str:
    connection = await asyncpg.connect(database_url)
    try:
        await pool.prepare(connection)
        return await sessions.open_session(connection, DEMO_STAFF_ID, Stage.SIGNED, "pictures", "")
    finally:
        await connection.close()


async def _take(browser: Browser, api: str, token: str, picture: Picture) -> None:
    width, height = picture.size
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if picture.dark else "light",
        device_scale_factor=2 if picture.size == PHONE else 1,
        locale="en-GB",
    )
    await context.add_cookies(
        [
            {
                "name": "__Host-pakhuis",
                "value": token,
                "url": api.replace("http:", "https:", 1),
                "secure": True,
                "httpOnly": True,
                "sameSite": "Strict",
            }
        ]
    )
    page = await context.new_page()
    await page.goto(api + picture.path)
    await page.wait_for_load_state("load")
    await page.screenshot(path=FOLDER / f"{picture.name}.png")
    await context.close()
    print(f"{picture.name}.png")


if __name__ == "__main__":
    asyncio.run(main())
