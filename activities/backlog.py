"""The mails that wait since the relay was away: whoever finds it back hands them over, oldest first."""

import asyncio
import logging
from datetime import timedelta
from typing import Final

from activities.dispatch import Dispatch, Outcome
from activities.postman import TryLater
from activities.smtp import Phase
from db import outbox
from db.pool import OUTAGES, Pool

LANES: Final = 4
"""So many are handed over side by side: no more than the postman has connections."""
AT_MOST: Final = timedelta(minutes=1)
LONGEST: Final = timedelta(minutes=2)
"""A round that took longer, because the relay was slow with a mail, has used up the time of its activity."""
WAIT_FOR_ANOTHER: Final = timedelta(seconds=2)
_CLOSING: Final = 421

log = logging.getLogger("pakhuis.post")


class Backlog:
    """One round at a time, in each process. The mails' own activities find them sent when they wake up."""

    def __init__(self, pool: Pool, dispatch: Dispatch, *, at_most: timedelta = AT_MOST) -> None:
        self._pool = pool
        self._dispatch = dispatch
        self._at_most = at_most
        self._is_free = asyncio.Event()
        self._is_free.set()

    async def hand_over(self) -> bool:
        """Hand over what waits, until nothing does, the relay is away, or a minute has passed. False if it is
        better to come back later: another is at it, or it took very long."""
        if not self._is_free.is_set():
            try:
                async with asyncio.timeout(WAIT_FOR_ANOTHER.total_seconds()):
                    await self._is_free.wait()
            except TimeoutError:
                return False
            return True
        self._is_free.clear()
        started = asyncio.get_running_loop().time()
        try:
            await _Round(self._pool, self._dispatch, self._at_most).run()
        finally:
            self._is_free.set()
        return asyncio.get_running_loop().time() - started < LONGEST.total_seconds()


class _Round:
    def __init__(self, pool: Pool, dispatch: Dispatch, at_most: timedelta) -> None:
        self._pool = pool
        self._dispatch = dispatch
        self._until = asyncio.get_running_loop().time() + at_most.total_seconds()
        self._last = 0
        self._is_over = False
        self.count = 0

    async def run(self) -> None:
        await self._next()  # Alone: while the relay is away, one knock is enough.
        async with asyncio.TaskGroup() as lanes:
            for _ in range(LANES):
                lanes.create_task(self._lane())
        if self.count > 1:
            log.info("waiting mails handed over", extra={"mails": self.count})

    async def _lane(self) -> None:
        while not self._is_over and asyncio.get_running_loop().time() < self._until:
            await self._next()

    async def _next(self) -> None:
        """Hand over the oldest. Raises nothing: a lane that failed would end the others inside DATA."""
        try:
            async with self._pool.acquire() as connection:
                mail = await outbox.take_oldest(connection, self._last)
            if mail is None:
                self._is_over = True
                return
            self._last = max(self._last, mail.number)
            self._is_over |= _is_away(await self._dispatch.hand_over(mail))
            self.count += not self._is_over
        except OUTAGES:
            self._is_over = True
        except Exception as error:
            # One that cannot be made, by a bug of ours, must not stand in the way of the others.
            log.error("waiting mail not handed over", exc_info=error)


def _is_away(outcome: Outcome) -> bool:
    """Whether the relay talks to nobody now, whatever the mail."""
    if not isinstance(outcome, TryLater):
        return False
    return outcome.phase is Phase.CONNECT or outcome.code == _CLOSING or (outcome.code or 0) >= 500
