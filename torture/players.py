"""The players: a checkout, a payment provider and staff, who never give up and write down every answer."""

import asyncio
import base64
import hmac
import itertools
import json
import random
import time
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any, Final, NamedTuple

import aiohttp

from torture.book import Book
from torture.stories import Act, Event, Story
from torture.town import KEYS, WEBHOOK_SECRET

FIRST_PAUSE_SECONDS: Final = 0.1
LONGEST_PAUSE_SECONDS: Final = 1.0
ANSWER_SECONDS: Final = 15.0
KINDS: Final = ("place", "payment", "webhook", "command", "look")


class GaveUp(Exception):
    """No answer that settles the matter in all that time."""


class Wait(NamedTuple):
    """When something was asked, by the monotonic clock, and how long its answer took."""

    at: float
    seconds: float


class Players:
    """Ask either API until an answer settles what was asked; the same words every time. Which API, and which
    payment is told by its provider's webhook, hang on the seed and the order alone."""

    def __init__(
        self, api_urls: list[str], client_book: Book, payment_book: Book, seed: int, patience: float
    ) -> None:
        self._api_urls = api_urls
        self._client_book = client_book
        self._payment_book = payment_book
        self._seed = seed
        self._patience_seconds = patience
        self._http: aiohttp.ClientSession | None = None
        self.waits: dict[str, list[Wait]] = {kind: [] for kind in KINDS}
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
        if self._chance(story.order_id, "again").random() < 0.2:
            await self._place(story)  # A customer who goes back and clicks again.
        self._client_book.write(act="played", order_id=story.order_id)

    async def _place(self, story: Story) -> None:
        status, _ = await self._until_settled(
            "place", "POST", "/v1/orders", story.body, "checkout", story.order_id
        )
        self._client_book.write(act="placed", order_id=story.order_id, status=status)

    async def _pay(self, story: Story, events: tuple[Event, ...]) -> None:
        """Every copy of every event, all at once: half by webhook, half by the checkout; half under one id,
        half each under its own."""
        copies = [(event, copy) for event in events for copy in range(event.copies)]
        kept = await asyncio.gather(*(self._tell(story, event, copy) for event, copy in copies))
        outcomes = await self._outcomes(story, {command_id for command_id in kept if command_id})
        for (event, _), command_id in zip(copies, kept, strict=True):
            if command_id:
                self._write_payment(story, event, command_id, outcomes[command_id])

    async def _tell(self, story: Story, event: Event, copy: int) -> str | None:
        """Tell it by webhook or as a checkout. The id of a command of which no more is known than that it was
        kept, as the answer to a webhook says; None if it is written down already."""
        name = event.event_id if copy % 4 < 2 else f"{event.event_id}-{copy}"
        fields = {"type": "payment", "event_id": event.event_id, "status": event.status}
        fields |= {"amount": event.amount, "currency": "EUR", "reference": f"tr_{event.event_id}"}
        if self._chance(event.event_id, copy).random() < 0.5:
            return await self._webhook(story, name, fields)
        outcome = await self._command(story, fields | {"command_id": name}, "checkout", "payment")
        self._write_payment(story, event, name, outcome)
        return None

    def _write_payment(self, story: Story, event: Event, command_id: str, outcome: str) -> None:
        self._payment_book.write(
            order_id=story.order_id,
            event_id=event.event_id,
            command_id=command_id,
            event_status=event.status,
            amount=event.amount,
            outcome=outcome,
        )

    async def _webhook(self, story: Story, webhook_id: str, fields: dict[str, str]) -> str:
        """Told as a provider does, signed anew at each try, until a 2xx; the id it is kept under."""
        raw = json.dumps(fields | {"store": "default", "order_id": story.order_id}).encode()
        path = "/v1/webhooks/payments/standard"
        async for number in self._tries():
            api = self._chance(webhook_id, "webhook", number).choice(self._api_urls)
            headers = signed(webhook_id, raw)
            status, said = await self._once("webhook", "POST", api, path, data=raw, headers=headers)
            if 200 <= status < 300:
                return str(said["command_id"])
            if 400 <= status < 500:
                self._bad_answer(path, status, said)
        raise GaveUp(f"webhook {webhook_id} was never answered")

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
        status, answer = await self._until_settled(kind, "POST", path, body, key, body["command_id"])
        if status != HTTPStatus.ACCEPTED:
            return str(answer.get("outcome"))
        outcomes = await self._outcomes(story, {body["command_id"]})
        return outcomes[body["command_id"]]

    async def _outcomes(self, story: Story, command_ids: set[str]) -> dict[str, str]:
        """What the order's timeline says of commands that were kept, once it speaks of all of them."""
        path = f"/v1/orders/{story.order_id}"
        outcomes: dict[str, str] = {}
        if not command_ids:
            return outcomes
        async for number in self._tries():
            name = f"{story.order_id}/look/{number}"
            _, order = await self._until_settled("look", "GET", path, None, "staff", name)
            for moment in order.get("timeline", ()):
                outcomes.setdefault(str(moment["command_id"]), str(moment["outcome"]))
            if command_ids <= outcomes.keys():
                return outcomes
        raise GaveUp(f"{', '.join(command_ids - outcomes.keys())} never answered")

    async def _until_settled(
        self, kind: str, method: str, path: str, body: dict[str, Any] | None, key: str, name: str
    ) -> tuple[int, dict[str, Any]]:
        """The first answer that is no outage."""
        headers = {"Authorization": f"Bearer {KEYS[key]}"}
        async for number in self._tries():
            api = self._chance(name, kind, number).choice(self._api_urls)
            status, said = await self._once(kind, method, api, path, json=body, headers=headers)
            if 200 <= status < 500 and status != HTTPStatus.TOO_MANY_REQUESTS:
                return status, said
        raise GaveUp(f"{path} was never answered")

    async def _once(
        self, kind: str, method: str, api: str, path: str, **request: Any
    ) -> tuple[int, dict[str, Any]]:
        """The status and what was said; 0 if nothing came back that can be read. Every answer of 500 or more
        but 503 is written down."""
        assert self._http is not None
        began = time.monotonic()
        try:
            async with self._http.request(method, api + path, **request) as answer:
                said = await answer.json(content_type=None)
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return 0, {}
        if 200 <= status < 300:
            self.waits[kind].append(Wait(began, time.monotonic() - began))
        if status >= 500 and status != HTTPStatus.SERVICE_UNAVAILABLE:
            self._bad_answer(path, status, said)
        return status, said

    def _bad_answer(self, path: str, status: int, said: object) -> None:
        self._client_book.write(act="bad answer", path=path, status=status, said=str(said)[:300])

    async def _tries(self) -> AsyncIterator[int]:
        """The number of each try, with a pause after it that grows, until patience is at its end."""
        deadline = time.monotonic() + self._patience_seconds
        pause = FIRST_PAUSE_SECONDS
        for number in itertools.count():
            if time.monotonic() >= deadline:
                return
            yield number
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _chance(self, *what: object) -> random.Random:
        """Chance for one thing: the same for the same seed, whatever else happens before it."""
        return random.Random("/".join(map(str, (self._seed, *what))))


def signed(webhook_id: str, raw: bytes) -> dict[str, str]:
    """The headers of a webhook that is sent now, as Standard Webhooks has them."""
    timestamp = str(int(time.time()))
    key = base64.b64decode(WEBHOOK_SECRET.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{webhook_id}.{timestamp}.".encode() + raw, "sha256")
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
