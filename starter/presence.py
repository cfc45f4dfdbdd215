"""Presence: each process tells the database that it runs, and what code."""

import asyncio
import logging
import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from db import processes
from db.pool import OUTAGES, Pool
from db.processes import Kind, Process
from starter.build import build, version

BEAT_SECONDS: Final = 30.0
PATIENCE_SECONDS: Final = 5.0

log = logging.getLogger("pakhuis.presence")


@asynccontextmanager
async def present(pool: Pool, kind: Kind, beat_seconds: float = BEAT_SECONDS) -> AsyncIterator[None]:
    """Within the context the database is told every `beat_seconds` that this process runs. Nothing depends on
    it but what people are shown, so a database that is away is waited for, and stops nobody."""
    process = Process(
        process_id=uuid.uuid4(),
        kind=kind,
        version=version(),
        build=await asyncio.to_thread(build),
        host=socket.gethostname()[:200],
    )
    stop = asyncio.Event()
    telling = asyncio.create_task(_tell_until(pool, process, stop, beat_seconds))
    try:
        yield
    finally:
        stop.set()
        await telling


async def _tell_until(pool: Pool, process: Process, stop: asyncio.Event, beat_seconds: float) -> None:
    while not stop.is_set():
        await _say(pool, process, is_leaving=False)
        try:
            await asyncio.wait_for(stop.wait(), beat_seconds)
        except TimeoutError:
            continue
    await _say(pool, process, is_leaving=True)


async def _say(pool: Pool, process: Process, *, is_leaving: bool) -> None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), pool.acquire() as connection:
            await (processes.leave if is_leaving else processes.tell)(connection, process)
    except OUTAGES as error:
        log.warning("presence not told", extra={"why": type(error).__name__})
    except Exception as error:
        log.error("presence not told", exc_info=error)  # Such as a database that is not migrated yet.
