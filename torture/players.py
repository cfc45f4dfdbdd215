"""The players: a checkout, a payment provider and staff, who never give up and write down every answer."""

import asyncio
import itertools
import random
import time
from http import HTTPStatus
from typing import Any, Final, NamedTuple

import aiohttp

from torture.book import Book
from torture.stories import Act, Event, Story
from torture.town import KEYS

FIRST_PAUSE_SECONDS: Final = 0.1
LONGEST_PAUSE_SECONDS: Final = 1.0
ANSWER_SECONDS: Final = 15.0


class GaveUp(Exception):
    """No answer that settles the matter in all that time."""


class Wait(NamedTuple):
    """When something was asked, by the monotonic clock, and how long its answer took."""

    at: float
    seconds: float


class Players:
    """Ask either API, at random, until an answer settles what was asked; the same words every time."""

    def __init__(
        self, api_urls: list[str], client_book: Book, payment_book: Book, seed: int, patience: float
    ) -> None:
        self._api_urls = api_urls
        self._client_book = client_book
        self._payment_book = payment_book
        self._chance = random.Random(seed)
        self._patience_seconds = patience
        self._http: aiohttp.ClientSession | None = None
        self.waits: dict[str, list[Wait]] = {"place": [], "payment": [], "command": [], "look": []}
        """How long each single answer of 2xx took, by what was asked."""

    async def __aenter__(self) -> "Players":
        connector = aiohttp.TCPConnector(limit=200)
        patience = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        self._http = aiohttp.ClientSession(connector=connector, timeout=patience)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._http is not None
        await self._http.close()

    async def play(self, story: Story) -> None:
        """One story from checkout to its end."""
        await self.begin(story, pay=True)
        await self.finish(story, pay=False)

    async def begin(self, story: Story, *, pay: bool) -> None:
        """The checkout of a story, and its payments if they come at once."""
        self._client_book.write(act="story", **story.for_book())
        await self._place(story)
        if pay:
            await asyncio.sleep(story.pays_after_seconds)
            await self._pay(story, story.events)

    async def finish(self, story: Story, *, pay: bool) -> None:
        """The rest of a story; with its payments if they were not told yet."""
        if pay:
            await self._pay(story, story.events)
        for number, act in enumerate(story.acts):
            await self._do(story, f"{number}", act)
        await self._pay(story, story.late_events)
        for number, act in enumerate(story.late_acts):
            await self._do(story, f"late{number}", act)
        if self._chance.random() < 0.2:
            await self._place(story)  # A customer who goes back and clicks again.
        self._client_book.write(act="played", order_id=story.order_id)

    async def _place(self, story: Story) -> None:
        status, _ = await self._until_settled("place", "POST", "/v1/orders", story.body, "checkout")
        self._client_book.write(act="placed", order_id=story.order_id, status=status)

    async def _pay(self, story: Story, events: tuple[Event, ...]) -> None:
        """Every copy of every event, all at once: half under one command id, half each under its own."""
        tellings = (self._tell(story, event, copy) for event in events for copy in range(event.copies))
        await asyncio.gather(*tellings)

    async def _tell(self, story: Story, event: Event, copy: int) -> None:
        command_id = event.event_id if copy % 4 < 2 else f"{event.event_id}-{copy}"
        body = {
            "type": "payment",
            "command_id": command_id,
            "event_id": event.event_id,
            "status": event.status,
            "amount": event.amount,
            "currency": "EUR",
        }
        outcome = await self._command(story, body, "checkout", "payment")
        self._payment_book.write(
            order_id=story.order_id,
            event_id=event.event_id,
            command_id=command_id,
            event_status=event.status,
            amount=event.amount,
            outcome=outcome,
        )

    async def _do(self, story: Story, name: str, act: Act) -> None:
        people = ("anna", "bram") if act.rivals else ("anna",)
        outcomes = await asyncio.gather(
            *(
                self._command(
                    story,
                    {"type": act.type, "command_id": f"{story.order_id}-{name}-{person}", **act.fields},
                    "staff",
                    "command",
                )
                for person in people
            )
        )
        for person, outcome in zip(people, outcomes, strict=True):
            self._client_book.write(
                act="command",
                order_id=story.order_id,
                command_id=f"{story.order_id}-{name}-{person}",
                type=act.type,
                rivals=act.rivals,
                outcome=outcome,
                wanted=act.wanted,
            )

    async def _command(self, story: Story, body: dict[str, Any], key: str, kind: str) -> str:
        """Its outcome. What was kept (202) is not asked again: a caller who was told so goes away."""
        path = f"/v1/orders/{story.order_id}/commands"
        status, answer = await self._until_settled(kind, "POST", path, body, key)
        if status != HTTPStatus.ACCEPTED:
            return str(answer.get("outcome"))
        for _ in self._turns():
            await asyncio.sleep(0.5)
            _, order = await self._until_settled("look", "GET", f"/v1/orders/{story.order_id}", None, "staff")
            for moment in order.get("timeline", ()):
                if moment["command_id"] == body["command_id"]:
                    return str(moment["outcome"])
        raise GaveUp(f"{body['command_id']} was never answered")

    async def _until_settled(
        self, kind: str, method: str, path: str, body: dict[str, Any] | None, key: str
    ) -> tuple[int, dict[str, Any]]:
        """The first answer that is no outage. Every answer of 500 or more but 503 is written down."""
        assert self._http is not None
        pause = FIRST_PAUSE_SECONDS
        headers = {"Authorization": f"Bearer {KEYS[key]}"}
        for _ in self._turns():
            url = self._chance.choice(self._api_urls) + path
            began = time.monotonic()
            try:
                async with self._http.request(method, url, json=body, headers=headers) as answer:
                    said = await answer.json(content_type=None)
                    status = answer.status
            except (aiohttp.ClientError, TimeoutError, ValueError):
                status, said = 0, {}
            if 200 <= status < 300:
                self.waits[kind].append(Wait(began, time.monotonic() - began))
            if 200 <= status < 500 and status != HTTPStatus.TOO_MANY_REQUESTS:
                return status, said
            if status >= 500 and status != HTTPStatus.SERVICE_UNAVAILABLE:
                self._client_book.write(act="bad answer", path=path, status=status, said=str(said)[:300])
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        raise GaveUp(f"{path} was never answered")

    def _turns(self) -> "itertools.takewhile[int]":
        deadline = time.monotonic() + self._patience_seconds
        return itertools.takewhile(lambda _: time.monotonic() < deadline, itertools.count())
