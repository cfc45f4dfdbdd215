"""A step that two workers decided on, one of which died: the one with more history behind it is kept."""

import asyncio
import sys
from datetime import timedelta

from db.record import record
from orders.change import By, Change, Transition
from orders.commands import COMMAND
from orders.plan import Plan
from orders.rules.closing import transition
from orders.rules.deadlines import next_deadline, pass_deadline
from orders.rules.decide import decide
from orders.state import OrderState
from tests.house import House
from tests.sample_orders import an_order
from tests.town import Town


async def states_of(house: House, order_id: str) -> OrderState:
    row = await house.pool.fetchrow("SELECT facts, plan FROM orders WHERE order_id = $1", order_id)
    assert row is not None
    return OrderState.model_validate({**row["facts"], "plan": Plan.model_validate(row["plan"])})


async def write(house: House, order_id: str, decided_at: int, step: Transition) -> None:
    async with house.pool.acquire() as connection:
        await record(connection, house.vault, "default", order_id, decided_at, [step])


async def test_of_two_versions_of_a_step_the_one_decided_from_more_history_is_kept(town: Town) -> None:
    house = town.house
    order_id = await house.placed(an_order())
    paying = asyncio.create_task(house.pay(order_id, command_id="pay-1"))
    state = await states_of(house, order_id)
    deadline = next_deadline(state.with_(reminded=True))
    assert deadline is not None
    late = Change(state, By(at=deadline.at))
    pass_deadline(late, deadline)
    expired = transition(late, 2)
    wish = COMMAND.validate_python({"type": "payment", "status": "paid", "command_id": "pay-1"})
    paid = transition(decide(state, wish, By(at=deadline.at, actor="staff:test", command_id="pay-1")), 2)
    assert (await paying).status_code == 202

    await write(house, order_id, 10, expired)
    first = await house.show(order_id)
    await write(house, order_id, 14, paid)
    second = await house.show(order_id)
    await write(house, order_id, 12, expired)
    third = await house.show(order_id)

    assert first["fulfillment_status"] == "WILL_NOT_DELIVER"
    assert "order_expired" in [mail["kind"] for mail in first["mails"]]
    assert (second["payment_status"], second["fulfillment_status"]) == ("PAID", "AWAITING_PROCESSING")
    assert [moment["kind"] for moment in second["timeline"]] == ["placed", "payment"]
    assert "order_expired" not in [mail["kind"] for mail in second["mails"]]
    assert second["lines"][0]["units"]["cancelled"] == 0
    assert third == second
    cancelled = "SELECT cancelled FROM order_lines WHERE order_id = $1"
    assert await house.pool.fetchval(cancelled, order_id) == 0
    assert (await house.pay(order_id, command_id="pay-1")).json()["outcome"] == "applied"


async def test_an_answer_of_a_step_that_never_came_to_be_is_taken_back(town: Town) -> None:
    house = town.house
    order_id = await house.placed(an_order())
    assert (await house.pay(order_id, command_id="pay-1")).status_code == 202
    state = await states_of(house, order_id)
    wish = COMMAND.validate_python({"type": "payment", "status": "paid", "command_id": "pay-1"})
    by = By(at=state.moved_at, actor="staff:test", command_id="pay-1")
    change = Change(state, By(at=state.moved_at))
    change.say("reminded", "timeline.reminded", amount=state.plan.money(1))

    await write(house, order_id, 10, transition(decide(state, wish, by), 2))
    answered = await house.pool.fetchval("SELECT outcome FROM commands WHERE order_id = $1", order_id)
    await write(house, order_id, 14, transition(change, 2))
    taken_back = await house.pool.fetchval("SELECT outcome FROM commands WHERE order_id = $1", order_id)

    assert (answered, taken_back) == ("applied", None)


async def test_a_payment_wins_over_an_expiry_that_was_written_by_a_worker_that_died(town: Town) -> None:
    house = town.house
    await house.open_store("mortal", policy={"payment": {"online": {"expire_after": "P3D"}}})
    order_id = await house.placed(an_order(store="mortal"))
    mortal = town.worker(sys.executable, "-m", "tests.flow.mortal_worker", DIES_FOR=order_id)
    await mortal.start()
    skipping = asyncio.create_task(house.skip(order_id, timedelta(days=3, minutes=1), "mortal"))
    died = await house.until(order_id, lambda order: order["fulfillment_status"] == "WILL_NOT_DELIVER", 20)
    await mortal.stop()
    paid = await house.pay(order_id, command_id="pay-1")
    async with house.working():
        await skipping
        order = await house.until(order_id, lambda order: order["payment_status"] == "PAID", 30)
        shipped = await house.done(order_id, "shipped")

    assert "expired" in [moment["kind"] for moment in died["timeline"]]
    assert paid.status_code == 202
    assert "expired" not in [moment["kind"] for moment in order["timeline"]]
    assert "order_expired" not in [mail["kind"] for mail in order["mails"]]
    assert shipped["fulfillment_status"] == "SHIPPED"
