"""A worker process: takes workflow and activity tasks, sweeps for what was missed, and drains on SIGTERM."""

import asyncio
import logging
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from typing import TypeVar

from temporalio.client import Client
from temporalio.worker import PollerBehaviorAutoscaling, Worker

from activities.counter import Counter
from activities.digest import Digest
from activities.discretion import Discretion
from activities.doubts import Doubts
from activities.memory import Memory
from activities.post import Post
from activities.postman import Postman
from activities.push import Pushing, push_for_ever
from activities.push_service import PushServices
from activities.relays import BadRelayUrl, Relay, relay_of
from activities.smtp import BadSmtpUrl
from db import pool as database
from db.pool import Pool
from db.processes import Kind
from db.vault import Vault
from starter import logs, loop, settings, temporal
from starter.bulk import Bulk, carry_on_for_ever
from starter.delivery import OUT_OF_REACH, Delivery, sweep
from starter.digests import start_digests
from starter.front_door import FrontDoor
from starter.http import health
from starter.http.app import serve
from starter.lost import bring_back_lost
from starter.presence import present
from starter.settings import Settings, SettingsIncomplete
from starter.temporal import TASK_QUEUE
from starter.waiting import Waiting
from workflows.digest import SendDigest
from workflows.fulfil_order import FulfilOrder
from workflows.late_mail import SendLateMail
from workflows.sandbox import our_sandbox

SWEEP_EVERY = 1.0
LOOK_FOR_DIGESTS_EVERY = 10.0
LOOK_FOR_LOST_EVERY = 60.0
OVERDUE_BY = timedelta(minutes=5)
"""Long enough for a worker that was away to have kept the deadline before anybody asks."""
ASK_AGAIN_EVERY = 1.0
MISSED_AFTER = timedelta(seconds=2)
DRAIN = timedelta(seconds=20)

log = logging.getLogger("pakhuis.worker")


def build_worker(
    client: Client,
    pool: Pool,
    vault: Vault,
    postman: Postman,
    settings: Settings,
    task_queue: str = TASK_QUEUE,
    relay: Relay | None = None,
) -> Worker:
    """The worker that ships: the tests run this one too. `relay`, or else the one that the settings name, is
    asked what became of a mail."""
    memory = Memory(pool, vault)
    counter = Counter(pool, vault, settings.files)
    post = Post(pool, vault, postman, settings.public_url)
    doubts = Doubts(pool, relay or _relay(settings))
    digest = Digest(pool)
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[FulfilOrder, SendDigest, SendLateMail],
        activities=[
            memory.record,
            memory.check_pickup_code,
            memory.late_mail_not_sent,
            counter.issue,
            post.notify,
            post.give_up,
            doubts.settle_doubt,
            digest.compose_digest,
        ],
        interceptors=[Discretion()],
        workflow_runner=our_sandbox(),
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
            await delivery.send_page_links()
            await delivery.send_late_mails(MISSED_AFTER)
            if missed:
                log.info("swept", extra={"orders": missed})
        except OUT_OF_REACH as error:
            log.warning("sweep failed", extra={"why": type(error).__name__})
        except Exception as error:
            log.error("sweep failed", exc_info=error)  # A worker that no longer sweeps would lose orders.
        await _pause(stop, SWEEP_EVERY)


async def look_for_lost_for_ever(pool: Pool, client: Client, delivery: Delivery, stop: asyncio.Event) -> None:
    """Bring back orders that only wait, and that Temporal lost."""
    while not stop.is_set():
        try:
            await bring_back_lost(pool, client, delivery, OVERDUE_BY)
        except OUT_OF_REACH as error:
            log.warning("lost orders not looked for", extra={"why": type(error).__name__})
        except Exception as error:
            log.error("lost orders not looked for", exc_info=error)
        await _pause(stop, LOOK_FOR_LOST_EVERY)


