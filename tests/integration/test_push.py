"""Push notices, from the order that comes in to the message that a browser reads, by a service of our own."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from activities.push import QUIET_FOR, Pushing, push_for_ever
from activities.push_service import Gone, NotNow, PushServices, Taken
from db import intake, push, push_key, sessions, staff, stores
from db.pool import Pool
from db.push import FRESH_FOR, LEASE
from db.sessions import Stage
from db.vault import CannotOpen, Vault
from orders.owners import Owner
from orders.push import PushChoice, Subscription
from orders.rights import Role
from orders.staff import MemberChange
from orders.store import StoreSettings
from starter import arrivals
from starter.cli.doctor import kept
from tests.digital import SECRET, Shop, an_order
from tests.doctoring import set_up
from tests.push_service import Browser, PushService

VAULT = Vault(SECRET)
EVERYTHING = PushChoice(owners=tuple(Owner))


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    async with PushService() as opened:
        yield opened


@pytest.fixture
async def pushing(pool: Pool, service: PushService) -> AsyncIterator[Pushing]:
    """A sender; nothing of another test waits for it."""
    async with pool.acquire() as connection:
        await connection.execute("TRUNCATE push_devices, push_arrivals, push_notices")
        await connection.execute("UPDATE attention SET pushed_since = since")
        for store in ("default", "kelder"):
            look = {"look": {"name": store.title()}}
            await stores.keep(connection, store, StoreSettings.model_validate(look))
    services = PushServices(service.url)
    yield Pushing(pool, VAULT, services, "http://127.0.0.1:8080")
    await services.close()


async def somebody(pool: Pool, stores: tuple[str, ...] | None = None, language: Any = "en") -> str:
    account = f"p{uuid.uuid4().hex[:10]}"
    async with pool.acquire() as connection:
        await staff.make_ready(
            connection, account, "Bo", Role.PACKER, "a long password", stores=stores, language=language
        )
    return account


async def listening(
    pool: Pool, service: PushService, account: str, choice: PushChoice = EVERYTHING, **other: Any
) -> Browser:
    """A browser of this person that is told what they chose."""
    browser: Browser = other.get("browser") or service.subscribe()
    async with pool.acquire() as connection:
        await push.keep(connection, VAULT, account, browser.subscription, choice, "Firefox, Linux")
    return browser


async def an_arrival(pool: Pool, store: str = "default") -> str:
    """An order that comes in; its number."""
    order = await Shop(pool).keep(an_order(store=store))
    return order.number


async def needs_a_person(pool: Pool, reason: str = "overpaid", since: datetime | None = None) -> str:
    """Something that needs a person, as a change of an order writes it down; its order's number."""
    order = await Shop(pool).keep(an_order())
    await pool.execute(
        "INSERT INTO attention (store, order_id, key, reason, since, text) VALUES ($1, $2, $3, $4, $5, '{}')",
        order.store,
        order.order_id,
        f"{reason}:",
        reason,
        since or datetime.now(UTC),
    )
    return order.number


async def time_passes(pool: Pool, by: timedelta = QUIET_FOR) -> None:
    """For every device and every notice it is so much later."""
    await pool.execute(
        "UPDATE push_devices SET not_before = not_before - $1::interval,"
        " created_at = created_at - $1::interval, lease_until = lease_until - $1::interval",
        by,
    )
    await pool.execute("UPDATE push_notices SET at = at - $1::interval", by)


async def states(pool: Pool) -> dict[str, int]:
    rows = await pool.fetch("SELECT state, count(*) AS notices FROM push_notices GROUP BY state")
    return {row["state"]: row["notices"] for row in rows}


async def test_a_new_order_is_told_in_the_reader_s_language_and_names_nobody(
    pool: Pool, service: PushService, pushing: Pushing
) -> None:
    browser = await listening(pool, service, await somebody(pool, language="nl"))
    number = await an_arrival(pool)
    await pushing.round()

    (pushed,) = service.pushed
    assert pushed.said["title"] == f"Nieuwe bestelling {number}"
    assert (pushed.said["body"], pushed.said["url"]) == ("Default", f"/desk/orders/default/K{number}")
    assert "Sanne" not in str(pushed.said)
    assert pushed.claims["sub"] == "mailto:orders@pakhuis.example"
    assert (pushed.headers["ttl"], pushed.headers["topic"]) == ("14400", "orders")
    assert service.of(browser) == [pushed.said]
    assert await states(pool) == {"sent": 1}


