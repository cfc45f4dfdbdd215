"""Quiet: when nothing is under way any more, in PostgreSQL and in Temporal, and only timers run."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

import asyncpg
from temporalio.client import Client

UNDER_WAY: Final = """SELECT (SELECT count(*) FROM commands WHERE outcome IS NULL)
    + (SELECT count(*) FROM orders WHERE started_at IS NULL AND NOT is_history)
    + (SELECT count(*) FROM mails WHERE state IN ('queued', 'retry', 'sending'))
    + (SELECT count(*) FROM bulk_jobs WHERE started_at IS NOT NULL AND done_at IS NULL)"""
LEFT: Final = """SELECT 'command' AS what, order_id, command_id AS key, type AS state, deliveries AS attempt
    FROM commands WHERE outcome IS NULL
    UNION ALL SELECT 'mail', order_id, mail_key, state || ' ' || phase, attempt
    FROM mails WHERE state IN ('queued', 'retry', 'sending')
    UNION ALL SELECT 'job', actor, job_id::text, kind, 0
    FROM bulk_jobs WHERE started_at IS NOT NULL AND done_at IS NULL
    UNION ALL SELECT 'order', order_id, '', '', 0 FROM orders WHERE started_at IS NULL AND NOT is_history"""
NOT_TOLD: Final = "SELECT EXISTS (SELECT FROM attention WHERE digested_in IS NULL)"
"""A digest that is due within seconds: its mail would come after the dump."""
LOOK_AGAIN_SECONDS: Final = 0.5
LOOKS_AT_ONCE: Final = 16


async def quiet(
    database_url: str, seconds: float, say: Callable[[str], None], client: Client | None = None
) -> None:
    """Until nothing is under way, or so long; then `say` is told what is. With a client, Temporal is asked
    too: an activity that died with its worker shows in no table; and every digest that is due has gone."""
    connection = await asyncpg.connect(database_url)
    try:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not await connection.fetchval(UNDER_WAY) and (
                client is None or not (await connection.fetchval(NOT_TOLD) or await _busy(client))
            ):
                return
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        for row in await connection.fetch(LEFT):
            say(f"still under way: {dict(row)}")
        for workflow_id in [] if client is None else await _busy(client):
            say(f"still under way: {workflow_id}")
    finally:
        await connection.close()


async def _busy(client: Client) -> list[str]:
    """The workflows that have more before them than a timer."""
    slots = asyncio.Semaphore(LOOKS_AT_ONCE)

    async def is_busy(workflow_id: str) -> bool:
        async with slots:
            seen = (await client.get_workflow_handle(workflow_id).describe()).raw_description
        return bool(seen.pending_activities) or seen.HasField("pending_workflow_task")

    running = [each.id async for each in client.list_workflows("ExecutionStatus = 'Running'")]
    found = await asyncio.gather(*map(is_busy, running))
    return [workflow_id for workflow_id, busy in zip(running, found, strict=True) if busy]
