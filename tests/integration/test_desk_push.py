"""Notices at the desk: turned on in a browser, tried and turned off; and an order on its way to a phone."""

import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from activities.push import Pushing
from activities.push_service import PushServices
from db import push, push_key, sessions
from db.audit import Doer
from desk.routers import routers
from desk.static_files import files, static
from orders.push import encoded
from orders.rights import Role
from starter.http.app import create_app
from starter.staff import People
from tests.command_line import run
from tests.desk_visits import COOKIE, SAME_ORIGIN, session_of
from tests.house import PATIENCE_SECONDS, PUBLIC_URL, House
from tests.push_service import Browser, PushService
from tests.sample_orders import an_order
from worker import work

SERVICE_WORKER = "/desk/push/worker.js"


@pytest.fixture
async def pushing(house: House, service: PushService) -> AsyncIterator[Pushing]:
    """A sender; nothing of another test waits for it."""
    await house.pool.execute(
        "UPDATE push_devices SET ended_at = now(), ended_because = 'gone' WHERE ended_at IS NULL"
    )
    await house.pool.execute("TRUNCATE push_arrivals")
    await house.pool.execute("UPDATE attention SET pushed_since = since")
    services = PushServices(service.url)
    yield Pushing(house.pool, house.vault, services, "https://pakhuis.example")
    await services.close()


@asynccontextmanager
async def at_the_desk(
    house: House, service: PushService, role: Role = Role.PACKER, **who: Any
) -> AsyncIterator[tuple[str, httpx.AsyncClient]]:
    """Somebody at a desk that trusts our push service."""
    account, token = await session_of(house, role, **who)
    settings = house.settings.model_copy(update={"push_service": service.url})
    app = create_app(house.front_door, house.opened.viewer, house.pool, routers(house.opened, settings))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app, raise_app_exceptions=False),
        base_url=PUBLIC_URL,
        headers={
            "Cookie": f"{COOKIE}={token}",
            "User-Agent": "Mozilla/5.0 (Android 15) Firefox/140",
            **SAME_ORIGIN,
        },
        timeout=30,
    ) as client:
        yield account, client


def form(browser: Browser, **choice: Any) -> dict[str, Any]:
    return {**browser.subscription.model_dump(), **choice}


async def turn_on(client: httpx.AsyncClient, browser: Browser, **choice: Any) -> str:
    """The page after the click."""
    answer = await client.post("/desk/push/devices", data=form(browser, **choice))
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/push")
    return (await client.get("/desk/push")).text


async def device_of(house: House, account: str) -> push.Device:
    async with house.pool.acquire() as connection:
        (device,) = await push.of(connection, account)
    return device


async def test_the_page_gives_out_the_key_of_the_system(house: House, service: PushService) -> None:
    async with at_the_desk(house, service) as (_, client):
        html = (await client.get("/desk/push")).text
    async with house.pool.acquire() as connection:
        key = await push_key.ours(connection, house.vault)

    assert f'data-push="{encoded(key.public)}"' in html
    assert "No device of yours is told of anything yet." in html


async def test_an_order_reaches_the_phone_of_who_turned_notices_on(
    house: House, service: PushService, pushing: Pushing
) -> None:
    phone = service.subscribe()
    async with at_the_desk(house, service, language="nl") as (account, client):
        html = await turn_on(client, phone, new_orders="yes")
    body = an_order()
    order_id = await house.placed(body)
    await pushing.round()

    assert "Firefox, Android" in html
    assert "Meldingen staan aan." in html
    assert service.of(phone) == [
        {
            "kind": "new_order",
            "id": service.of(phone)[0]["id"],
            "title": f"Nieuwe bestelling {body['number']}",
            "body": "Huis",
            "url": f"/desk/orders/default/{order_id}",
            "language": "nl",
        }
    ]
    assert service.pushed[0].claims["sub"] == "https://pakhuis.example"
    act = await house.pool.fetchval(
        "SELECT act FROM audit WHERE subject = $1 ORDER BY number DESC LIMIT 1", f"staff:{account}"
    )
    assert act == "notices_on"