async def digest_for_ever(pool: Pool, client: Client, stop: asyncio.Event) -> None:
    """Start a digest for every store whose last one is long enough ago and that has something new."""
    while not stop.is_set():
        try:
            await start_digests(pool, client)
        except OUT_OF_REACH as error:
            log.warning("digests not started", extra={"why": type(error).__name__})
        except Exception as error:
            log.error("digests not started", exc_info=error)
        await _pause(stop, LOOK_FOR_DIGESTS_EVERY)


async def work(settings: Settings, stop: asyncio.Event) -> None:
    """Take work until `stop` is set, then finish what is under way. Raises SettingsIncomplete."""
    async with AsyncExitStack() as stack:
        vault = Vault.from_text(settings.secret_key.get_secret_value())
        postman = _postman(settings)
        stack.push_async_callback(postman.close)
        relay = _relay(settings)
        stack.push_async_callback(relay.close)
        services = PushServices(settings.push_service)
        stack.push_async_callback(services.close)
        pool = await _patiently(partial(_open_pool, settings), stop)
        if pool is None:
            return
        stack.push_async_callback(pool.close)
        client = await _patiently(temporal.connect, stop)
        if client is None:
            return
        delivery = Delivery(pool, client, vault)
        stack.push_async_callback(delivery.close)
        waiting = await stack.enter_async_context(Waiting(settings.database_url.get_secret_value()))
        bulk = Bulk(pool, FrontDoor(pool, vault, delivery, waiting))
        pushing = Pushing(pool, vault, services, settings.public_url)
        async with (
            present(pool, Kind.WORKER),
            build_worker(client, pool, vault, postman, settings, relay=relay),
        ):
            beside = [
                asyncio.create_task(sweep_for_ever(pool, delivery, stop)),
                asyncio.create_task(look_for_lost_for_ever(pool, client, delivery, stop)),
                asyncio.create_task(digest_for_ever(pool, client, stop)),
                asyncio.create_task(carry_on_for_ever(bulk, stop, SWEEP_EVERY)),
                asyncio.create_task(push_for_ever(pushing, stop, SWEEP_EVERY)),
            ]
            if settings.worker_port:
                watched = serve(health.create_app(pool), settings.worker_host, settings.worker_port, stop)
                beside.append(asyncio.create_task(watched))
            if settings.ready_file is not None:
                settings.ready_file.touch()
            log.info("ready", extra={"task_queue": TASK_QUEUE})
            await stop.wait()
            log.info("draining")
            for task in beside:
                await task


Opened = TypeVar("Opened")


async def _patiently(connect: Callable[[], Awaitable[Opened]], stop: asyncio.Event) -> Opened | None:
    """What `connect` opens, waiting for a server that is not there yet; None if we are to stop first."""
    while not stop.is_set():
        try:
            return await connect()
        except OUT_OF_REACH as error:
            log.warning("waiting for a server", extra={"why": type(error).__name__})
        await _pause(stop, ASK_AGAIN_EVERY)
    return None


def _postman(settings: Settings) -> Postman:
    """Who hands mails over. Raises SettingsIncomplete."""
    try:
        return Postman(settings.smtp_url.get_secret_value())
    except BadSmtpUrl as error:
        raise SettingsIncomplete(f"PAKHUIS_SMTP_URL (or PAKHUIS_SMTP_URL_FILE): {error}") from None


def _relay(settings: Settings) -> Relay:
    """The relay to ask. Raises SettingsIncomplete."""
    try:
        return relay_of(settings.relay.get_secret_value())
    except BadRelayUrl as error:
        raise SettingsIncomplete(
            f"PAKHUIS_RELAY (or PAKHUIS_RELAY_FILE): {error}. Mend it, or leave it out."
        ) from None


async def _open_pool(settings: Settings) -> Pool:
    url = settings.database_url.get_secret_value()
    return await database.connect(url, most=settings.database_connections)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


async def run() -> None:
    """Work on what the environment says, until SIGTERM or SIGINT. Raises SettingsIncomplete."""
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
