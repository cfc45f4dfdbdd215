"""Waiting for an answer: PostgreSQL tells (LISTEN/NOTIFY) when an order was recorded; nobody polls."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from db.pool import OUTAGES

CHANNEL = "pakhuis_answers"
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0

AWAY: tuple[type[BaseException], ...] = (*OUTAGES, asyncpg.PostgresError)
"""Whatever it is, listening goes on as soon as the server lets us."""

log = logging.getLogger("pakhuis.waiting")


class Waiting:
    """One listening connection for a whole process, and those who wait for news of an order."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._waiters: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self.is_listening = asyncio.Event()

    async def __aenter__(self) -> "Waiting":
        self._task = asyncio.create_task(self._listen_for_ever())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    @asynccontextmanager
    async def news_of(self, store: str, order_id: str) -> AsyncIterator[asyncio.Event]:
        """An event that is set whenever something of this order was recorded."""
        key = f"{store}/{order_id}"
        news = asyncio.Event()
        self._waiters[key].add(news)
        try:
            yield news
        finally:
            self._waiters[key].discard(news)
            if not self._waiters[key]:
                del self._waiters[key]

    async def _listen_for_ever(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                await self._listen()
                pause = FIRST_PAUSE_SECONDS
            except AWAY as error:
                log.warning("not listening", extra={"why": type(error).__name__})
            self.is_listening.clear()
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _listen(self) -> None:
        connection = await asyncpg.connect(self._database_url, timeout=5)
        ended = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: ended.set())
            await connection.add_listener(CHANNEL, self._hear)
            self.is_listening.set()
            self._wake_everybody()  # Something may have been said while nobody listened.
            await ended.wait()
        finally:
            connection.terminate()

    def _hear(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        for news in self._waiters.get(str(payload), ()):
            news.set()

    def _wake_everybody(self) -> None:
        for waiters in self._waiters.values():
            for news in waiters:
                news.set()