async def test_an_order_is_told_once_however_often_one_looks(
    pool: Pool, service: PushService, pushing: Pushing
) -> None:
    await listening(pool, service, await somebody(pool))
    await an_arrival(pool)
    for _ in range(3):
        await pushing.round()
        await time_passes(pool)

    assert len(service.pushed) == 1


async def test_an_order_is_told_only_if_it_was_kept(
    pool: Pool, service: PushService, pushing: Pushing
) -> None:
    await listening(pool, service, await somebody(pool))
    connection = await pool.acquire()
    transaction = connection.transaction()
    await transaction.start()
    order, now = an_order(), datetime.now(UTC)
    arrival = arrivals.arrival(order, StoreSettings(), now, "pakhuis", b"x", foreign=None)
    await intake.keep(connection, VAULT, arrival, StoreSettings(), now)
    await transaction.rollback()
    await pool.release(connection)
    await pushing.round()

    assert service.pushed == []


async def test_an_order_that_was_over_before_it_came_is_not_told(
    pool: Pool, service: PushService, pushing: Pushing
) -> None:
    await listening(pool, service, await somebody(pool))
    order, now = an_order(), datetime.now(UTC)
    arrival = arrivals.arrival(order, StoreSettings(), now, "ecwid", b"x", foreign=None)
    async with pool.acquire() as connection:
        await intake.keep(connection, VAULT, arrival._replace(is_history=True), StoreSettings(), now)
    await pushing.round()

    assert service.pushed == []


async def test_what_came_in_before_a_device_listened_is_not_told_on_it(
    pool: Pool, service: PushService, pushing: Pushing
) -> None:
    await listening(
        pool, service, await somebody(pool), PushChoice(new_orders=False, owners=(Owner.FINANCE,))
    )
    await an_arrival(pool)
    later = await listening(pool, service, await somebody(pool))
    await pushing.round()

    assert service.of(later) == []
    assert await pool.fetchval("SELECT count(*) FROM push_arrivals") == 0


async def test_what_lay_there_when_a_device_was_turned_on_is_told_to_the_others_only(
    pool: Pool, service: PushService, pushing: Pushing
) -> None:
    before = await listening(pool, service, await somebody(pool))
    lay_there = await an_arrival(pool)
    after = await listening(pool, service, await somebody(pool))
    since_then = await an_arrival(pool)
    await pushing.round()

    assert [told["title"] for told in service.of(before)] == ["2 new orders"]
    assert [told["title"] for told in service.of(after)] == [f"New order {since_then}"]
    assert lay_there != since_then


async def test_many_are_told_together_and_a_device_is_left_alone_for_a_while(
    pool: Pool, service: PushService, pushing: Pushing
) -> None:
    browser = await listening(pool, service, await somebody(pool))
    for _ in range(3):
        await an_arrival(pool)
    await pushing.round()
    await an_arrival(pool)
    await pushing.round()
    soon = len(service.pushed)
    await time_passes(pool)
    await pushing.round()

    assert soon == 1
    assert [each["title"] for each in service.of(browser)] == ["3 new orders", "4 new orders"]
    assert {each["url"] for each in service.of(browser)} == {"/desk/orders"}


async def test_counting_begins_anew_when_the_person_was_at_the_desk(
    pool: Pool, service: PushService, pushing: Pushing
) -> None:
    account = await somebody(pool)
    browser = await listening(pool, service, account)
    await an_arrival(pool)
    await pushing.round()
    await time_passes(pool)
    async with pool.acquire() as connection:
        await sessions.open_session(connection, account, Stage.SIGNED, "a test", "")
    number = await an_arrival(pool)
    await pushing.round()

    assert service.of(browser)[1]["title"] == f"New order {number}"


