"""A worker process: takes workflow and activity tasks, sweeps for what was missed, and drains on SIGTERM."""

import asyncio
import logging
import signal
import sys
from contextlib import AsyncExitStack
from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import PollerBehaviorAutoscaling, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.counter import Counter
from activities.digest import Digest
from activities.discretion import Discretion
from activities.memory import Memory
from activities.post import Post
from activities.postman import Postman
from db import pool as database
from db.pool import OUTAGES, Pool
from db.vault import Vault
from starter import logs, loop, settings, temporal
from starter.delivery import OUT_OF_REACH, Delivery, sweep
from starter.digests import start_digests
from starter.settings import Settings, SettingsIncomplete
from starter.temporal import TASK_QUEUE
from workflows.digest import SendDigest
from workflows.fulfil_order import FulfilOrder

SWEEP_EVERY = 1.0
MISSED_AFTER = timedelta(seconds=2)
DRAIN = timedelta(seconds=20)
OUR_OWN = ("orders", "workflows", "pydantic", "pydantic_core", "annotated_types")
"""Passed through the sandbox: pure modules of ours, and the library they are made of."""

SANDBOX = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules(*OUR_OWN)
)

log = logging.getLogger("pakhuis.worker")


def build_worker(
    client: Client,
    pool: Pool,
    vault: Vault,
    postman: Postman,
    settings: Settings,
    task_queue: str = TASK_QUEUE,
) -> Worker:
    """The worker that ships: the tests run this one too."""
    memory = Memory(pool, vault)
    counter = Counter(pool, vault, settings.files)
    post = Post(pool, vault, postman, settings.public_url)
    digest = Digest(pool)
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[FulfilOrder, SendDigest],
        activities=[
            memory.record,
            memory.check_pickup_code,
            counter.issue,
            post.notify,
            digest.compose_digest,
        ],
        interceptors=[Discretion()],
        workflow_runner=SANDBOX,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
        max_cached_workflows=settings.workflow_cache,
        max_concurrent_activities=50,
        max_concurrent_local_activities=settings.database_connections * 2,
        # When a worker dies, what it had in its cache waits this long for it before others may take it.
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=5),
        graceful_shutdown_timeout=DRAIN,
    )


async def sweep_for_ever(pool: Pool, delivery: Delivery, stop: asyncio.Event) -> None:
    """Deliver what the front door could not: the engine was away, or a process died between the two."""
    while not stop.is_set():
        try:
            missed = await sweep(pool, delivery, MISSED_AFTER)
            if missed:
                log.info("swept", extra={"orders": missed})
        except OUTAGES as error:
            log.warning("sweep failed", extra={"why": type(error).__name__})
        await _pause(stop, SWEEP_EVERY)


async def digest_for_ever(pool: Pool, client: Client, stop: asyncio.Event) -> None:
    """Start a digest for every store whose last one is long enough ago and that has something new."""
    while not stop.is_set():
        try:
            await start_digests(pool, client)
        except OUT_OF_REACH as error:
            log.warning("digests not started", extra={"why": type(error).__name__})
        await _pause(stop, 10)


async def work(settings: Settings, stop: asyncio.Event) -> None:
    """Take work until `stop` is set, then finish what is under way."""
    async with AsyncExitStack() as stack:
        pool = await database.connect(
            settings.database_url.get_secret_value(), most=settings.database_connections
        )
        stack.push_async_callback(pool.close)
        vault = Vault.from_text(settings.secret_key.get_secret_value())
        postman = Postman(settings.smtp_url.get_secret_value())
        stack.push_async_callback(postman.close)
        client = await temporal.connect()
        delivery = Delivery(pool, client, vault)
        stack.push_async_callback(delivery.close)
        async with build_worker(client, pool, vault, postman, settings):
            beside = [
                asyncio.create_task(sweep_for_ever(pool, delivery, stop)),
                asyncio.create_task(digest_for_ever(pool, client, stop)),
            ]
            if settings.ready_file is not None:
                settings.ready_file.touch()
            log.info("ready", extra={"task_queue": TASK_QUEUE})
            await stop.wait()
            log.info("draining")
            for task in beside:
                await task


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


async def run() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    known = settings.read()
    logs.set_up(known.log_level)
    await work(known, stop)


def main() -> None:
    """Run until SIGTERM or SIGINT. Exit code 2 when a setting is missing."""
    try:
        loop.run(run())
    except SettingsIncomplete as error:
        print(error, file=sys.stderr)
        loop.leave(2)
    loop.leave(0)


if __name__ == "__main__":
    main()
