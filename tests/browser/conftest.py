"""A real browser, and the house served to it over HTTP."""

import os
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

from tests.customer_pages import serving
from tests.house import House

CHROMIUM = os.environ.get("PAKHUIS_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium without a window. A machine without it skips these tests, unless PAKHUIS_CHROMIUM is set to
    where it must be: the continuous integration sets it."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: install it, or set PAKHUIS_CHROMIUM to where it is")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def address(house: House) -> AsyncIterator[str]:
    """Where the house answers a browser."""
    async with serving(house.app) as served:
        yield served
        # Open pages listen for as long as they are open.
        house.opened.waiting.close_readers()
