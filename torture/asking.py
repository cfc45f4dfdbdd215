"""Asking: either API, again and again and in the same words, until an answer settles the matter."""

import asyncio
import itertools
import json
import random
import time
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any, Final, NamedTuple

import aiohttp

from torture.book import Book
from torture.town import KEYS

FIRST_PAUSE_SECONDS: Final = 0.1
LONGEST_PAUSE_SECONDS: Final = 1.0
ANSWER_SECONDS: Final = 15.0
KINDS: Final = ("place", "payment", "webhook", "command", "look", "job", "invoice", "claim")
"""What is asked for."""


class GaveUp(Exception):
    """No answer that settles the matter in all that time."""


class Wait(NamedTuple):
    """When something was asked, by the monotonic clock, and how long its answer took."""

    at: float
    seconds: float


class Answer(NamedTuple):
    """The status, 0 if nothing came back that can be read; what was said, if that was JSON; and its bytes."""

    status: int
    said: dict[str, Any]
    raw: bytes = b""

    @property
    def is_settled(self) -> bool:
        """Whether it is more than an outage: asking again would be answered the same."""
        return 200 <= self.status < 500 and self.status != HTTPStatus.TOO_MANY_REQUESTS


class Asking:
    """Asks either API. Which one, at which try, hangs on the seed and the name of what is asked alone."""

    def __init__(self, api_urls: list[str], book: Book, seed: int, patience: float) -> None:
        self._api_urls = api_urls
        self._book = book
        self._seed = seed
        self._patience_seconds = patience
        self._http: aiohttp.ClientSession | None = None
        self.waits: dict[str, list[Wait]] = {kind: [] for kind in KINDS}
        """How long each single answer of 2xx took, by what was asked."""

    async def __aenter__(self) -> "Asking":
        connector = aiohttp.TCPConnector(limit=200)
        patience = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        self._http = aiohttp.ClientSession(connector=connector, timeout=patience)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._http is not None
        await self._http.close()

    async def until_settled(
        self, kind: str, method: str, path: str, body: dict[str, Any] | None, key: str, name: str
    ) -> Answer:
        """The first answer that is no outage."""
        async for number in self.tries():
            answer = await self.once(kind, method, path, body, key, f"{name}/{kind}/{number}")
            if answer.is_settled:
                return answer
        raise GaveUp(f"{path} was never answered")

    async def once(
        self, kind: str, method: str, path: str, body: dict[str, Any] | None, key: str, name: str
    ) -> Answer:
        """What one API says at one try, which has this name."""
        headers = {"Authorization": f"Bearer {KEYS[key]}"}
        return await self.request(kind, method, path, name, json=body, headers=headers)

    async def request(self, kind: str, method: str, path: str, name: str, **request: Any) -> Answer:
        """The same, with headers of one's own. Every answer of 500 or more but 503 is written down."""
        assert self._http is not None
        api = self.chance(name).choice(self._api_urls)
        began = time.monotonic()
        try:
            async with self._http.request(method, api + path, **request) as answer:
                raw = await answer.read()
                status = answer.status
                said = json.loads(raw) if "json" in answer.content_type else {}
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return Answer(0, {})
        if 200 <= status < 300:
            self.waits[kind].append(Wait(began, time.monotonic() - began))
        if status >= 500 and status != HTTPStatus.SERVICE_UNAVAILABLE:
            self.bad_answer(path, status, said or raw[:300])
        return Answer(status, said, raw)

    async def order(self, order_id: str, name: str) -> dict[str, Any]:
        """An order as the API shows it."""
        return (await self.until_settled("look", "GET", f"/v1/orders/{order_id}", None, "staff", name)).said

    def bad_answer(self, path: str, status: int, said: object) -> None:
        self._book.write(act="bad answer", path=path, status=status, said=str(said)[:300])

    async def tries(self) -> AsyncIterator[int]:
        """The number of each try, with a pause after it that grows, until patience is at its end."""
        deadline = time.monotonic() + self._patience_seconds
        pause = FIRST_PAUSE_SECONDS
        for number in itertools.count():
            if time.monotonic() >= deadline:
                return
            yield number
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def chance(self, *what: object) -> random.Random:
        """Chance for one thing: the same for the same seed, whatever else happens before it."""
        return random.Random("/".join(map(str, (self._seed, *what))))
