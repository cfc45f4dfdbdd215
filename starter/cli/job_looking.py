"""Jobs that were begun, wherever that was: list them, follow one, stop its mails, try again."""

from uuid import UUID

from rich.text import Text

from db import bulk
from db.keys import Scope
from db.listing import LONGEST_PAGE
from orders.errors import JobNotFound
from orders.sentence import sentence
from starter import bulk_planning, bulk_wish
from starter.bulk_wish import BulkJobsAnswer
from starter.cli import connections, following, tables
from starter.cli.sending import who
from starter.cli.talk import print_json, printable, talk
from starter.front_door import Visitor


async def listed(mine: bool, limit: int, as_json: bool) -> None:
    """The latest jobs, the latest first."""
    async with connections.database() as pool, pool.acquire() as connection:
        actor = f"cli:{who()}" if mine else None
        page = await bulk.begun(connection, actor=actor, limit=min(max(1, limit), LONGEST_PAGE))
    answer: BulkJobsAnswer = bulk_wish.listed(page)
    if as_json:
        print_json(answer)
        return
    found = tables.table("job", "what", "state", "orders", "at", "actor")
    for job in answer.jobs:
        kind = talk.words(sentence(f"bulk.kind.{job.type}"))
        state = talk.words(sentence(f"bulk.jobs.{job.state}"))
        cells = (str(job.job_id), kind, state, job.orders, talk.fact(job.started_at), job.actor)
        found.add_row(*map(tables.cell, cells))
    talk.out.print(found)


async def show(job: str, follow: bool, as_json: bool) -> int:
    """How far a job is, or how it ended. Raises JobNotFound."""
    job_id = _read(job)
    async with connections.database() as pool:
        answer = await following.looked_at(pool, job_id)
        if follow and answer.started_at is not None:
            answer = await following.followed(pool, job_id)
    return following.told(answer, as_json)


async def stop_mails(job: str, as_json: bool) -> None:
    """Keep the mails of a job from leaving. Raises JobNotFound, JobNotBegun."""
    job_id = _read(job)
    async with connections.opened() as system:
        async with system.pool.acquire() as connection:
            await bulk_wish.begun(connection, job_id)
        count = await system.bulk.stop_mails(job_id, Visitor(actor=f"cli:{who()}", scope=Scope.OPS))
    if as_json:
        print_json({"job_id": str(job_id), "stopped": count})
        return
    said = (
        sentence("bulk.job.mails_stopped", count=count)
        if count
        else sentence("bulk.cli.mails_gone", job_id=str(job_id))
    )
    talk.out.print(Text(printable(talk.words(said))))


async def again(job: str, as_json: bool) -> int:
    """Try once more what a job was refused, and wait for the answers. Raises JobNotFound, JobNotBegun,
    NothingRefused."""
    job_id = _read(job)
    async with connections.opened() as system:
        async with system.pool.acquire() as connection:
            refused = await bulk_wish.begun(connection, job_id)
            fresh = await bulk_planning.again(connection, refused, f"cli:{who()}")
        await system.bulk.start(fresh)
        answer = await following.followed(system.pool, fresh)
    return following.told(answer, as_json)


def _read(job: str) -> UUID:
    try:
        return UUID(job)
    except ValueError:
        raise JobNotFound(job[:60]) from None
