"""The floor: a bare workflow with the same waits and two activities that do nothing, on the same server."""

import asyncio
import sys
import time
import uuid
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.service import GrpcCompression
from temporalio.worker import PollerBehaviorAutoscaling, Worker

QUEUE = "bench-bare"
SIGNALS = ("payment", "picked", "packed", "labelled", "shipped")


@activity.defn
async def nothing() -> None:
    """No work at all."""


@workflow.defn
class Bare:
    def __init__(self) -> None:
        self._seen = 0

    @workflow.run
    async def run(self) -> None:
        for step in range(len(SIGNALS)):
            await workflow.wait_condition(lambda: self._seen > step, timeout=timedelta(days=1))  # noqa: B023
            if step in (0, len(SIGNALS) - 1):
                await workflow.execute_activity(nothing, start_to_close_timeout=timedelta(seconds=10))

    @workflow.signal
    def step(self, name: str) -> None:
        self._seen += 1

    @workflow.update
    async def awaited_step(self, name: str) -> None:
        self._seen += 1


async def connect(address: str) -> Client:
    """A client that spares itself gzip, as ours does."""
    return await Client.connect(address, grpc_compression=GrpcCompression.NONE)


async def one(client: Client, *, awaited: bool) -> None:
    """One bare workflow from start to end. `awaited`: each step is answered before the next is taken, as a
    command of ours is; else five signals are sent as fast as they go, and mostly arrive together."""
    handle = await client.start_workflow(Bare.run, id=f"bare/{uuid.uuid4()}", task_queue=QUEUE)
    for name in SIGNALS:
        if awaited:
            await handle.execute_update(Bare.awaited_step, name)
        else:
            await handle.signal(Bare.step, name)
    await handle.result()


async def per_minute(client: Client, count: int, in_flight: int, *, awaited: bool) -> float:
    """Bare workflows a minute, so many at once."""
    slots = asyncio.Semaphore(in_flight)

    async def slotted() -> None:
        async with slots:
            await one(client, awaited=awaited)

    began = time.perf_counter()
    await asyncio.gather(*(slotted() for _ in range(count)))
    return count / (time.perf_counter() - began) * 60


async def work(address: str) -> None:
    """The bare worker, a process of its own as ours is."""
    client = await connect(address)
    async with Worker(
        client,
        task_queue=QUEUE,
        workflows=[Bare],
        activities=[nothing],
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
    ):
        print("ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1]))