async def test_who_does_not_work_for_a_store_or_does_not_want_it_is_not_told(
    pool: Pool, service: PushService, pushing: Pushing
) -> None:
    elsewhere = await listening(pool, service, await somebody(pool, stores=("kelder",)))
    other_choice = await listening(pool, service, await somebody(pool), PushChoice(stores=("kelder",)))
    attention_only = PushChoice(new_orders=False, owners=(Owner.WAREHOUSE,))
    no_orders = await listening(pool, service, await somebody(pool), attention_only)
    disabled = await somebody(pool)
    silent = await listening(pool, service, disabled)
    async with pool.acquire() as connection:
        await staff.change(connection, disabled, MemberChange(disabled=True))
    both = await listening(pool, service, await somebody(pool))
    await an_arrival(pool, "default")
    await an_arrival(pool, "kelder")
    await pushing.round()

    assert [each["body"] for each in service.of(elsewhere)] == ["Kelder"]
    assert [each["body"] for each in service.of(other_choice)] == ["Kelder"]
    assert service.of(no_orders) == service.of(silent) == []
    assert [each["body"] for each in service.of(both)] == ["Default, Kelder"]
    assert await states(pool) == {"sent": 4}


async def test_what_waits_is_not_told_to_who_lost_the_store_or_the_account_meanwhile(
    pool: Pool, service: PushService, pushing: Pushing
) -> None:
    moved, left = await somebody(pool), await somebody(pool)
    browsers = [await listening(pool, service, account) for account in (moved, left)]
    await an_arrival(pool)
    async with pool.acquire() as connection:
        await push.gather(connection)
        await staff.change(connection, moved, MemberChange(stores=("kelder",)))
        await staff.change(connection, left, MemberChange(disabled=True))
    await pushing.round()

    assert [service.of(browser) for browser in browsers] == [[], []]
    assert await states(pool) == {"withdrawn": 1, "waiting": 1}


async def test_a_browser_tells_only_whoever_turned_it_on_last(
    pool: Pool, service: PushService, pushing: Pushing
) -> None:
    first, second = await somebody(pool), await somebody(pool, stores=("kelder",))
    browser = await listening(pool, service, first)
    await an_arrival(pool, "kelder")
    async with pool.acquire() as connection:
        await push.gather(connection)
    await listening(pool, service, second, browser=browser)
    await pushing.round()
    await an_arrival(pool, "default")
    await pushing.round()

    assert service.of(browser) == []
    async with pool.acquire() as connection:
        assert (len(await push.of(connection, first)), len(await push.of(connection, second))) == (0, 1)


async def test_what_needs_a_person_is_told_to_whose_work_it_is(
    pool: Pool, service: PushService, pushing: Pushing
) -> None:
    finance = await listening(
        pool, service, await somebody(pool), PushChoice(new_orders=False, owners=(Owner.FINANCE,))
    )
    warehouse = await listening(
        pool, service, await somebody(pool), PushChoice(new_orders=False, owners=(Owner.WAREHOUSE,))
    )
    number = await needs_a_person(pool, "overpaid")
    await pushing.round()

    assert [each["title"] for each in service.of(finance)] == [f"Order {number} needs a person"]
    assert service.of(warehouse) == []
    assert service.pushed[0].headers["topic"] == "attention"


async def test_what_somebody_saw_to_first_is_not_told_and_what_came_back_is_told_anew(
    pool: Pool, service: PushService, pushing: Pushing
) -> None:
    browser = await listening(
        pool, service, await somebody(pool), PushChoice(new_orders=False, owners=(Owner.FINANCE,))
    )
    number = await needs_a_person(pool)
    async with pool.acquire() as connection:
        await push.gather(connection)
    await pool.execute("DELETE FROM attention WHERE order_id = $1", f"K{number}")
    await pushing.round()
    seen_to = service.of(browser)
    back = await needs_a_person(pool)
    await pushing.round()
    await pool.execute("UPDATE attention SET since = now() WHERE order_id = $1", f"K{back}")
    await time_passes(pool)
    await pushing.round()

    assert seen_to == []
    assert [each["title"] for each in service.of(browser)] == [f"Order {back} needs a person"] * 2
    assert len({each["id"] for each in service.of(browser)}) == 2


