"""Notices in a real browser. Its maker's push service is the one part that is not there: what a browser would
get from it comes from a push service of our own, and what that takes is given to the browser's own worker."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from activities.push import Pushing
from activities.push_service import PushServices
from desk.routers import routers
from orders.rights import Role
from starter.http.app import create_app
from tests.customer_pages import serving
from tests.desk_visits import PHONE, WIDE, Visitor, flaws, visiting
from tests.house import PATIENCE_SECONDS, House
from tests.push_service import Browser as Subscriber
from tests.push_service import PushService
from tests.sample_orders import an_order

LOOKS = [(PHONE, False, "nl"), (PHONE, True, "en"), (WIDE, False, "en"), (WIDE, True, "nl")]

SUBSCRIBES = """
(({ endpoint, p256dh, auth }) => {
  const plain = (text) => atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = (text) => Uint8Array.from(plain(text), (each) => each.charCodeAt(0)).buffer;
  const subscription = {
    endpoint,
    get options() { return { applicationServerKey: bytes(localStorage.getItem("key")) }; },
    getKey: (name) => bytes(name === "auth" ? auth : p256dh),
    unsubscribe: async () => { localStorage.removeItem("key"); return true; },
  };
  PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
    if (!userVisibleOnly || applicationServerKey.length !== 65) throw new Error("refused");
    localStorage.setItem("key", btoa(String.fromCharCode(...applicationServerKey)));
    return subscription;
  };
  PushManager.prototype.getSubscription = async () => (localStorage.getItem("key") ? subscription : null);
})(%s);
"""
"""What a browser does whose maker's push service is there."""


@pytest.fixture
async def place(house: House, service: PushService) -> AsyncIterator[str]:
    """Where a desk answers that trusts our push service."""
    settings = house.settings.model_copy(update={"push_service": service.url})
    app = create_app(house.front_door, house.opened.viewer, house.pool, routers(house.opened, settings))
    async with serving(app) as served:
        yield served


@pytest.fixture
async def pushing(house: House, service: PushService) -> AsyncIterator[Pushing]:
    await house.pool.execute("UPDATE push_devices SET ended_at = now(), ended_because = 'gone'")
    services = PushServices(service.url)
    yield Pushing(house.pool, house.vault, services, "https://pakhuis.example")
    await services.close()


async def subscribes(visitor: Visitor, service: PushService) -> Subscriber:
    """Let this visitor's browser subscribe at our push service, and show notices."""
    subscriber = service.subscribe()
    await visitor.context.grant_permissions(["notifications"], origin=visitor.address)
    await visitor.context.add_init_script(SUBSCRIBES % json.dumps(subscriber.subscription.model_dump()))
    return subscriber


async def deliver(visitor: Visitor, page: Page, said: dict[str, Any]) -> None:
    """Give a message to the worker, as the browser's own push service does."""
    wire = await visitor.context.new_cdp_session(page)
    found: list[str] = []
    wire.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(each["registrationId"] for each in event["registrations"]),
    )
    await wire.send("ServiceWorker.enable")
    async with page.expect_event("domcontentloaded"):
        await page.reload()
    for _ in range(500):
        if found:
            break
        await page.wait_for_timeout(20)
    message = {"origin": visitor.address, "registrationId": found[-1], "data": json.dumps(said)}
    await wire.send("ServiceWorker.deliverPushMessage", message)


OPENS = """
async ([wanted, origin]) => {
  let opened = null;
  const clients = { matchAll: async () => [], openWindow: async (url) => { opened = url; } };
  const self = { location: { origin }, addEventListener: () => {}, clients };
  %s
  await open(wanted);
  return opened;
}
"""
"""What the worker would open at a click. It is tried in a page: only a push wakes a worker that rests."""

SHOWN = """
async () => {
  const registration = await navigator.serviceWorker.getRegistration("/desk/");
  const shown = (await registration?.getNotifications()) ?? [];
  const seen = ({ title, body, tag, lang, data, renotify }) => ({ title, body, tag, lang, data, renotify });
  return shown.map(seen);
}
"""


