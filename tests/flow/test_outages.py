"""Servers and workers that die in the middle: nothing that was taken is lost, and nothing happens twice."""

import asyncio
from collections import Counter

from tests.sample_orders import an_order
from tests.town import Town, kill


async def test_orders_are_taken_while_temporal_is_away_and_go_on_when_it_is_back(town: Town) -> None:
    house = town.house
    async with house.working():
        await town.temporal.stop()
        bodies = [an_order() for _ in range(20)]
        placed = await asyncio.gather(*(house.place(body) for body in bodies))
        order_ids = [body["order_id"] for body in bodies]
        paid = await asyncio.gather(*(house.pay(order_id) for order_id in order_ids))
        await town.temporal.start()
        orders = [
            await house.until(order_id, lambda order: order["payment_status"] == "PAID", 30)
            for order_id in order_ids
        ]
        shipped = await house.done(order_ids[0], "shipped")

    assert {answer.status_code for answer in placed} == {201}
    assert {answer.status_code for answer in paid} == {202}
    assert all(len(order["payments"]) == 1 for order in orders)
    assert shipped["fulfillment_status"] == "SHIPPED"


async def test_what_was_answered_is_there_after_postgresql_was_killed_under_load(town: Town) -> None:
    house = town.house
    bodies = [an_order() for _ in range(120)]
    answers: dict[str, int] = {}

    async def place(some: list[dict[str, object]]) -> None:
        for body in some:
            answer = await house.place(body)
            answers[str(body["order_id"])] = answer.status_code
            if answer.status_code != 201:
                assert answer.status_code == 503, answer.text
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.headers["retry-after"]
                assert len(answer.json()["detail"]) > 10
            if len(answers) == 40:
                kill(town.postgres)

    async with house.working():
        await asyncio.gather(*(place(bodies[start::8]) for start in range(8)))
        again = {}
        async with asyncio.timeout(60):
            for body in bodies:
                while (answer := await house.place(body)).status_code == 503:
                    await asyncio.sleep(0.05)
                again[str(body["order_id"])] = answer.status_code
        order_id = str(bodies[-1]["order_id"])
        await house.until(order_id, lambda order: order["order_id"] == order_id)
        await house.pay(order_id, command_id="pay-1")
        order = await house.until(order_id, lambda order: order["payment_status"] == "PAID", 20)

    assert Counter(answers.values())[503] > 0
    assert {again[order_id] for order_id, status in answers.items() if status == 201} == {200}
    assert set(again.values()) <= {200, 201}
    assert len(order["payments"]) == 1


async def test_a_worker_that_was_killed_is_followed_by_one_that_goes_on(town: Town) -> None:
    house = town.house
    order_ids = [await house.placed(an_order()) for _ in range(12)]

    async def play(order_id: str) -> None:
        for step in ("payment", "packed", "shipped"):
            fields = {"status": "paid"} if step == "payment" else {}
            await house.send(order_id, step, command_id=f"{step}-1", **fields)

    async with town.worker() as worker:
        playing = asyncio.gather(*(play(order_id) for order_id in order_ids))
        await house.until(order_ids[0], lambda order: order["payment_status"] == "PAID")
        kill(worker)
        await playing
        orders = [
            await house.until(order_id, lambda order: order["fulfillment_status"] == "SHIPPED", 60)
            for order_id in order_ids
        ]

    for order in orders:
        applied = [moment for moment in order["timeline"] if moment["outcome"] == "applied"]
        kinds = Counter(moment["kind"] for moment in applied)
        assert (kinds["payment"], kinds["packed"], kinds["shipped"]) == (1, 1, 1)
        assert len(order["parcels"]) == 1
    numbers = Counter(mail.header("Message-ID") for mail in house.mailbox.mails)
    assert max(numbers.values()) == 1
