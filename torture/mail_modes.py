"""The fourteen modes of an SMTP server, so many mails each, in each way a doubt can be settled."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.doubts import Doubts
from activities.mailpit import Mailpit
from activities.post import Post
from activities.postman import Postman
from activities.relays import SETTLES_WITHIN, NoRelayToAsk, Relay
from db import outbox, stores
from db.outbox import Addressee
from db.pool import Pool, connect
from db.vault import Vault
from embedded.ports import HOST
from orders.change import Mail
from orders.mail import MailKind
from orders.store import StoreSettings
from torture.book import Book, read
from torture.players import Players
from torture.smtp_control import tell
from torture.smtp_modes import FOURTEEN, Mode
from torture.stories import story
from torture.town import SECRET, Town
from workflows.steps import ASKED_AT_MOST, MaybeSent, Notice, NotSent, SendAgain, Sent

WAYS: Final = ("hold", "send again", "look-up")
PATIENCE: Final = timedelta(seconds=1.5)
AT_ONCE: Final = 60
TRIES: Final = 200
ORDER: Final = story(1, 0)


@dataclass(frozen=True)
class Row:
    """What became of the mails that met one mode, in one way. `lost` are those nobody is told of."""

    way: str
    mode: str
    mails: int
    sent: int
    refused: int
    held: int
    doubled: int
    other_bytes: int
    lost: int

    @property
    def is_as_promised(self) -> bool:
        """Nothing lost; nothing doubled but where the choice says so, and then byte for byte."""
        may_double = self.way == "send again"
        return not self.lost and not self.other_bytes and (may_double or not self.doubled)


async def fourteen_modes(
    folder: Path, each: int, say: Callable[[str], None] = lambda words: None, modes: Sequence[Mode] = FOURTEEN
) -> list[Row]:
    """Run them all; a row for every way and mode, judged by the server's own book."""
    rows: list[Row] = []
    (folder / "books").mkdir()
    with Book(folder / "books" / "smtp.jsonl") as opened:
        # The server has been up since then, as its book tells: a relay just started can prove nothing.
        opened.write(at=time.time() - 3600, message_id="", sha256="", mode="well", taken=False)
    async with Town(folder, apis=1, workers=0) as town:
        books = folder / "books"
        with Book(books / "client.jsonl") as client, Book(books / "payments.jsonl") as payments:
            async with Players(town.api_urls, client, payments, 1, 30.0) as players:
                await players.begin(ORDER, pay=False)
        pool = await connect(town.database_url, most=20)
        try:
            for way in WAYS:
                office = await _Office.open(town, pool, way)
                for mode in modes:
                    rows.append(await office.meet(mode, each))
                    say(f"{way}: {mode}: {rows[-1].mails} mails")
                await office.close()
        finally:
            await pool.close()
    return rows


