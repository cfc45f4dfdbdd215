"""Waiting for an answer: PostgreSQL tells (LISTEN/NOTIFY) when an order was recorded; nobody polls."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

import asyncpg

from db.pool import OUTAGES

CHANNEL = "pakhuis_answers"
ARRIVALS: Final = "pakhuis_orders"
"""Where PostgreSQL tells of an order that was not there before."""
MOST_UNHEARD: Final = 1000
"""How many happenings are kept for a reader that does not come for them; then the oldest are dropped."""
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0

AWAY: tuple[type[BaseException], ...] = (*OUTAGES, asyncpg.PostgresError)
"""Whatever it is, listening goes on as soon as the server lets us."""

log = logging.getLogger("pakhuis.waiting")


class Happened(NamedTuple):
    """Something of this order was recorded, or it has just arrived."""

    store: str
    order_id: str
    is_new: bool


class Waiting:
    """One listening connection for a whole process, and those who wait for news of an order."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._waiters: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._readers: set[asyncio.Queue[Happened | None]] = set()
        self._task: asyncio.Task[None] | None = None
        self.is_listening = asyncio.Event()
        self.is_closing = asyncio.Event()

    async def __aenter__(self) -> "Waiting":
        self._task = asyncio.create_task(self._listen_for_ever())
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close_readers()
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

    @asynccontextmanager
    async def all_news(self) -> AsyncIterator["asyncio.Queue[Happened | None]"]:
        """A queue of whatever happens to any order; None is its end."""
        news: asyncio.Queue[Happened | None] = asyncio.Queue()
        self._readers.add(news)
        try:
            yield news
        finally:
            self._readers.discard(news)

    def close_readers(self) -> None:
        """End every stream of news: a server that stops waits for nobody's page."""
        self.is_closing.set()
        for news in self._readers:
            news.put_nowait(None)

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
            await connection.add_listener(ARRIVALS, self._hear_of_arrival)
            self.is_listening.set()
            self._wake_everybody()  # Something may have been said while nobody listened.
            await ended.wait()
        finally:
            connection.terminate()

    def _hear(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        for news in self._waiters.get(str(payload), ()):
            news.set()
        self._tell(str(payload), is_new=False)

    def _hear_of_arrival(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        self._tell(str(payload), is_new=True)

    def _tell(self, key: str, *, is_new: bool) -> None:
        store, _, order_id = key.partition("/")
        for news in self._readers:
            if news.qsize() >= MOST_UNHEARD:
                news.get_nowait()
            news.put_nowait(Happened(store, order_id, is_new))

    def _wake_everybody(self) -> None:
        for waiters in self._waiters.values():
            for news in waiters:
                news.set()
