"""Handing one mail to the relay: the same bytes every time, and what became of it goes on record."""

import asyncio
import logging
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from activities.postman import (
    Accepted,
    Delivery,
    Envelope,
    NotBegun,
    Postman,
    RefusedForGood,
    TryLater,
    Unknown,
)
from activities.smtp import Phase
from activities.views import view_of
from db import outbox
from db.outbox import OutgoingMail
from db.pool import OUTAGES, Pool
from db.vault import Vault
from mails.header import BadAddress
from mails.letters import PartsMissing, render
from mails.message import compose

log = logging.getLogger("pakhuis.post")
PURPOSE = "mail"
TOLD_FOR: Final = timedelta(minutes=2)
"""How long PostgreSQL, if it is away, is told what became of a mail."""
FIRST_PAUSE_SECONDS: Final = 0.1
LONGEST_PAUSE_SECONDS: Final = 5.0


@dataclass(frozen=True)
class NothingToSay:
    """There is nothing to send: what it speaks of is not there, or nobody has such an address."""


@dataclass(frozen=True)
class Overtaken:
    """Another attempt took this mail over before its text was begun."""


Outcome = Accepted | RefusedForGood | TryLater | Unknown | NothingToSay | Overtaken


class Dispatch:
    """SMTP has no transaction: between our last dot and the relay's 250 nobody can know whether it took the
    mail. So that moment is entered on record (`phase = 'data'`), and a mail found lying in it is never sent
    again by itself."""

    def __init__(self, pool: Pool, vault: Vault, postman: Postman, public_url: str) -> None:
        self._pool = pool
        self._vault = vault
        self._postman = postman
        self._public_url = public_url.rstrip("/")

    async def hand_over(self, mail: OutgoingMail) -> Outcome:
        """Hand a mail over that was taken for an attempt. How it ended is in the outbox when this returns."""
        try:
            raw = await self._bytes_of(mail)
        except (PartsMissing, BadAddress) as error:
            await self._settle(mail, "failed", None, str(error))
            return NothingToSay()
        answer = await self._deliver(mail, raw)
        match answer:
            case Accepted():
                await self._settle(mail, "sent", 250, answer.reply)
            case RefusedForGood():
                await self._settle(mail, "failed", answer.code, answer.reply)
            case TryLater():
                await self._settle(mail, "retry", answer.code, answer.reply)
            case Unknown():
                await self._settle(mail, "unknown", None, answer.reply)
            case Overtaken():
                pass
        return answer

    async def _deliver(self, mail: OutgoingMail, raw: bytes) -> Delivery | NotBegun | Overtaken:
        async with self._postman.envelope(mail.settings.mail_from, mail.recipient) as envelope:
            if not isinstance(envelope, Envelope):
                return envelope
            sealed = self._vault.seal(PURPOSE, raw, _place(mail))
            try:
                async with self._pool.acquire() as connection:
                    mine = await outbox.enter_data(connection, mail, sealed)
            except OUTAGES as outage:
                # It may be on record that we entered, but we did not: no octet of the text was written.
                return TryLater(
                    reply=f"PostgreSQL: {type(outage).__name__}", code=None, phase=Phase.RECIPIENT
                )
            return await envelope.deliver(raw) if mine else Overtaken()

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

    async def _settle(self, mail: OutgoingMail, state: str, code: int | None, reply: str) -> None:
        facts = {
            "order": f"{mail.store}/{mail.order_id or '-'}",
            "mail": str(mail.kind),
            "state": state,
            "code": code,
            "attempt": mail.attempt,
        }
        # A digest has no order on whose list its failure could stand.
        is_lost = state == "failed" and mail.order_id is None
        log.log(logging.ERROR if is_lost else logging.INFO, "mail", extra=facts)
        pause = FIRST_PAUSE_SECONDS
        deadline = time.monotonic() + TOLD_FOR.total_seconds()
        while True:
            try:
                async with self._pool.acquire() as connection:
                    await outbox.settle(connection, mail, state, code, reply)
                return
            except OUTAGES:
                # What we know here is known nowhere else: untold, a mail that was sent ends as unknown.
                if time.monotonic() > deadline:
                    raise
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


def _place(mail: OutgoingMail) -> str:
    """Where the sealed bytes of this mail lie: they open nowhere else."""
    return f"{mail.store}|{mail.order_id}|{mail.message_id}"