class _Office:
    """Hands mails over as a worker does, with less patience: a hang is cut short after a second or two."""

    def __init__(self, town: Town, pool: Pool, way: str, relay: Relay) -> None:
        if town.smtp is None:
            raise RuntimeError("the town has no SMTP server")
        self._smtp = town.smtp
        self._book = town.smtp_book
        self._pool = pool
        self._way = way
        self._relay = relay
        self._postman = Postman(
            f"smtp://{HOST}:{self._smtp.port}",
            connections=AT_ONCE,
            envelope_timeout=PATIENCE,
            data_timeout=PATIENCE,
            rest=timedelta(0),
        )
        self._post = Post(pool, Vault.from_text(SECRET), self._postman, "http://127.0.0.1")
        self._doubts = Doubts(pool, relay)
        self._slots = asyncio.Semaphore(AT_ONCE)

    @classmethod
    async def open(cls, town: Town, pool: Pool, way: str) -> "_Office":
        """An office in a store that has made this choice."""
        async with pool.acquire() as connection:
            settings = await stores.settings(connection, "default")
            choice = dict.fromkeys(MailKind, "send_again") if way == "send again" else {}
            chosen = StoreSettings.model_validate({**settings.model_dump(), "unknown_mails": choice})
            await stores.keep(connection, "default", chosen)
        port = town.smtp.http_port if town.smtp else 0
        # What a relay was not seen to have is only known once it had time to note it: skipped, not slept.
        server = Mailpit(f"http://{HOST}:{port}", now=lambda: datetime.now(UTC) + SETTLES_WITHIN)
        return cls(town, pool, way, server if way == "look-up" else NoRelayToAsk())

    async def close(self) -> None:
        await self._postman.close()
        await self._relay.close()

    async def meet(self, mode: Mode, count: int) -> Row:
        """So many new mails, each of which meets this mode at its first try; what became of them."""
        notices = await self._write(mode, count)
        await tell(str(self._smtp.control_port), all=str(mode))
        await asyncio.gather(*map(self._try, notices))
        await tell(str(self._smtp.control_port), heal=True)
        await tell(str(self._smtp.control_port), release=True)
        answers = await asyncio.gather(*map(self._see_through, notices))
        return await self._judged(mode, notices, answers)

    async def _write(self, mode: Mode, count: int) -> list[Notice]:
        mails = [
            (1, Mail(key=f"order_received:{self._way}:{mode}:{number}", kind=MailKind.ORDER_RECEIVED))
            for number in range(count)
        ]
        async with self._pool.acquire() as connection:
            settings = await stores.settings(connection, "default")
            addressee = Addressee(
                email="judge@judge.example", language="en", settings=settings, accepted_at=datetime.now(UTC)
            )
            await outbox.put(connection, "default", ORDER.order_id, addressee, mails)
        return [
            Notice(store="default", order_id=ORDER.order_id, mail_key=mail.key, kind=mail.kind)
            for _, mail in mails
        ]

    async def _try(self, notice: Notice) -> None:
        async with self._slots:
            with suppress(ApplicationError):
                await self._run(self._post.notify, notice, 1)

    async def _see_through(self, notice: Notice) -> Sent | NotSent | MaybeSent | None:
        """As the workflow does: handed over until it is settled, and a doubt asked about. None: never."""
        asked = 0
        async with self._slots:
            for _ in range(TRIES):
                try:
                    answer: Any = await self._run(self._post.notify, notice, 1)
                    if isinstance(answer, MaybeSent):
                        asked += 1
                        answer = await self._run(self._doubts.settle_doubt, notice, min(asked, ASKED_AT_MOST))
                    if isinstance(answer, Sent | NotSent | MaybeSent):
                        return answer
                except ApplicationError:
                    await asyncio.sleep(0.05)
                    continue
                if not isinstance(answer, SendAgain):
                    raise TypeError(answer)
        return None

    async def _run(self, step: Callable[..., Any], notice: Notice, attempt: int) -> Any:
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, attempt=attempt)
        return await environment.run(step, notice)

    async def _judged(self, mode: Mode, notices: Sequence[Notice], answers: Sequence[object]) -> Row:
        keys = [notice.mail_key for notice in notices]
        found = await self._pool.fetch(
            "SELECT mail_key, message_id, state FROM mails WHERE mail_key = ANY($1::text[])", keys
        )
        taken: Counter[str] = Counter()
        bodies: dict[str, set[str]] = defaultdict(set)
        for line in read(self._book):
            if line["taken"]:
                taken[line["message_id"]] += 1
                bodies[line["message_id"]].add(line["sha256"])
        states = Counter(row["state"] for row in found)
        told = {"sent", "failed", "unknown"}
        return Row(
            way=self._way,
            mode=str(mode),
            mails=len(found),
            sent=states["sent"],
            refused=states["failed"],
            held=states["unknown"],
            doubled=sum(taken[row["message_id"]] > 1 for row in found),
            other_bytes=sum(len(bodies[row["message_id"]]) > 1 for row in found),
            lost=sum(
                row["state"] not in told or (row["state"] == "sent" and not taken[row["message_id"]])
                for row in found
            )
            + answers.count(None),
        )


def as_text(rows: Sequence[Row]) -> str:
    """The rows as a table for a terminal."""
    numbers = "".join(f"{name:>8} " for name in ("mails", "sent", "refused", "held", "doubled", "lost"))
    lines = [f"{'way':11} {'mode':22} {numbers}"]
    lines += [
        f"{row.way:11} {row.mode:22} {row.mails:8} {row.sent:8} {row.refused:8} {row.held:8}"
        f" {row.doubled:8} {row.lost:8}{'' if row.is_as_promised else '  not as promised'}"
        for row in rows
    ]
    return "\n".join(lines)
