"""Servers and workers that die in the middle: nothing that was taken is lost, and nothing happens twice."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.service import RPCError, RPCStatusCode

from db.record import record
from embedded.ports import free_port
from embedded.postgres import Postgres
from embedded.programs import Worker, worker_command
from embedded.supervisor import Supervisor
from embedded.temporal import Temporal
from orders.change import By, Change, Transition
from orders.commands import COMMAND
from orders.plan import Plan
from orders.rules.closing import transition
from orders.rules.deadlines import next_deadline, pass_deadline
from orders.rules.decide import decide
from orders.state import OrderState
from starter.delivery import Delivery
from starter.lost import bring_back_lost
from tests.house import PUBLIC_URL, SECRET, House, open_house
from tests.sample_orders import BOOK, an_order


@dataclass
class Town:
    """Servers of its own, to be stopped and killed, and a house on them without a worker."""

    postgres: Supervisor
    temporal: Supervisor
    temporal_address: str
    house: House
    folder: Path
    old_order: dict[str, object]
    """One that ended before all else."""

    def worker(self, *command: str, **more: str) -> Supervisor:
        """A real worker process, started again when it dies."""
        settings = {
            "PAKHUIS_DATABASE_URL": self.house.database_url,
            "PAKHUIS_SMTP_URL": self.house.mailbox.smtp_url,
            "PAKHUIS_SECRET_KEY": SECRET,
            "PAKHUIS_PUBLIC_URL": PUBLIC_URL,
            "PAKHUIS_FILES": str(self.house.settings.files),
            "TEMPORAL_ADDRESS": self.temporal_address,
        }
        part = Worker(
            self.folder / "ready",
            {**os.environ, **settings, **more},
            self.folder / "worker.log",
            lambda: command or worker_command(),
        )
        return Supervisor(part)

    async def forget(self, order_id: str) -> None:
        """Let Temporal lose all it knows of an order."""
        handle = self.house.handle(order_id)
        await self.house.client.workflow_service.delete_workflow_execution(
            DeleteWorkflowExecutionRequest(
                namespace="default", workflow_execution=WorkflowExecution(workflow_id=handle.id)
            )
        )
        deadline = asyncio.get_running_loop().time() + 60
        while await self.knows(order_id):
            assert asyncio.get_running_loop().time() < deadline, "Temporal still knows it"
            await asyncio.sleep(0.05)

    async def knows(self, order_id: str) -> bool:
        try:
            await self.house.handle(order_id).describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True


def kill(supervisor: Supervisor) -> None:
    assert supervisor.pid is not None
    os.kill(supervisor.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
async def town(servers_folder: Path) -> AsyncIterator[Town]:
    folder = servers_folder / "town"
    folder.mkdir(mode=0o755)
    postgres = Postgres(folder / "postgres", free_port(), folder / "postgres.log", durable=False)
    temporal = Temporal(
        folder / "temporal" / "temporal.db",
        free_port(),
        folder / "temporal.log",
        dynamic_config={"frontend.WorkflowTimeSkippingEnabled": True},
    )
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Supervisor(postgres))
        engine = await stack.enter_async_context(Supervisor(temporal))
        house = await stack.enter_async_context(
            open_house(postgres.url, temporal.address, folder / "house", works=False)
        )
        old_order = an_order(BOOK)
        async with house.working():
            await house.ended(await house.paid(old_order))
        yield Town(database, engine, temporal.address, house, folder, old_order)


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


async def test_an_order_that_temporal_has_forgotten_is_not_started_again(town: Town) -> None:
    house = town.house
    order_id = str(town.old_order["order_id"])
    async with house.working():
        await town.forget(order_id)
        again = await house.place(town.old_order)
        refused = await house.refused(order_id, "shipped")
        known = await town.knows(order_id)

    assert again.status_code == 200
    assert "ended" in refused
    assert not known


async def test_an_order_that_temporal_has_lost_is_started_again_from_where_it_stood(town: Town) -> None:
    house = town.house
    async with house.working():
        order_id = await house.paid(an_order())
        await house.done(order_id, "packed", command_id="pack-1")
        await town.forget(order_id)
        order = await house.done(order_id, "shipped", tracking_number="3SBACK")
        again = await house.send(order_id, "packed", command_id="pack-1")
        attributes = (await house.handle(order_id).describe()).search_attributes
        await house.done(order_id, "delivered")
        ended = await house.ended(order_id)

    assert order["fulfillment_status"] == "SHIPPED"
    assert len(order["parcels"]) == 1
    assert (again.status_code, again.json()["outcome"]) == (200, "applied")
    assert attributes["PaymentStatus"] == ["PAID"]
    assert Counter(mail["kind"] for mail in ended["mails"]) == {
        "order_received": 1,
        "new_order": 1,
        "shipped": 1,
        "delivered": 1,
    }
    assert ended["fulfillment_status"] == "DELIVERED"


async def test_a_lost_order_that_only_waits_is_started_again_once_its_deadline_has_passed(town: Town) -> None:
    house = town.house
    delivery = Delivery(house.pool, house.client, house.vault)
    overdue = "UPDATE orders SET due_at = now() - interval '6 minutes' WHERE order_id = $1"
    async with house.working():
        lost, known, waiting = [await house.paid(an_order()) for _ in range(3)]
        await town.forget(lost)
        await town.forget(waiting)
        for order_id in (lost, known):
            await house.pool.execute(overdue, order_id)
        brought_back = await bring_back_lost(house.pool, house.client, delivery, timedelta(minutes=5))
        are_known = [await town.knows(order_id) for order_id in (lost, known, waiting)]
        order = await house.done(lost, "shipped")

    assert brought_back == 1
    assert are_known == [True, True, False]
    assert order["fulfillment_status"] == "SHIPPED"


async def test_an_order_whose_workflow_was_stopped_by_hand_says_so(town: Town) -> None:
    house = town.house
    async with house.working():
        order_id = await house.paid(an_order())
        await house.handle(order_id).terminate("by hand")
        why = await house.refused(order_id, "shipped")

    assert "stopped by hand" in why
