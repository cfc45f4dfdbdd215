"""Push services that say no, ask for patience or are away; senders that die; what the doctor sees of it."""

import asyncio
from datetime import timedelta

import pytest

from activities.push import Pushing, push_for_ever
from activities.push_service import PushServices
from db import push
from db.pool import Pool
from db.push import FRESH_FOR, LEASE
from starter.cli.doctor import kept
from tests.doctoring import set_up
from tests.push_service import PushService
from tests.pushing import EVERYTHING, VAULT, an_arrival, listening, somebody, states, time_passes


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
