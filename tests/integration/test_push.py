"""Push notices, from the order that comes in to the message that a browser reads, by a service of our own."""

import asyncio
from datetime import UTC, datetime

import pytest

from activities.push import Pushing
from db import intake, push, push_key, sessions, staff
from db.pool import Pool
from db.sessions import Stage
from db.vault import CannotOpen, Vault
from orders.owners import Owner
from orders.push import PushChoice
from orders.staff import MemberChange
from orders.store import StoreSettings
from starter import arrivals
from tests.digital import an_order
from tests.push_service import PushService
from tests.pushing import VAULT, an_arrival, listening, needs_a_person, somebody, states, time_passes


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
