"""Many at once: jobs are carried out through the front door, by whichever process is there."""

import asyncio
import logging
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from db import bulk
from db.bulk import Leased, ToGive
from db.keys import Scope
from db.pool import OUTAGES, Pool, within_reach
from orders.commands import COMMAND, Command, MailStop
from orders.errors import CommandDiffers, OrderError, Unavailable
from orders.sentence import Sentence, sentence
from starter.front_door import A_MOMENT, FrontDoor, Visitor

KINDS: Final = (
    "picked",
    "packed",
    "labelled",
    "shipped",
    "ready_for_pickup",
    "out_for_delivery",
    "delivered",
    "hold",
    "release",
)
"""What many orders can be given at once: nothing that moves money."""
MAILING: Final = ("shipped", "ready_for_pickup", "out_for_delivery", "delivered")
"""Those of them that tell the customer, unless they are told not to."""
SIDE_BY_SIDE: Final = 16
"""Orders of one job that are under way at a time: clicks of people find room beside them."""
HOLDS_FOR: Final = timedelta(seconds=15)
"""Much longer than a command may take to be given; so long after its end another process carries on."""
CLOSE_WITHIN_SECONDS: Final = 5.0
FORGOTTEN_AFTER: Final = timedelta(days=90)
FORGETS_EVERY_SECONDS: Final = 3600.0

log = logging.getLogger("pakhuis.bulk")