@pytest.mark.parametrize("status", [404, 410])
async def test_a_browser_that_gave_up_is_asked_no_more(
    pool: Pool, service: PushService, pushing: Pushing, status: int
) -> None:
    account = await somebody(pool)
    await listening(pool, service, account)
    await an_arrival(pool)
    service.answers = [(status, "")]
    await pushing.round()
    await an_arrival(pool)
    await time_passes(pool, timedelta(hours=1))
    await pushing.round()

    assert service.asked == 1
    assert await states(pool) == {"withdrawn": 1}
    row = await pool.fetchrow("SELECT ended_because, subscription_sealed FROM push_devices")
    assert row is not None
    assert tuple(row) == ("gone", b"")
    async with pool.acquire() as connection:
        assert await push.of(connection, account) == []


@pytest.mark.parametrize("status", [429, 500, 503, 400, 403, 413, 302])
async def test_what_is_not_taken_is_tried_again_later_and_each_time_later(
    pool: Pool, service: PushService, pushing: Pushing, status: int
) -> None:
    browser = await listening(pool, service, await somebody(pool))
    await an_arrival(pool)
    service.answers = [(status, "location: http://127.0.0.1:1/\r\n")] * 2
    waits = []
    for _ in range(3):
        await pushing.round()
        await pushing.round()  # At once again: nothing is asked.
        waits.append(await pool.fetchval("SELECT not_before - now() FROM push_devices"))
        await time_passes(pool, waits[-1])

    assert service.asked == 3
    assert len(service.of(browser)) == 1
    assert timedelta(seconds=8) < waits[0] < timedelta(seconds=10) < waits[1] < timedelta(seconds=20)
    row = await pool.fetchrow("SELECT failures, failing_since, problem FROM push_devices")
    assert row is not None
    assert tuple(row) == (0, None, None)


@pytest.mark.parametrize(
    ("asked", "least"),
    [
        ("120", timedelta(seconds=110)),
        ("999999999", timedelta(minutes=59)),
        ("tomorrow", timedelta(seconds=8)),
        ("-5", timedelta(seconds=8)),
    ],
)
async def test_a_service_that_asks_for_patience_gets_it_within_reason(
    pool: Pool, service: PushService, pushing: Pushing, asked: str, least: timedelta
) -> None:
    await listening(pool, service, await somebody(pool))
    await an_arrival(pool)
    service.answers = [(429, f"retry-after: {asked}\r\n")]
    await pushing.round()

    wait = await pool.fetchval("SELECT not_before - now() FROM push_devices")
    assert least < wait <= timedelta(hours=1)


async def test_a_service_that_is_away_is_tried_again(
    pool: Pool, service: PushService, pushing: Pushing
) -> None:
    subscription = service.subscribe().subscription.model_copy(update={"endpoint": "http://127.0.0.1:9/x"})
    away = PushServices("http://127.0.0.1:9")
    async with pool.acquire() as connection:
        await push.keep(connection, VAULT, await somebody(pool), subscription, EVERYTHING, "")
    await an_arrival(pool)
    await Pushing(pool, VAULT, away, "http://x").round()
    await away.close()

    assert await pool.fetchval("SELECT problem FROM push_devices") == "ConnectError"
    assert await states(pool) == {"waiting": 1}


async def test_what_could_not_be_told_in_time_is_told_no_more(
    pool: Pool, service: PushService, pushing: Pushing
) -> None:
    await listening(pool, service, await somebody(pool))
    await an_arrival(pool)
    service.answers = [(503, "")]
    await pushing.round()
    await time_passes(pool, FRESH_FOR + timedelta(seconds=1))
    await pushing.round()

    assert service.pushed == []
    assert await states(pool) == {"expired": 1}


