"""Second thoughts: a mail that is stopped before it leaves, sent after all, or sent once more."""

import asyncio
from typing import Any, Final

from torture.acts import Act
from torture.asking import Asking, GaveUp
from torture.book import Book
from torture.commanding import Commanding
from torture.stories import Story

COPIES: Final = 3
"""So often a wish is told, all at once and under one id."""
AS_LATE_AS: Final = 1.5
"""How many times the time to think it over passes at most before somebody does: some come too late."""
SETTLED: Final = ("sent", "unknown", "failed")


class SecondThoughts:
    """Somebody who changes their mind about a mail."""

    def __init__(self, asking: Asking, commanding: Commanding, book: Book) -> None:
        self._asking = asking
        self._commanding = commanding
        self._book = book

    async def do(self, story: Story, name: str, act: Act) -> None:
        """Say it of the mail of the kind that the act names."""
        if act.type == "mail_stop":
            await self._stop(story, name, act)
        else:
            await self._send_anew(story, name, act)

    async def _stop(self, story: Story, name: str, act: Act) -> None:
        mail = await self._mail(story, act.of_mail)
        chance = self._asking.chance(story.order_id, name, "stop")
        await asyncio.sleep(chance.uniform(0, AS_LATE_AS * act.undo_seconds))
        outcome = await self._say(story, name, "mail_stop", mail)
        if outcome == "applied" and chance.random() < 0.3:
            await self._say(story, f"{name}-after-all", "mail_again", mail)

    async def _send_anew(self, story: Story, name: str, act: Act) -> None:
        """Of a mail that was surely sent, and of no other: what nobody knows of is not asked for twice."""
        mail = await self._mail(story, act.of_mail, *SETTLED)
        if mail["state"] == "sent":
            await self._say(story, name, "mail_again", mail, anew=True)
            await self._say(story, name, "mail_again", mail, anew=True)

    async def _mail(self, story: Story, kind: str, *states: str) -> dict[str, Any]:
        """The first mail of this kind, once it is in one of these states."""
        async for number in self._asking.tries():
            order = await self._asking.order(story.order_id, f"{story.order_id}/{kind}/{number}")
            for mail in order.get("mails", ()):
                if mail["kind"] == kind and (not states or mail["state"] in states):
                    return dict(mail)
        raise GaveUp(f"no mail {kind} of {story.order_id} was ever there")

    async def _say(
        self, story: Story, name: str, word: str, mail: dict[str, Any], *, anew: bool = False
    ) -> str:
        command_id = f"{story.order_id}-{name}-anna"
        body: dict[str, Any] = {"type": word, "command_id": command_id, "mail_key": mail["mail_key"]}
        body |= {"anew": True} if anew else {}
        outcomes = await asyncio.gather(
            *(
                self._commanding.give(story.order_id, body, "staff", name=f"{command_id}/{copy}")
                for copy in range(COPIES)
            )
        )
        for outcome in outcomes:
            self._book.write(
                act="command",
                order_id=story.order_id,
                command_id=command_id,
                type=word,
                rivals=False,
                outcome=outcome,
                **({} if word == "mail_stop" else {"wanted": "applied"}),
            )
        self._book.write(
            act="word",
            order_id=story.order_id,
            mail_key=mail["mail_key"],
            kind=mail["kind"],
            word="anew" if anew else word,
            command_id=command_id,
            outcome=outcomes[0],
        )
        return outcomes[0]