async def shown(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await page.evaluate(SHOWN)
    return found


async def until_shown(page: Page, *, renotify: bool) -> None:
    """A notice takes its moment: the browser hands it to its worker, and that asks what is shown already."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while [each["renotify"] for each in await shown(page)] != [renotify]:
            await asyncio.sleep(0.05)


async def test_notices_are_turned_on_by_keyboard_and_an_order_is_shown_by_the_worker(
    browser: Browser, house: House, place: str, service: PushService, pushing: Pushing
) -> None:
    async with visiting(browser, house, place, Role.PACKER) as anna:
        subscriber = await subscribes(anna, service)
        page = await anna.open("/desk/push")
        await expect(page.get_by_text("Notices are off on this device.")).to_be_visible()
        await page.get_by_role("checkbox", name="Warehouse").press("Space")
        await page.get_by_role("button", name="Turn notices on").press("Enter")
        await expect(page.get_by_text("Notices are on. What you change")).to_be_visible()
        await expect(page.get_by_text("this device", exact=True)).to_be_visible()
        await expect(page.get_by_role("checkbox", name="Warehouse")).to_be_checked()
        await expect(page.get_by_role("checkbox", name="Finance")).not_to_be_checked()

        body = an_order()
        order_id = await house.placed(body)
        await pushing.round()
        (told,) = service.of(subscriber)
        await deliver(anna, page, told)
        await until_shown(page, renotify=True)
        # The same once more, as after a crash of the sender: it makes no second sound.
        await deliver(anna, page, told)
        await until_shown(page, renotify=False)

        assert await shown(page) == [
            {
                "renotify": False,
                "title": f"New order {body['number']}",
                "body": "Huis",
                "tag": "new_order",
                "lang": "en",
                "data": {"id": told["id"], "url": f"/desk/orders/default/{order_id}"},
            }
        ]


async def test_notices_are_turned_off_here_and_in_the_browser(
    browser: Browser, house: House, place: str, service: PushService
) -> None:
    async with visiting(browser, house, place, Role.PACKER) as anna:
        await subscribes(anna, service)
        page = await anna.open("/desk/push")
        await page.get_by_role("button", name="Turn notices on").click()
        await page.get_by_role("button", name="Turn notices off").press("Enter")

        await expect(page.get_by_text("Notices are off on that device.")).to_be_visible()
        await expect(page.get_by_text("No device of yours")).to_be_visible()
        assert await page.evaluate("localStorage.getItem('key')") is None


@pytest.mark.parametrize(
    ("wanted", "opened"),
    [
        ("/desk/orders/default/A1", "/desk/orders/default/A1"),
        ("https://evil.example/desk/", "/desk"),
        ("//evil.example/desk/", "/desk"),
        ("/v1/orders", "/desk"),
        ("/deskless", "/desk"),
        (None, "/desk"),
    ],
)
async def test_a_click_on_a_notice_opens_the_desk_and_nothing_else(
    browser: Browser, house: House, place: str, wanted: str | None, opened: str
) -> None:
    async with visiting(browser, house, place, Role.PACKER) as anna:
        script = await (await anna.context.request.get(f"{place}/desk/push/worker.js")).text()
        page = await anna.context.new_page()
        address = await page.evaluate(OPENS % script, [wanted, place])

    assert address == place + opened


async def test_a_browser_that_allows_no_notices_is_told_what_to_do(
    browser: Browser, house: House, place: str
) -> None:
    async with visiting(browser, house, place, Role.PACKER) as anna:
        page = await anna.open("/desk/push")
        # Without a window nobody can allow them, so this browser says no by itself.
        await page.get_by_role("button", name="Turn notices on").press("Enter")

        await expect(page.get_by_text("does not allow notices")).to_be_visible()
        await expect(page.get_by_role("button", name="Turn notices on")).to_be_hidden()


async def test_a_browser_without_its_push_service_says_so_and_keeps_nothing(
    browser: Browser, house: House, place: str
) -> None:
    async with visiting(browser, house, place, Role.PACKER) as anna:
        await anna.context.grant_permissions(["notifications"], origin=place)
        # What a browser does that cannot reach its maker's push service.
        await anna.context.add_init_script(
            "PushManager.prototype.subscribe = async () => { throw new DOMException('away', 'AbortError'); };"
        )
        page = await anna.open("/desk/push")
        await page.get_by_role("button", name="Turn notices on").click()

        await expect(page.get_by_role("alert")).to_have_text(
            "This browser could not reach its push service. Look at the connection and try again;"
            " private windows never can."
        )
        await expect(page.get_by_text("No device of yours")).to_be_visible()


@pytest.mark.parametrize(("width", "dark", "language"), LOOKS)
async def test_the_page_of_notices_has_no_flaws(
    browser: Browser,
    house: House,
    place: str,
    service: PushService,
    width: int,
    dark: bool,
    language: str,
) -> None:
    await house.open_store("kelder", look={"name": '"><img src=x onerror=alert(1)> \u202eהיי 🧦'})
    found = {}
    async with visiting(browser, house, place, width=width, dark=dark, language=language) as anna:
        page = await anna.open("/desk/push")
        await page.locator("[data-push-button=off]").click()
        await expect(page.locator("[data-push-state=denied]")).to_be_visible()
        found["denied"] = await flaws(page)
        await subscribes(anna, service)
        await page.reload()
        await expect(page.locator("[data-push-button=off]")).to_be_visible()
        found["off"] = await flaws(page)
        await page.locator("[data-push-button=off]").click()
        await expect(page.locator("[data-push-button=on]")).to_be_visible()
        await house.pool.execute("UPDATE push_devices SET failing_since = now(), problem = '503'")
        await page.reload()
        await expect(page.locator("[data-push-button=on]")).to_be_visible()
        found["on"] = await flaws(page)
        await page.goto(f"{place}/desk/account")
        found["account"] = await flaws(page)

    assert {name: wrong for name, wrong in found.items() if wrong} == {}
