"""The players: a checkout, a payment provider and staff, who never give up and write down every answer."""

import asyncio
import base64
import hmac
import json
import time

from torture.acts import Act
from torture.asking import Asking, GaveUp, Wait
from torture.book import Book
from torture.bookkeeper import Bookkeeper
from torture.commanding import Commanding
from torture.many_at_once import ManyAtOnce
from torture.second_thoughts import SecondThoughts
from torture.stories import OF_A_CREW, Event, Story
from torture.town import WEBHOOK_SECRET


class Players:
    """Play stories at either API. Which API, and which payment is told by its provider's webhook, hang on the
    seed and the order alone."""

    def __init__(
        self, api_urls: list[str], client_book: Book, payment_book: Book, seed: int, patience: float
    ) -> None:
        self._client_book = client_book
        self._payment_book = payment_book
        self._asking = Asking(api_urls, client_book, seed, patience)
        self._commanding = Commanding(self._asking)
        self._bookkeeper = Bookkeeper(self._asking, client_book)
        self._many = ManyAtOnce(self._asking, client_book)
        self._thoughts = SecondThoughts(self._asking, self._commanding, client_book)

    async def __aenter__(self) -> "Players":
        await self._asking.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._asking.__aexit__()

    @property
    def waits(self) -> dict[str, list[Wait]]:
        """How long each single answer of 2xx took, by what was asked."""
        return self._asking.waits

    async def play(self, story: Story) -> None:
        """One story from checkout to its end."""
        await self.begin(story, pay=True)
        await self.finish(story, pay=False)

    async def begin(self, story: Story, *, pay: bool) -> None:
        """The checkout of a story, and its payments if they come at once."""
        await asyncio.gather(*(self._begin(each, pay=pay) for each in (story, *story.crew)))

    async def finish(self, story: Story, *, pay: bool) -> None:
        """The rest of a story; with its payments if they were not told yet."""
        await asyncio.gather(*(self._prepare(each, pay=pay) for each in (story, *story.crew)))
        if story.with_invoice:
            await self._bookkeeper.ask(story.order_id, "paid")
        await self._claim(story)
        for number, act in enumerate(story.acts):
            await self._do(story, f"{number}", act)
        await self._pay(story, story.late_events)
        for number, act in enumerate(story.late_acts):
            await self._do(story, f"late{number}", act)
        if self._asking.chance(story.order_id, "again").random() < 0.2:
            await self._place(story)  # A customer who goes back and clicks again.
        if story.with_invoice:
            await self._bookkeeper.ask(story.order_id, "end")
        for each in (story, *story.crew):
            self._client_book.write(act="played", order_id=each.order_id)

    async def _begin(self, story: Story, *, pay: bool) -> None:
        self._client_book.write(act="story", **story.for_book())
        await self._place(story)
        if pay:
            await asyncio.sleep(story.pays_after_seconds)
            await self._pay(story, story.events)

    async def _prepare(self, story: Story, *, pay: bool) -> None:
        """What is left to pay, and what must be done to an order of a crew before it meets the others."""
        if pay:
            await self._pay(story, story.events)
        if story.kind in OF_A_CREW:
            for number, act in enumerate(story.acts):
                await self._do(story, f"{number}", act)

    async def _claim(self, story: Story) -> None:
        """Somebody says that they are at it, as some do. Claims hold nobody up; they must not fail either."""
        chance = self._asking.chance(story.order_id, "claim").random()
        path, name = f"/v1/orders/{story.order_id}/claim", story.order_id
        if chance < 0.2:
            await self._asking.until_settled("claim", "POST", path, {}, "staff", f"{name}/claim")
        if chance < 0.1:
            await self._asking.until_settled("claim", "DELETE", path, None, "staff", f"{name}/release")

    async def _place(self, story: Story) -> None:
        answer = await self._asking.until_settled(
            "place", "POST", "/v1/orders", story.body, "checkout", story.order_id
        )
        self._client_book.write(act="placed", order_id=story.order_id, status=answer.status)

    async def _pay(self, story: Story, events: tuple[Event, ...]) -> None:
        """Every copy of every event, all at once: half by webhook, half by the checkout; half under one id,
        half each under its own."""
        copies = [(event, copy) for event in events for copy in range(event.copies)]
        kept = await asyncio.gather(*(self._tell(story, event, copy) for event, copy in copies))
        told = {command_id for command_id in kept if command_id}
        outcomes = await self._commanding.outcomes(story.order_id, told)
        for (event, _), command_id in zip(copies, kept, strict=True):
            if command_id:
                self._write_payment(story, event, command_id, outcomes[command_id])

    async def _tell(self, story: Story, event: Event, copy: int) -> str | None:
        """Tell it by webhook or as a checkout. The id of a command of which no more is known than that it was
        kept, as the answer to a webhook says; None if it is written down already."""
        name = event.event_id if copy % 4 < 2 else f"{event.event_id}-{copy}"
        fields = {"type": "payment", "event_id": event.event_id, "status": event.status}
        fields |= {"amount": event.amount, "currency": "EUR", "reference": f"tr_{event.event_id}"}
        if self._asking.chance(event.event_id, copy).random() < 0.5:
            return await self._webhook(story, name, fields)
        body = fields | {"command_id": name}
        outcome = await self._commanding.give(story.order_id, body, "checkout", kind="payment")
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
        async for number in self._asking.tries():
            name = f"{webhook_id}/webhook/{number}"
            headers = signed(webhook_id, raw)
            answer = await self._asking.request("webhook", "POST", path, name, data=raw, headers=headers)
            if 200 <= answer.status < 300:
                return str(answer.said["command_id"])
            if 400 <= answer.status < 500:
                self._asking.bad_answer(path, answer.status, answer.said)
        raise GaveUp(f"webhook {webhook_id} was never answered")

    async def _do(self, story: Story, name: str, act: Act) -> None:
        if act.is_job:
            await self._many.do(story, name, act)
        elif act.of_mail:
            await self._thoughts.do(story, name, act)
        else:
            await self._command(story, name, act)

    async def _command(self, story: Story, name: str, act: Act) -> None:
        people = ("anna", "bram") if act.rivals else ("anna",)
        outcomes = await asyncio.gather(
            *(
                self._commanding.give(
                    story.order_id,
                    {"type": act.type, "command_id": f"{story.order_id}-{name}-{person}", **act.fields},
                    "staff",
                    undo_seconds=act.undo_seconds,
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