async def test_what_needs_finance_reaches_who_asked_for_it(
    house: House, service: PushService, pushing: Pushing
) -> None:
    order_id = await house.paid(an_order())
    phone, other = service.subscribe(), service.subscribe()
    async with at_the_desk(house, service) as (_, client):
        await turn_on(client, phone, owner="finance")
        await turn_on(client, other, owner="warehouse")
    await house.done(order_id, "payment", status="paid", amount="5.00", currency="EUR")
    await pushing.round()

    (told,) = service.of(phone)
    assert (told["kind"], told["url"]) == ("attention", f"/desk/orders/default/{order_id}")
    assert service.of(other) == []


async def test_the_worker_that_ships_tells_the_devices(
    house: House, service: PushService, pushing: Pushing, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = service.subscribe()
    async with at_the_desk(house, service) as (_, client):
        await turn_on(client, phone, new_orders="yes")
    monkeypatch.setenv("TEMPORAL_ADDRESS", house.temporal_address)
    stop = asyncio.Event()
    working = asyncio.create_task(work(house.settings.model_copy(update={"push_service": service.url}), stop))
    await house.placed(an_order())
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not service.of(phone):
            await asyncio.sleep(0.05)
    stop.set()
    await working

    assert len(service.of(phone)) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"new_orders": ""}, "Choose at least one thing"),
        ({"endpoint": "https://10.0.0.1/x"}, "push service is not one"),
        ({"endpoint": "http://push.example.net/x"}, "push service is not one"),
        ({"endpoint": "x" * 5000}, "push service is not one"),
        ({"endpoint": "https://push.example.net/" + "x" * 5000}, "push service is not one"),
        ({"p256dh": "AAAA"}, "push service is not one"),
        ({"auth": "\x00"}, "push service is not one"),
        ({"auth": ""}, "push service is not one"),
    ],
)
async def test_what_cannot_be_told_is_refused_in_a_sentence_and_not_kept(
    house: House, service: PushService, changes: dict[str, str], said: str
) -> None:
    async with at_the_desk(house, service) as (account, client):
        answer = await client.post(
            "/desk/push/devices", data={**form(service.subscribe(), new_orders="yes"), **changes}
        )
        html = (await client.get("/desk/push")).text

    assert answer.status_code == 303
    assert said in html
    async with house.pool.acquire() as connection:
        assert await push.of(connection, account) == []


async def test_nobody_can_choose_a_store_that_is_not_theirs(house: House, service: PushService) -> None:
    await house.open_store("kelder")
    async with at_the_desk(house, service, stores=("kelder",)) as (account, client):
        await turn_on(client, service.subscribe(), new_orders="yes", store=["default", "kelder", "nowhere"])

    assert (await device_of(house, account)).stores == ("kelder",)


async def test_a_changed_choice_takes_the_place_of_the_one_before(house: House, service: PushService) -> None:
    phone = service.subscribe()
    async with at_the_desk(house, service) as (account, client):
        await turn_on(client, phone, new_orders="yes", owner=["finance", "counter"])
        html = await turn_on(client, phone, owner="finance")

    device = await device_of(house, account)
    assert (device.new_orders, device.owners) == (False, ("finance",))
    shown = re.search(r'data-choice="([^"]*)"', html)
    assert shown is not None
    assert json.loads(shown[1].replace("&#34;", '"')) == {"new_orders": [], "owner": ["finance"], "store": []}


async def test_a_device_is_tried_and_turned_off(house: House, service: PushService, pushing: Pushing) -> None:
    phone = service.subscribe()
    async with at_the_desk(house, service) as (account, client):
        await turn_on(client, phone, new_orders="yes")
        device_id = (await device_of(house, account)).device_id
        tried = await client.post(f"/desk/push/devices/{device_id}/test")
        await pushing.round()
        shown = (await client.get("/desk/push")).text
        off = await client.post(f"/desk/push/devices/{device_id}/removed")
        again = await client.post(f"/desk/push/devices/{device_id}/removed")
    await house.placed(an_order())
    await pushing.round()

    assert (tried.status_code, off.status_code, again.status_code) == (303, 303, 404)
    assert [each["title"] for each in service.of(phone)] == ["Notices work"]
    assert "not yet" not in shown


async def test_another_person_s_device_is_as_one_that_does_not_exist(
    house: House, service: PushService
) -> None:
    async with at_the_desk(house, service) as (account, client):
        await turn_on(client, service.subscribe(), new_orders="yes")
    device_id = (await device_of(house, account)).device_id
    async with at_the_desk(house, service, Role.ADMIN) as (_, other):
        answers = [await other.post(f"/desk/push/devices/{device_id}/{what}") for what in ("removed", "test")]

    assert [each.status_code for each in answers] == [404, 404]
    assert (await device_of(house, account)).device_id == device_id


