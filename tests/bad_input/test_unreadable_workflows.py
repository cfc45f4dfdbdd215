"""A workflow whose input or history cannot be read stops alone and can be seen; the others go on."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError, WorkflowHandle
from temporalio.common import RawValue
from temporalio.service import RPCError
from temporalio.worker import Worker

from embedded.temporal import Temporal
from starter.delivery import workflow_id
from tests.house import House, open_house
from tests.sample_orders import an_order

TWO_MEBIBYTES = 2 * 1024 * 1024


def raw(data: bytes, encoding: bytes = b"json/plain") -> RawValue:
    return RawValue(Payload(metadata={"encoding": encoding}, data=data))


UNREADABLE: dict[str, RawValue] = {
    "another shape": raw(b'{"plan": {"store": "default"}}'),
    "a plan of no lines": raw(b'{"plan": {"store": "default", "order_id": "X", "lines": "none"}}'),
    "nothing": raw(b"null"),
    "a list": raw(b"[1, 2]"),
    "a word": raw(b'"brief"'),
    "no JSON": raw(b"{"),
    "no UTF-8": raw(b'{"plan": "\xff\xfe"}'),
    "an encoding nobody knows": raw(b"{}", b"binary/of-next-year"),
    "encrypted by somebody else": raw(b"\x00" * 64, b"binary/encrypted"),
    "half a surrogate pair": raw(b'{"plan": {"store": "\\ud800"}}'),
    "lists without end": raw(b'{"plan": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
}


async def start_by_hand(house: House, given: list[RawValue]) -> WorkflowHandle[Any, Any]:
    return await house.client.start_workflow(
        "FulfilOrder",
        args=given,
        id=workflow_id("default", f"HAND-{uuid.uuid4().hex[:8]}"),
        task_queue=house.task_queue,
    )


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
    while not await condition():
        assert asyncio.get_running_loop().time() < deadline, "it did not come about"
        await asyncio.sleep(0.1)


async def is_seen(house: House, handle: WorkflowHandle[Any, Any]) -> bool:
    """Whether Temporal shows that something is wrong with it: it failed, or its task fails time and again."""
    described = await handle.describe()
    if described.status is WorkflowExecutionStatus.FAILED:
        return True
    return described.raw_description.pending_workflow_task.attempt > 1


async def another_order_goes_through(house: House) -> None:
    order_id = await house.paid(an_order())
    assert (await house.done(order_id, "shipped"))["fulfillment_status"] == "SHIPPED"


@pytest.mark.parametrize("case", UNREADABLE)
async def test_a_workflow_of_unreadable_input_stops_alone_and_is_seen(house: House, case: str) -> None:
    handle = await start_by_hand(house, [UNREADABLE[case]])
    try:
        await another_order_goes_through(house)
        await until(lambda: is_seen(house, handle))
        await another_order_goes_through(house)
    finally:
        if (await handle.describe()).status is WorkflowExecutionStatus.RUNNING:
            await handle.terminate("a test is over")


@pytest.mark.parametrize("case", ["another shape", "nothing", "a list"])
async def test_input_of_another_shape_fails_for_good_instead_of_being_tried_for_ever(
    house: House, case: str
) -> None:
    handle = await start_by_hand(house, [UNREADABLE[case]])

    with pytest.raises(WorkflowFailureError):
        await asyncio.wait_for(handle.result(), 15)


@pytest.mark.parametrize("given", [[], [raw(b"{}"), raw(b"{}")]], ids=["none", "two"])
async def test_no_input_or_too_much_of_it_stops_alone_too(house: House, given: list[RawValue]) -> None:
    handle = await start_by_hand(house, given)
    try:
        await until(lambda: is_seen(house, handle))
        await another_order_goes_through(house)
    finally:
        if (await handle.describe()).status is WorkflowExecutionStatus.RUNNING:
            await handle.terminate("a test is over")


async def test_input_of_more_than_two_mebibytes_is_never_started(house: House) -> None:
    large = raw(b'{"plan": "' + b"x" * TWO_MEBIBYTES + b'"}')

    with pytest.raises(RPCError):
        await start_by_hand(house, [large])
    await another_order_goes_through(house)


async def test_a_signal_of_more_than_two_mebibytes_is_refused_and_the_order_goes_on(house: House) -> None:
    order_id = await house.paid(an_order())

    with pytest.raises(RPCError):
        await house.signal(order_id, "packed", {"colour": "x" * TWO_MEBIBYTES})
    assert (await house.done(order_id, "shipped"))["fulfillment_status"] == "SHIPPED"


async def test_a_large_signal_that_temporal_takes_is_refused_by_us(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.signal(order_id, "packed", {"colour": "x" * (TWO_MEBIBYTES // 2)})
    order = await house.until(order_id, lambda order: order["timeline"][-1]["outcome"] == "refused")

    assert "longer" in order["timeline"][-1]["text"]
    assert (await house.done(order_id, "shipped"))["fulfillment_status"] == "SHIPPED"


async def test_a_workflow_of_a_name_nobody_knows_stops_alone(house: House) -> None:
    handle = await house.client.start_workflow(
        "FulfilOrderOfNextYear", id=f"unknown-{uuid.uuid4().hex}", task_queue=house.task_queue
    )
    try:
        await until(lambda: is_seen(house, handle))
        await another_order_goes_through(house)
    finally:
        await handle.terminate("a test is over")


@workflow.defn(name="FulfilOrder", sandboxed=False)
class AnotherFulfilOrder:
    """What a worker of another version might be: its history begins as none of ours does."""

    def __init__(self) -> None:
        self._signals = 0

    @workflow.run
    async def run(self, brief: Any) -> None:
        await workflow.execute_child_workflow("NobodyKnowsThis", id=f"child-{uuid.uuid4()}")

    @workflow.signal(dynamic=True)
    def receive(self, name: str, payloads: Sequence[RawValue]) -> None:
        self._signals += 1


async def test_a_history_that_cannot_be_followed_stops_alone_and_is_seen(
    postgres_url: str, temporal: Temporal, tmp_path: Path
) -> None:
    tmp_path.chmod(0o755)
    queue = f"histories-{uuid.uuid4().hex[:8]}"
    async with open_house(postgres_url, temporal.address, tmp_path, task_queue=queue, works=False) as house:
        order_id = await house.placed(an_order())
        async with Worker(house.client, task_queue=queue, workflows=[AnotherFulfilOrder]):
            await until(lambda: has_history(house, order_id))
        async with house.working():
            assert (await house.pay(order_id, status="paid")).status_code == 202
            await another_order_goes_through(house)
            await until(lambda: is_seen(house, house.handle(order_id)))
            await until(lambda: is_reported(house, order_id), 60)
            await another_order_goes_through(house)
        assert (await house.show(order_id))["payment_status"] == "AWAITING_PAYMENT"
        await house.handle(order_id).terminate("a test is over")


async def has_history(house: House, order_id: str) -> bool:
    try:
        history = await house.handle(order_id).fetch_history()
    except RPCError:
        return False  # It is not started yet.
    return any(
        event.HasField("start_child_workflow_execution_initiated_event_attributes")
        for event in history.events
    )


async def is_reported(house: House, order_id: str) -> bool:
    """Whether the query of the handbook for orders whose workflow is stuck finds it."""
    found = house.client.list_workflows("TemporalReportedProblems IS NOT NULL")
    return house.handle(order_id).id in [each.id async for each in found]
