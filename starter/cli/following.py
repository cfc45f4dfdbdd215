"""Following a job at the terminal: how far it is, and how it ended, order by order."""

import asyncio
import sys
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from db import bulk
from db.bulk import Unread
from db.pool import Pool
from orders.sentence import sentence
from starter import bulk_wish
from starter.bulk_wish import BulkJobAnswer
from starter.cli import tables
from starter.cli.running import FAILED, KEPT_FOR_LATER
from starter.cli.talk import print_json, talk

WAITS_SECONDS: Final = 10.0
"""So long the last answers are waited for, once everything was given."""
LOOK_EVERY: Final = 0.2


async def followed(pool: Pool, job_id: UUID) -> BulkJobAnswer:
    """How it ended; or how far it is, once the answers do not come any more."""
    clock = asyncio.get_running_loop().time
    with _progress() as progress:
        counts = await _counts(pool, job_id)
        task = progress.add_task(talk.words(sentence("bulk.cli.carrying")), total=counts.orders)
        waiting, until = counts.waiting, clock() + WAITS_SECONDS
        while counts.waiting and clock() < until:
            await asyncio.sleep(LOOK_EVERY)
            counts = await _counts(pool, job_id)
            progress.update(task, completed=counts.orders - counts.waiting)
            if counts.waiting < waiting:
                waiting, until = counts.waiting, clock() + WAITS_SECONDS
    return await looked_at(pool, job_id)


async def looked_at(pool: Pool, job_id: UUID) -> BulkJobAnswer:
    """How far it is now. Raises JobNotFound."""
    async with pool.acquire() as connection:
        return await bulk_wish.answer(connection, job_id, talk.language)


def told(answer: BulkJobAnswer, as_json: bool, unread: Sequence[Unread] = ()) -> int:
    """Print how it ended; the exit code says whether all of it was applied."""
    if as_json:
        lines = [
            {"line": each.line, "text": each.text, "problem": talk.words(each.problem)} for each in unread
        ]
        print_json({**answer.model_dump(mode="json"), "unread": lines})
    else:
        _print(answer)
        complain(unread)
    if answer.refused or unread:
        return FAILED
    return KEPT_FOR_LATER if answer.waiting else 0


def complain(unread: Sequence[Unread]) -> None:
    """Say of each line of a list why it was not understood."""
    for each in unread:
        line = talk.words(sentence("bulk.list.line", line=each.line))
        talk.complain(f"{line}: {talk.words(each.problem)} {each.text}")


async def _counts(pool: Pool, job_id: UUID) -> bulk.Counts:
    async with pool.acquire() as connection:
        return await bulk.counts(connection, job_id)


def _print(answer: BulkJobAnswer) -> None:
    found = tables.table("order", "outcome", "what")
    for row in answer.results:
        outcome = talk.words(sentence(f"bulk.state.{row.outcome}"))
        found.add_row(tables.cell(row.number), tables.cell(outcome), tables.cell(row.text))
    talk.out.print(found)
    facts = {"applied": answer.applied, "refused": answer.refused, "waiting": answer.waiting}
    talk.out.print(talk.words(sentence("bulk.cli.ended", **facts)))
    if answer.waiting and answer.started_at is not None:
        talk.out.print(talk.words(sentence("bulk.cli.kept", job_id=str(answer.job_id))))


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=talk.aside, transient=True, disable=not sys.stderr.isatty())