async def test_killed_after_sending_the_same_message_goes_out_once_more_and_takes_the_place_of_the_first(
    pool: Pool, service: PushService, pushing: Pushing
) -> None:
    await listening(pool, service, await somebody(pool))
    await an_arrival(pool)
    service.is_slow.clear()
    killed = asyncio.create_task(pushing.round())
    async with asyncio.timeout(10):
        while not service.pushed:
            await asyncio.sleep(0.01)
    killed.cancel()
    await asyncio.gather(killed, return_exceptions=True)
    service.is_slow.set()
    await pushing.round()
    while_leased = len(service.pushed)
    await time_passes(pool, LEASE)
    await pushing.round()
    await time_passes(pool)
    await pushing.round()

    assert while_leased == 1
    first, second = service.pushed
    assert first.said == second.said
    assert first.headers["topic"] == second.headers["topic"]


async def test_two_senders_at_once_tell_everything_once(
    pool: Pool, service: PushService, pushing: Pushing
) -> None:
    browsers = [await listening(pool, service, await somebody(pool)) for _ in range(5)]
    for _ in range(4):
        await an_arrival(pool)
    await asyncio.gather(*(pushing.round() for _ in range(4)))
    await time_passes(pool)
    await pushing.round()

    assert await states(pool) == {"sent": 20}
    assert [service.of(browser)[-1]["title"] for browser in browsers] == ["4 new orders"] * 5


async def test_one_device_that_gives_trouble_keeps_no_other_waiting(
    pool: Pool, service: PushService, pushing: Pushing
) -> None:
    account = await somebody(pool)
    await listening(pool, service, account)
    good = await listening(pool, service, account)
    await pool.execute(
        "UPDATE push_devices SET subscription_sealed = 'nonsense' WHERE endpoint_hash <> $1",
        push.hash_of(good.endpoint),
    )
    await an_arrival(pool)
    await pushing.round()

    assert len(service.of(good)) == 1
    assert await pool.fetchval("SELECT problem FROM push_devices WHERE failures = 1") == "sealed"


async def test_a_person_has_so_many_devices_and_gives_up_the_oldest(
    pool: Pool, service: PushService, pushing: Pushing
) -> None:
    account = await somebody(pool)
    first = await listening(pool, service, account)
    for _ in range(push.MOST_DEVICES):
        await listening(pool, service, account)

    async with pool.acquire() as connection:
        known = await push.of(connection, account)
    assert len(known) == push.MOST_DEVICES
    assert push.hash_of(first.endpoint) not in {each.endpoint_hash for each in known}


async def test_neither_an_address_nor_a_key_can_be_read_in_the_database(
    pool: Pool, service: PushService, pushing: Pushing
) -> None:
    browser = await listening(pool, service, await somebody(pool))
    async with pool.acquire() as connection:
        ours = await push_key.ours(connection, VAULT)
        again = await push_key.ours(connection, VAULT)
        row = await connection.fetchrow("SELECT * FROM push_devices")
        kept = await connection.fetchrow("SELECT * FROM push_key")

    assert ours.public == again.public
    assert row is not None
    assert kept is not None
    scalar = ours.private.private_numbers().private_value.to_bytes(32, "big")
    assert scalar not in bytes(kept["private_sealed"])
    assert browser.endpoint.rsplit("/", 1)[1] not in str(dict(row))
    assert repr(ours) == "<PushKey>"
    async with pool.acquire() as connection:
        with pytest.raises(CannotOpen):
            await push_key.ours(connection, Vault("another secret key, and a long one too"))


async def test_of_two_processes_that_make_the_key_at_once_both_have_the_same(own_pool: Pool) -> None:
    async def made() -> bytes:
        async with own_pool.acquire() as connection:
            return (await push_key.ours(connection, VAULT)).public

    assert len(set(await asyncio.gather(*(made() for _ in range(4))))) == 1


async def test_the_loop_tells_goes_on_after_trouble_and_stops(
    pool: Pool, service: PushService, pushing: Pushing, log_lines: list[str]
) -> None:
    browser = await listening(pool, service, await somebody(pool))
    await pushing.round()
    sealed = await pool.fetchval("SELECT private_sealed FROM push_key")
    await pool.execute("UPDATE push_key SET private_sealed = 'nonsense'")
    await an_arrival(pool)
    stop = asyncio.Event()
    task = asyncio.create_task(push_for_ever(pushing, stop, 0.01))
    async with asyncio.timeout(10):
        while not any("cannot be opened" in line for line in log_lines):
            await asyncio.sleep(0.01)
        await pool.execute("UPDATE push_key SET private_sealed = $1", sealed)
        while not service.of(browser):
            await asyncio.sleep(0.01)
    stop.set()

    await asyncio.wait_for(task, 5)


