"""Giving many orders the same command, with a result for each."""

import asyncio
import sys
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from db import bulk
from db.bulk import Unread
from db.pool import Pool
from orders.errors import Refused
from orders.sentence import sentence
from starter import bulk_wish
from starter.bulk_list import LARGEST_FILE, Understood, decoded, understood
from starter.bulk_planning import WITH_NUMBERS, fields_of, matched, named_by, planned
from starter.bulk_wish import BulkJobAnswer
from starter.cli import connections, tables
from starter.cli.files import contents
from starter.cli.running import FAILED, KEPT_FOR_LATER
from starter.cli.sending import who
from starter.cli.talk import print_json, talk
from starter.opening import Opened

WAITS_SECONDS: Final = 10.0
"""So long the last answers are waited for, once everything was given."""
LOOK_EVERY: Final = 0.2


async def give(
    kind: str,
    orders: Sequence[str],
    file: str | None,
    fields: Mapping[str, Any],
    store: str | None,
    as_json: bool,
) -> int:
    """Give the command, and wait for the answers; the exit code says whether all of it was applied."""
    listed = _listed(kind, orders, file)
    said = fields_of(**fields)
    job_id = uuid.uuid4()
    async with connections.opened() as system:
        async with system.pool.acquire() as connection:
            named = await named_by(connection, listed, None if store is None else [store])
            found = matched(listed, named)
            if not found.own:
                _complain(found.unread)
                raise Refused("bulk.cli.nothing", file=file or ", ".join(orders)[:200])
            await bulk.choose(connection, job_id, f"cli:{who()}", list(found.own))
            commands = planned(kind, said, await bulk.rows(connection, job_id), found.own)
            values = said.model_dump(mode="json")
            await bulk.plan(connection, job_id, kind, values, commands, unread=found.unread)
        await system.bulk.start(job_id)
        answer = await _followed(system, job_id)
    if as_json:
        unread = [
            {"line": each.line, "text": each.text, "problem": talk.words(each.problem)}
            for each in found.unread
        ]
        print_json({**answer.model_dump(mode="json"), "unread": unread})
    else:
        _tell(answer)
        _complain(found.unread)
    if answer.refused or found.unread:
        return FAILED
    return KEPT_FOR_LATER if answer.waiting else 0


def _listed(kind: str, orders: Sequence[str], file: str | None) -> Understood:
    """What is to be done, as a list: the file's, or the orders that were named."""
    if file is None:
        return understood("\n".join(orders), with_numbers=False)
    return understood(decoded(contents(file, LARGEST_FILE)), with_numbers=kind in WITH_NUMBERS)


async def _followed(system: Opened, job_id: uuid.UUID) -> BulkJobAnswer:
    """How it ended; or how far it is, once the answers do not come any more."""
    clock = asyncio.get_running_loop().time
    with _progress() as progress:
        counts = await _counts(system.pool, job_id)
        task = progress.add_task(talk.words(sentence("bulk.cli.carrying")), total=counts.orders)
        waiting, until = counts.waiting, clock() + WAITS_SECONDS
        while counts.waiting and clock() < until:
            await asyncio.sleep(LOOK_EVERY)
            counts = await _counts(system.pool, job_id)
            progress.update(task, completed=counts.orders - counts.waiting)
            if counts.waiting < waiting:
                waiting, until = counts.waiting, clock() + WAITS_SECONDS
    async with system.pool.acquire() as connection:
        return await bulk_wish.answer(connection, job_id, talk.language)


async def _counts(pool: Pool, job_id: uuid.UUID) -> bulk.Counts:
    async with pool.acquire() as connection:
        return await bulk.counts(connection, job_id)


def _tell(answer: BulkJobAnswer) -> None:
    found = tables.table("order", "outcome", "what")
    for row in answer.results:
        outcome = talk.words(sentence(f"bulk.state.{row.outcome}"))
        found.add_row(tables.cell(row.number), tables.cell(outcome), tables.cell(row.text))
    talk.out.print(found)
    facts = {"applied": answer.applied, "refused": answer.refused, "waiting": answer.waiting}
    talk.out.print(talk.words(sentence("bulk.cli.ended", **facts)))
    if answer.waiting:
        talk.out.print(talk.words(sentence("bulk.cli.kept", job_id=str(answer.job_id))))


def _complain(unread: Sequence[Unread]) -> None:
    for each in unread:
        line = talk.words(sentence("bulk.list.line", line=each.line))
        talk.complain(f"{line}: {talk.words(each.problem)} {each.text}")


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=talk.aside, transient=True, disable=not sys.stderr.isatty())