class Bulk:
    """Carries jobs out. Every command has its id since it was planned, so whoever carries on after another
    gives nothing twice."""

    def __init__(self, pool: Pool, front_door: FrontDoor, *, holds_for: timedelta = HOLDS_FOR) -> None:
        self._pool = pool
        self._front_door = front_door
        self._holds_for = holds_for
        self._runner = uuid.uuid4()
        self._tasks: dict[UUID, asyncio.Task[None]] = {}

    async def start(self, job_id: UUID) -> bool:
        """Begin a job that was planned; False if it had begun before. Raises Unavailable."""
        async with within_reach(self._pool) as connection:
            is_new = await bulk.start(connection, job_id)
        self.nudge(job_id)
        return is_new

    def nudge(self, job_id: UUID) -> None:
        """Carry this job out soon, in the background. Never raises: what fails is carried on by a sweep."""
        if job_id not in self._tasks:
            task = asyncio.create_task(self._carry_quietly(job_id))
            self._tasks[job_id] = task
            task.add_done_callback(lambda _: self._tasks.pop(job_id, None))

    async def carry(self, job_id: UUID | None = None) -> bool:
        """Carry out this job, or any that nobody carries out, to its end or until another process takes it
        over. False if there was none to carry. Raises Unavailable; then it is carried on later."""
        async with within_reach(self._pool) as connection:
            job = await bulk.lease(connection, self._runner, self._holds_for, job_id)
        if job is None:
            return False
        try:
            await self._carry(job)
        finally:
            # Also when this process ends: another need not wait until the lease runs out.
            await asyncio.shield(self._give_back(job.job_id))
        return True

    async def carry_on(self) -> int:
        """Carry out every job that was begun and that nobody carries out; how many there were."""
        number = 0
        while await self.carry():
            number += 1
        return number

    async def stop_mails(self, job_id: UUID, visitor: Visitor) -> int:
        """Keep the mails of a job from leaving: those that wait to be taken back, and those it would still
        cause. How many were stopped that already waited. Raises Unavailable."""
        async with within_reach(self._pool) as connection:
            waiting = await bulk.stop_mails(connection, job_id)
        slots = asyncio.Semaphore(SIDE_BY_SIDE)

        async def stop(mail: bulk.WaitingMail) -> None:
            # The same click again, also in another window, is the same command.
            wish = MailStop(command_id=str(uuid.uuid5(job_id, mail.mail_key)), mail_key=mail.mail_key)
            async with slots:
                await self._front_door.give(mail.order_id, wish, visitor, store=mail.store, wait_seconds=0)

        await asyncio.gather(*(stop(mail) for mail in waiting))
        return len(waiting)

    async def close(self) -> None:
        """Leave what is under way to others."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=CLOSE_WITHIN_SECONDS)

    async def forget(self) -> None:
        """Forget jobs that nobody looks at any more."""
        async with within_reach(self._pool) as connection:
            await bulk.forget(connection, FORGOTTEN_AFTER)

    async def _carry(self, job: Leased) -> None:
        visitor = Visitor(actor=job.actor, scope=Scope.STAFF, request_id=job.request_id)
        # Once an answer did not come, the workers are away: what follows is kept without waiting for any.
        patience = A_MOMENT
        without_mails: bool | None = job.without_mails
        while without_mails is not None:
            async with within_reach(self._pool) as connection:
                rows = await bulk.to_give(connection, job.job_id, SIDE_BY_SIDE)
                if not rows:
                    await bulk.finish(connection, job.job_id)
                    return
            answered = await self._give_all(job, rows, visitor, patience, notify=not without_mails)
            patience = patience if answered else 0
            async with within_reach(self._pool) as connection:
                without_mails = await bulk.renew(connection, self._runner, job.job_id, self._holds_for)
            if without_mails:
                await self.stop_mails(job.job_id, visitor)  # The click may have come among these.

    async def _give_all(
        self, job: Leased, rows: Sequence[ToGive], visitor: Visitor, patience: float, *, notify: bool
    ) -> bool:
        """Give these commands side by side; whether all of them were answered."""

        async def give(row: ToGive) -> bool:
            problem: Sentence | None = None
            is_answered = True
            try:
                given = await self._front_door.give(
                    row.order_id,
                    _command(row, notify=notify),
                    visitor,
                    store=row.store,
                    wait_seconds=patience,
                    undo_seconds=job.undo_seconds,
                )
                is_answered = given.answer is not None
            except CommandDiffers:
                pass  # Its id is ours: it was given with its mails, before they were stopped.
            except Unavailable:
                raise
            except OrderError as error:
                problem = error.sentence
            except Exception as error:
                # One order that breaks us must not keep the others from their turn, again and again.
                log.error("command not given", exc_info=error, extra={"order_id": row.order_id})
                problem = sentence("door.unexpected", request_id=job.request_id or str(job.job_id))
            async with within_reach(self._pool) as connection:
                await bulk.given(connection, job.job_id, row.position, problem)
            return is_answered

        results = await asyncio.gather(*(give(row) for row in rows), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return all(results)

    async def _give_back(self, job_id: UUID) -> None:
        try:
            async with self._pool.acquire() as connection:
                await bulk.give_back(connection, self._runner, job_id)
        except OUTAGES as error:
            log.warning("lease not given back", extra={"why": type(error).__name__})

    async def _carry_quietly(self, job_id: UUID) -> None:
        try:
            await self.carry(job_id)
        except Unavailable:
            log.warning("job is carried on later")
        except Exception as error:
            log.error("job is carried on later", exc_info=error)


async def carry_on_for_ever(service: Bulk, stop: asyncio.Event, every_seconds: float) -> None:
    """Carry on what other processes left: they were stopped, or died in the middle."""
    forgets_at = 0.0
    while not stop.is_set():
        now = asyncio.get_running_loop().time()
        forgets = now >= forgets_at
        forgets_at = now + FORGETS_EVERY_SECONDS if forgets else forgets_at
        working = asyncio.create_task(_sweep(service, forgets=forgets))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        try:
            await asyncio.wait_for(stopping, every_seconds)
        except TimeoutError:
            continue


async def _sweep(service: Bulk, *, forgets: bool) -> None:
    try:
        number = await service.carry_on()
        if forgets:
            await service.forget()
        if number:
            log.info("jobs carried on", extra={"jobs": number})
    except Unavailable:
        log.warning("jobs not looked for")
    except Exception as error:
        log.error("jobs not looked for", exc_info=error)


def _command(row: ToGive, *, notify: bool) -> Command:
    command = COMMAND.validate_python({**row.command, "command_id": row.command_id})
    if not notify and "notify" in type(command).model_fields:
        return command.model_copy(update={"notify": False})
    return command
