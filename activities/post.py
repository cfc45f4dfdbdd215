"""The step that hands a mail to the relay: the same bytes every time, never again once it was taken."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final, assert_never

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.backlog import Backlog
from activities.dispatch import Dispatch, NothingToSay, Overtaken
from activities.postman import Accepted, Postman, RefusedForGood, TryLater, Unknown
from db import outbox
from db.outbox import Busy, Early, OutgoingMail, Settled
from db.pool import Pool
from db.vault import Vault
from workflows.steps import MaybeSent, Notice, NoticeAnswer, NotSent, PostSteps, Sent

log = logging.getLogger("pakhuis.post")
HEARTBEAT_SECONDS = 10
OLDER_FIRST: Final = timedelta(seconds=30)


class Post(PostSteps):
    """The relay is told one mail at a time; what became of each stands in the table `mails`."""

    def __init__(self, pool: Pool, vault: Vault, postman: Postman, public_url: str) -> None:
        self._pool = pool
        self._dispatch = Dispatch(pool, vault, postman, public_url)
        self._backlog = Backlog(pool, self._dispatch)

    @activity.defn
    async def notify(self, notice: Notice) -> NoticeAnswer:
        async with _heartbeats():
            # At its first attempt a mail waits for nobody. Later ones may find the relay back after a while,
            # and then the oldest that wait go first.
            if activity.info().attempt > 1 and not await self._backlog.hand_over():
                raise _later("older mails go first", OLDER_FIRST)
            async with self._pool.acquire() as connection:
                taken = await outbox.take(connection, notice.store, notice.order_id, notice.mail_key)
            match taken:
                case OutgoingMail():
                    return await self._hand_over(taken)
                case Early():
                    raise _later("what caused this mail may still be taken back", taken.rest)
                case Busy():
                    raise _later("another attempt is handing this mail over")
                case Settled(state="sent"):
                    return Sent()
                case Settled(state="withdrawn"):
                    return Sent(withdrawn=True)
                case Settled(state="unknown"):
                    return MaybeSent()
                case Settled(state=state):
                    return NotSent(reason=state)
                case _:
                    assert_never(taken)

    async def _hand_over(self, mail: OutgoingMail) -> NoticeAnswer:
        outcome = await self._dispatch.hand_over(mail)
        match outcome:
            case Accepted():
                return Sent()
            case RefusedForGood():
                return NotSent(reason=f"smtp_{outcome.code}")
            case TryLater():
                raise _later(f"the relay said {outcome.code_only}")
            case Unknown():
                return MaybeSent()
            case NothingToSay():
                return NotSent(reason="nothing_to_say")
            case Overtaken():
                raise _later("another attempt took this mail over")
            case _:
                assert_never(outcome)

    @activity.defn
    async def give_up(self, notice: Notice) -> NoticeAnswer:
        async with self._pool.acquire() as connection:
            found = await outbox.give_up(connection, notice.store, notice.order_id, notice.mail_key)
        match found:
            case Busy():
                raise _later("another attempt is handing this mail over")
            case Settled(state="sent"):
                return Sent()
            case Settled(state="withdrawn"):
                return Sent(withdrawn=True)
            case Settled(state="unknown"):
                return MaybeSent()
            case Settled(state=state):
                level = logging.ERROR if notice.order_id is None else logging.WARNING
                order = f"{notice.store}/{notice.order_id or '-'}"
                log.log(level, "mail given up", extra={"order": order, "mail": str(notice.kind)})
                return NotSent(reason=state)
            case _:
                assert_never(found)


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


def _later(why: str, after: timedelta | None = None) -> ApplicationError:
    """Ask again later; expected, so it is no alarm. Never holds an address: history keeps it."""
    return ApplicationError(
        why, type="TryLater", category=ApplicationErrorCategory.BENIGN, next_retry_delay=after
    )
