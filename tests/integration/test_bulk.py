"""Many at once: a job is carried out to its end, whoever begins it, and gives nothing twice."""

import asyncio
import uuid
from datetime import timedelta

import pytest

from db import bulk
from db.bulk import OrderKey
from db.keys import Scope
from starter.bulk import Bulk, carry_on_for_ever
from starter.front_door import Visitor
from tests.bulk_jobs import ACTOR, a_job, answered, rows
from tests.house import House
from tests.sample_orders import an_order
from worker import work

ANNA = Visitor(actor=ACTOR, scope=Scope.STAFF)


async def some_paid(house: House, number: int) -> list[str]:
    return list(await asyncio.gather(*(house.paid(an_order()) for _ in range(number))))


async def picked_times(house: House, order_ids: list[str]) -> list[int]:
    found = await house.pool.fetch(
        """SELECT (SELECT count(*) FROM timeline WHERE timeline.order_id = named AND kind = 'picked'
            AND outcome = 'applied') AS times FROM unnest($1::text[]) AS named""",
        order_ids,
    )
    return [row["times"] for row in found]


async def test_every_order_of_a_job_is_given_its_command(house: House) -> None:
    order_ids = await some_paid(house, 5)
    job_id = await a_job(house, order_ids, "picked")

    await house.opened.bulk.start(job_id)

    assert (await answered(house, job_id)).applied == 5
    assert await picked_times(house, order_ids) == [1] * 5
    assert [row.order_id for row in await rows(house, job_id)] == order_ids


async def test_an_order_that_cannot_stands_refused_with_the_reason_and_the_others_are_done(
    house: House,
) -> None:
    paid, unpaid = await house.paid(an_order()), await house.placed(an_order())
    job_id = await a_job(house, [unpaid, paid], "packed")

    await house.opened.bulk.start(job_id)
    counts = await answered(house, job_id)
    first, second = await rows(house, job_id)

    assert (counts.refused, counts.applied) == (1, 1)
    assert (first.stands, second.stands) == ("refused", "applied")
    assert first.answer is not None
    assert first.answer.key.startswith("refusal.")


async def test_a_job_that_is_started_twice_is_carried_out_once(house: House) -> None:
    order_ids = await some_paid(house, 3)
    job_id = await a_job(house, order_ids, "picked")

    begun = await asyncio.gather(*(house.opened.bulk.start(job_id) for _ in range(3)))
    await answered(house, job_id)

    assert sorted(begun) == [False, False, True]
    assert await picked_times(house, order_ids) == [1] * 3


async def test_what_a_process_leaves_in_the_middle_another_does_once(house: House) -> None:
    order_ids = await some_paid(house, 40)
    job_id = await a_job(house, order_ids, "picked")
    dying, heir = (Bulk(house.pool, house.front_door) for _ in range(2))
    await dying.start(job_id)
    while not any(row.given_at for row in await rows(house, job_id)):
        await asyncio.sleep(0.01)
    await dying.close()
    left = [row for row in await rows(house, job_id) if row.given_at is None]

    assert await heir.carry_on() >= 1
    assert left
    assert (await answered(house, job_id)).applied == 40
    assert await picked_times(house, order_ids) == [1] * 40


async def test_a_job_whose_process_was_killed_is_carried_on_when_its_lease_has_run_out(
    house: House,
) -> None:
    order_ids = await some_paid(house, 2)
    job_id = await a_job(house, order_ids, "picked")
    killed = uuid.uuid4()
    async with house.pool.acquire() as connection:
        await bulk.start(connection, job_id)
        held = await bulk.lease(connection, killed, timedelta(seconds=15), job_id)
    heir = Bulk(house.pool, house.front_door)

    assert held is not None
    assert not await heir.carry(job_id)
    await house.pool.execute("UPDATE bulk_jobs SET lease_until = now() WHERE job_id = $1", job_id)
    stop = asyncio.Event()
    sweeping = asyncio.create_task(carry_on_for_ever(heir, stop, 0.05))
    assert (await answered(house, job_id)).applied == 2
    stop.set()
    await sweeping


async def test_a_worker_carries_on_what_no_api_is_there_for(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", house.temporal_address)
    job_id = await a_job(house, await some_paid(house, 2), "picked")
    async with house.pool.acquire() as connection:
        await bulk.start(connection, job_id)
    stop = asyncio.Event()
    working = asyncio.create_task(work(house.settings, stop))

    assert (await answered(house, job_id)).applied == 2
    stop.set()
    await working


async def test_a_command_that_nobody_can_read_any_more_keeps_no_other_from_its_turn(house: House) -> None:
    order_ids = await some_paid(house, 2)
    job_id = await a_job(house, order_ids, "picked")
    await house.pool.execute(
        """UPDATE bulk_rows SET command = '{"type": "of_another_release"}'::jsonb
        WHERE job_id = $1 AND position = 0""",
        job_id,
    )
    await house.opened.bulk.start(job_id)
    counts = await answered(house, job_id)

    assert (counts.refused, counts.applied) == (1, 1)
    assert [row.stands for row in await rows(house, job_id)] == ["refused", "applied"]


async def test_mails_of_a_job_are_stopped_where_they_have_not_left(house: House) -> None:
    order_ids = await some_paid(house, 3)
    job_id = await a_job(house, order_ids, "shipped", undo_seconds=60)
    await house.opened.bulk.start(job_id)
    await answered(house, job_id)

    stopped = await house.opened.bulk.stop_mails(job_id, ANNA)

    assert stopped == 3
    for order_id in order_ids:
        await house.until(
            order_id,
            lambda order: [m["state"] for m in order["mails"] if m["kind"] == "shipped"][:1] == ["withdrawn"],
        )


async def test_what_is_given_after_the_mails_were_stopped_causes_none(house: House) -> None:
    order_id = await house.paid(an_order())
    job_id = await a_job(house, [order_id], "shipped", undo_seconds=10)
    await house.opened.bulk.stop_mails(job_id, ANNA)

    await house.opened.bulk.start(job_id)
    await answered(house, job_id)

    shown = await house.show(order_id)
    assert shown["fulfillment_status"] == "SHIPPED"
    assert not [mail for mail in shown["mails"] if mail["kind"] == "shipped"]


async def test_an_order_is_in_a_job_once_however_often_it_is_named(house: House) -> None:
    first, second = await house.placed(an_order()), await house.placed(an_order())
    job_id = uuid.uuid4()
    named = [OrderKey("default", each) for each in (second, first, second)]
    async with house.pool.acquire() as connection:
        await bulk.choose(connection, job_id, ACTOR, named)
        is_new = await bulk.choose(connection, job_id, ACTOR, named)

    assert [row.order_id for row in await rows(house, job_id)] == [second, first]
    assert not is_new


async def test_jobs_of_long_ago_are_forgotten_and_what_is_under_way_is_not(house: House) -> None:
    order_id = await house.paid(an_order())
    chosen, begun = (
        await a_job(house, [order_id], "picked"),
        await a_job(house, [order_id], "hold", reason="x"),
    )
    await house.pool.execute(
        "UPDATE bulk_jobs SET created_at = now() - interval '91 days' WHERE job_id = ANY($1)", [chosen, begun]
    )
    async with house.pool.acquire() as connection:
        await bulk.start(connection, begun)
    await house.opened.bulk.forget()

    left = await house.pool.fetch("SELECT job_id FROM bulk_jobs WHERE job_id = ANY($1)", [chosen, begun])
    assert [row["job_id"] for row in left] == [begun]
    await house.opened.bulk.carry(begun)
