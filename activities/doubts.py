"""The step that finds out what became of a mail which the relay may have or not."""

import logging
from typing import assert_never

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.relays import Relay
from db import outbox
from db.outbox import Doubt
from db.pool import Pool
from workflows.steps import (
    ASKED_AT_MOST,
    DoubtAnswer,
    DoubtSteps,
    MaybeSent,
    Notice,
    NotSent,
    SendAgain,
    Sent,
)

log = logging.getLogger("pakhuis.post")


class Doubts(DoubtSteps):
    """Takes the step with a way to ask the relay. Where that cannot say, the store has chosen what to do."""

    def __init__(self, pool: Pool, relay: Relay) -> None:
        self._pool = pool
        self._relay = relay

    @activity.defn
    async def settle_doubt(self, notice: Notice) -> DoubtAnswer:
        async with self._pool.acquire() as connection:
            doubt = await outbox.doubt(connection, notice.store, notice.order_id, notice.mail_key)
        if not isinstance(doubt, Doubt):
            return _known(doubt.state)
        said = await self._relay.ask(doubt.message_id, doubt.entered_data_at)
        match said:
            case "has_it":
                return await self._settle(notice, doubt, "sent", "the relay has it")
            case "never_saw_it":
                return await self._settle(notice, doubt, "retry", "the relay never saw it")
            case "cannot_say":
                pass
            case _:
                assert_never(said)
        if self._relay.is_worth_asking_again and activity.info().attempt < ASKED_AT_MOST:
            # It may note a mail a little later than it takes it.
            raise ApplicationError(
                "the relay cannot say yet", type="TryLater", category=ApplicationErrorCategory.BENIGN
            )
        choice = doubt.settings.unknown_mails.get(doubt.kind, "hold")
        if choice == "send_again" and not doubt.sent_again:
            return await self._settle(notice, doubt, "retry", "sent again by the store's choice", guess=True)
        level = logging.ERROR if notice.order_id is None else logging.WARNING  # Only this tells of a digest.
        log.log(level, "mail unknown", extra=_facts(notice))
        return MaybeSent()

    async def _settle(
        self, notice: Notice, doubt: Doubt, state: str, why: str, *, guess: bool = False
    ) -> DoubtAnswer:
        async with self._pool.acquire() as connection:
            now = await outbox.settle_doubt(connection, doubt, state, why, guess=guess)
        log.info("mail", extra={**_facts(notice), "state": now, "why": why})
        return _known(now)


def _known(state: str) -> DoubtAnswer:
    """What a mail's state answers once nobody doubts any more."""
    match state:
        case "sent":
            return Sent()
        case "withdrawn":
            return Sent(withdrawn=True)
        case "unknown":
            return MaybeSent()
        case "queued" | "retry" | "sending":
            return SendAgain()
        case _:
            return NotSent(reason=state)


def _facts(notice: Notice) -> dict[str, str]:
    return {"order": f"{notice.store}/{notice.order_id or '-'}", "mail": str(notice.kind)}
