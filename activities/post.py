"""The step that hands a mail to the relay: the same bytes every time, never again once it was taken."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import assert_never

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.postman import Accepted, Envelope, Postman, RefusedForGood, TryLater, Unknown
from activities.views import view_of
from db import outbox
from db.outbox import Busy, OutgoingMail, Settled
from db.pool import Pool
from db.vault import Vault
from mails.header import BadAddress
from mails.letters import PartsMissing, render
from mails.message import compose
from workflows.steps import MaybeSent, Notice, NoticeAnswer, NotSent, PostSteps, Sent

log = logging.getLogger("pakhuis.post")
HEARTBEAT_SECONDS = 10
PURPOSE = "mail"


class Post(PostSteps):
    """The relay is told one mail at a time; what became of each stands in the table `mails`.

    SMTP has no transaction: between our last dot and the relay's 250 nobody can know whether it took the
    mail. So that moment is entered on record (`phase = 'data'`), and a mail found lying in it is never sent
    again by itself.
    """

    def __init__(self, pool: Pool, vault: Vault, postman: Postman, public_url: str) -> None:
        self._pool = pool
        self._vault = vault
        self._postman = postman
        self._public_url = public_url.rstrip("/")

    @activity.defn
    async def notify(self, notice: Notice) -> NoticeAnswer:
        async with self._pool.acquire() as connection:
            taken = await outbox.take(connection, notice.store, notice.order_id, notice.mail_key)
        match taken:
            case OutgoingMail():
                pass
            case Busy():
                raise _later("another attempt is handing this mail over")
            case Settled(state="sent"):
                return Sent()
            case Settled(state="unknown"):
                return MaybeSent()
            case Settled(state=state):
                return NotSent(reason=state)
            case _:
                assert_never(taken)
        try:
            raw = await self._bytes_of(taken)
        except (PartsMissing, BadAddress) as error:
            await self._settle(taken, "failed", None, str(error))
            return NotSent(reason="nothing_to_say")
        async with _heartbeats():
            return await self._hand_over(taken, raw)

    async def _bytes_of(self, mail: OutgoingMail) -> bytes:
        """The bytes that were handed over before, or else the mail as it is rendered now."""
        if mail.raw is not None:
            return self._vault.open(PURPOSE, mail.raw, _place(mail))
        async with self._pool.acquire() as connection:
            view = await view_of(connection, self._vault, mail, mail.settings, self._public_url)
        return compose(
            render(mail.kind, view),
            sender=mail.settings.mail_from,
            sender_name=mail.settings.look.name,
            reply_to=mail.settings.reply_to,
            recipient=mail.recipient,
            message_id=mail.message_id,
            mail_key=str(mail.number),
            language=mail.language,
            at=mail.created_at,
        )

    async def _hand_over(self, mail: OutgoingMail, raw: bytes) -> NoticeAnswer:
        async with self._postman.envelope(mail.settings.mail_from, mail.recipient) as envelope:
            answer: Accepted | RefusedForGood | TryLater | Unknown
            if isinstance(envelope, Envelope):
                sealed = self._vault.seal(PURPOSE, raw, _place(mail))
                async with self._pool.acquire() as connection:
                    mine = await outbox.enter_data(connection, mail, sealed)
                if not mine:
                    raise _later("another attempt took this mail over")
                answer = await envelope.deliver(raw)
            else:
                answer = envelope
        match answer:
            case Accepted():
                await self._settle(mail, "sent", 250, answer.reply)
                return Sent()
            case RefusedForGood():
                await self._settle(mail, "failed", answer.code, answer.reply)
                return NotSent(reason=f"smtp_{answer.code}")
            case TryLater():
                await self._settle(mail, "retry", answer.code, answer.reply)
                raise _later(f"the relay said {answer.code_only}")
            case Unknown():
                await self._settle(mail, "unknown", None, answer.reply)
                return MaybeSent()
            case _:
                assert_never(answer)

    async def _settle(self, mail: OutgoingMail, state: str, code: int | None, reply: str) -> None:
        order = f"{mail.store}/{mail.order_id or '-'}"
        facts = {
            "order": order,
            "mail": str(mail.kind),
            "state": state,
            "code": code,
            "attempt": mail.attempt,
        }
        log.info("mail", extra=facts)
        async with self._pool.acquire() as connection:
            await outbox.settle(connection, mail, state, code, reply)


def _place(mail: OutgoingMail) -> str:
    """Where the sealed bytes of this mail lie: they open nowhere else."""
    return f"{mail.store}|{mail.order_id}|{mail.message_id}"


@asynccontextmanager
async def _heartbeats() -> AsyncIterator[None]:
    async def beat() -> None:
        while True:
            # The first only after a while: most mails are gone before it, and each is a call to Temporal.
            await asyncio.sleep(HEARTBEAT_SECONDS)
            activity.heartbeat()

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _later(why: str) -> ApplicationError:
    """Ask again later; expected, so it is no alarm. Never holds an address: history keeps it."""
    return ApplicationError(why, type="TryLater", category=ApplicationErrorCategory.BENIGN)