async def test_who_is_signed_out_everywhere_is_told_nowhere(house: House, service: PushService) -> None:
    async with at_the_desk(house, service) as (account, client):
        await turn_on(client, service.subscribe(), new_orders="yes")
        await People(house.pool, PUBLIC_URL).sign_out(account, Doer("cli:tester"))

    async with house.pool.acquire() as connection:
        assert await push.of(connection, account) == []


async def test_a_device_goes_on_when_the_session_ends(
    house: House, service: PushService, pushing: Pushing
) -> None:
    phone = service.subscribe()
    async with at_the_desk(house, service) as (account, client):
        await turn_on(client, phone, new_orders="yes")
        async with house.pool.acquire() as connection:
            await sessions.end_all(connection, account)
    await house.placed(an_order())
    await pushing.round()

    assert len(service.of(phone)) == 1


async def test_the_worker_of_the_desk_is_open_to_all_and_never_kept(house: House) -> None:
    answer = await house.http.get(SERVICE_WORKER)

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["service-worker-allowed"] == "/desk/"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content == files()["worker.js"].content


async def test_the_desk_can_be_installed(house: House) -> None:
    page = await house.http.get("/desk/sign-in")
    manifest = await house.http.get(static("desk.webmanifest"))
    said = manifest.json()
    icons = [
        await house.http.get(str(manifest.url.join(each["src"]).raw_path.decode())) for each in said["icons"]
    ]

    assert f'<link rel="manifest" href="{static("desk.webmanifest")}">' in page.text
    assert manifest.headers["content-type"] == "application/manifest+json"
    assert (said["start_url"], said["scope"], said["display"]) == ("/desk", "/desk", "standalone")
    assert [icon.status_code for icon in icons] == [200, 200, 200]
    for icon, known in zip(icons, said["icons"], strict=True):
        width = int.from_bytes(icon.content[16:20], "big")
        assert known["sizes"] == f"{width}x{width}"


async def test_devices_are_listed_tried_and_ended_over_the_api(
    house: House, service: PushService, pushing: Pushing
) -> None:
    phone = service.subscribe()
    async with at_the_desk(house, service) as (account, client):
        await turn_on(client, phone, new_orders="yes")
    path, ops = f"/v1/staff/{account}/devices", house.headers(house.ops)
    listed = await house.http.get(path, headers=ops)
    device_id = listed.json()["devices"][0]["device_id"]
    tried = await house.http.post(
        f"/v1/staff/{account}/device-tests", json={"device_id": device_id}, headers=ops
    )
    await pushing.round()
    ended = await house.http.delete(f"{path}/{device_id}", headers=ops)
    after = await house.http.delete(f"{path}/{device_id}", headers=ops)
    nobody = await house.http.get("/v1/staff/nobody/devices", headers=ops)
    not_ops = await house.http.get(path, headers=house.headers(house.staff))

    assert phone.endpoint not in listed.text
    assert (tried.status_code, tried.json()) == (202, {"devices": 1})
    assert [each["title"] for each in service.of(phone)] == ["Notices work"]
    assert (ended.status_code, after.status_code) == (204, 404)
    assert (nobody.status_code, not_ops.status_code) == (404, 403)


async def test_devices_are_listed_tried_and_ended_on_the_command_line(
    house: House, service: PushService, pushing: Pushing
) -> None:
    async with at_the_desk(house, service) as (account, client):
        await turn_on(client, service.subscribe(), new_orders="yes")
    device_id = (await device_of(house, account)).device_id

    async def pakhuis(*words: str) -> tuple[int, str]:
        ran = await run("push", *words, environment={**house.environment(), "LC_ALL": "C.UTF-8"})
        return ran.code, ran.out + ran.err

    listed = await pakhuis("list")
    tried = await pakhuis("test", account)
    ended = await pakhuis("end", account, device_id)
    none = await pakhuis("test", account)
    unknown = await pakhuis("test", f"x{uuid.uuid4().hex[:8]}")

    assert listed[0] == 0
    assert device_id in listed[1]
    assert tried == (0, f"A notice is on its way to 1 device of {account}.\n")
    assert (ended[0], none[0], unknown[0]) == (0, 1, 1)