async def test_what_was_settled_long_ago_is_forgotten(
    pool: Pool, service: PushService, pushing: Pushing
) -> None:
    account = await somebody(pool)
    await listening(pool, service, account)
    await listening(pool, service, account)
    await an_arrival(pool)
    await pushing.round()
    await pool.execute("UPDATE push_notices SET at = now() - interval '8 days'")
    await pool.execute(
        "UPDATE push_devices SET ended_because = 'gone', ended_at = now() - interval '8 days'"
        " WHERE device_id = (SELECT min(device_id) FROM push_devices)"
    )
    await pushing.forget()

    assert await states(pool) == {}
    assert await pool.fetchval("SELECT count(*) FROM push_devices") == 1


async def test_the_doctor_names_what_lies_and_who_cannot_be_reached(
    pool: Pool, service: PushService, pushing: Pushing
) -> None:
    async def found() -> list[tuple[str, str]]:
        async with pool.acquire() as connection:
            return [(each.state, each.key) async for each in kept.notices(set_up(), connection)]

    await listening(pool, service, await somebody(pool))
    await an_arrival(pool)
    async with pool.acquire() as connection:
        await push.gather(connection)
    at_first = await found()
    await time_passes(pool, timedelta(minutes=6))
    lying = await found()
    service.answers = [(403, "")]
    await pushing.round()
    await pool.execute("UPDATE push_devices SET failing_since = failing_since - interval '61 minutes'")

    assert (at_first, lying, await found()) == ([], [("wrong", "untried")], [("warning", "failing")])


def a_subscription(endpoint: str) -> Subscription:
    return Browser(endpoint).subscription


async def bring(services: PushServices, endpoint: str) -> Taken | Gone | NotNow:
    try:
        return await services.bring(a_subscription(endpoint), b"x", {})
    finally:
        await services.close()


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::1"], ["169.254.169.254"], []]
)
async def test_a_name_that_leads_into_a_private_network_is_sent_nothing(addresses: list[str]) -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        return addresses

    assert await bring(PushServices(resolve=resolve), "https://push.example.net/x") == NotNow("not_public")


async def test_a_message_goes_to_the_address_that_was_looked_at_under_the_name_of_the_service() -> None:
    asked: list[httpx.Request] = []

    async def resolve(_host: str, _port: int) -> list[str]:
        return ["2606:2800:220:1::1", "93.184.216.34"]

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if len(asked) == 1:
            raise httpx.ConnectError("no such way")
        return httpx.Response(201)

    services = PushServices(resolve=resolve, transport=httpx.MockTransport(answer))

    assert await bring(services, "https://push.example.net/x?y=1") == Taken()
    assert [str(request.url) for request in asked] == [
        "https://[2606:2800:220:1::1]/x?y=1",
        "https://93.184.216.34/x?y=1",
    ]
    assert {request.headers["host"] for request in asked} == {"push.example.net"}
    assert {request.extensions["sni_hostname"] for request in asked} == {"push.example.net"}


@pytest.mark.parametrize("path", ["", "/push/x"])
async def test_a_service_of_this_machine_is_sent_nothing_unless_it_is_trusted(
    service: PushService, path: str
) -> None:
    answers = [
        await bring(PushServices(), service.url + path),
        await bring(PushServices("http://127.0.0.1:1"), service.url + path),
    ]

    assert answers == [NotNow("not_public")] * 2
    assert service.asked == 0


async def test_a_redirect_is_not_followed(service: PushService) -> None:
    service.answers = [(307, f"location: {service.url}/push/elsewhere\r\n")]

    assert await bring(PushServices(service.url), f"{service.url}/push/x") == NotNow("307")
    assert service.asked == 1
