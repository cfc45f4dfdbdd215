"""Jobs: one command for many orders at once, kept row by row, so that no process has to live to its end."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from pydantic import BaseModel

from db.pool import Connection
from db.queries import load
from orders.change import Outcome
from orders.errors import OrderError
from orders.sentence import Sentence

SQL = load("bulk")
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MOST_ORDERS: Final = 1000
"""Of one job."""
CURSOR: Final = re.compile(r"[0-9]{1,16}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""When a job was begun, in microseconds since 1970, and its id."""


class Stands(StrEnum):
    """How far one order of a job is."""

    LEFT_OUT = "left_out"
    """It is given no command."""
    WAITING = "waiting"
    APPLIED = "applied"
    REFUSED = "refused"


class OrderKey(NamedTuple):
    store: str
    order_id: str


class Named(NamedTuple):
    """An order as people may have named it."""

    store: str
    order_id: str
    number: str


class Unread(BaseModel, frozen=True):
    """A line of a pasted list that nothing can be done with, and why."""

    line: int
    text: str
    problem: Sentence


class Job(BaseModel, frozen=True):
    """Orders chosen together; `kind` is the type of command they are given, once that is said."""

    job_id: UUID
    actor: str
    request_id: str | None
    fingerprint: bytes | None
    kind: str | None
    fields: dict[str, Any]
    unread: tuple[Unread, ...]
    undo_seconds: int
    created_at: datetime
    started_at: datetime | None
    done_at: datetime | None
    mails_stopped_at: datetime | None


class Counts(NamedTuple):
    orders: int
    left_out: int
    applied: int
    refused: int
    to_give: int

    @property
    def waiting(self) -> int:
        """How many have no answer yet, given or not."""
        return self.orders - self.left_out - self.applied - self.refused


class Row(NamedTuple):
    """One order of a job. `answer` says how its command ended, `words` what its digests stand for."""

    position: int
    store: str
    order_id: str
    number: str
    command_id: str | None
    command: dict[str, Any] | None
    problem: Sentence | None
    given_at: datetime | None
    outcome: Outcome | None
    answer: Sentence | None
    stands: Stands
    words: tuple[str, ...]


class Planned(BaseModel, frozen=True):
    """The command that the order at this place is to be given, and the id it is given under."""

    position: int
    command_id: str
    command: dict[str, Any]


class Leased(NamedTuple):
    """A job that this process carries out."""

    job_id: UUID
    actor: str
    request_id: str | None
    kind: str
    undo_seconds: int
    without_mails: bool


class ToGive(NamedTuple):
    position: int
    store: str
    order_id: str
    command_id: str
    command: dict[str, Any]


class Recent(NamedTuple):
    job_id: UUID
    kind: str | None
    created_at: datetime
    started_at: datetime | None
    done_at: datetime | None
    orders: int


class Begun(NamedTuple):
    """A job that was begun, and by whom."""

    job_id: UUID
    actor: str
    kind: str
    started_at: datetime
    done_at: datetime | None
    mails_stopped_at: datetime | None
    orders: int


class Page(NamedTuple):
    jobs: tuple[Begun, ...]
    next: str | None


async def choose(
    connection: Connection,
    job_id: UUID,
    actor: str,
    orders: Sequence[OrderKey],
    *,
    request_id: str | None = None,
    fingerprint: bytes | None = None,
) -> bool:
    """Keep which orders were chosen; False if a job of this id is kept already. The orders must exist."""
    async with connection.transaction():
        kept = await connection.fetchval(SQL["insert_job"], job_id, actor, request_id, fingerprint)
        if kept is None:
            return False
        stores, order_ids = [each.store for each in orders], [each.order_id for each in orders]
        await connection.execute(SQL["insert_rows"], job_id, stores, order_ids)
    return True


async def there(connection: Connection, orders: Sequence[OrderKey]) -> frozenset[OrderKey]:
    """Those of these orders that there are."""
    stores, order_ids = [each.store for each in orders], [each.order_id for each in orders]
    return frozenset(OrderKey(*row) for row in await connection.fetch(SQL["there"], stores, order_ids))


async def named(connection: Connection, names: Sequence[str], stores: Sequence[str] | None) -> list[Named]:
    """The orders whose number or id is among these names, in these stores (None: in every one)."""
    rows = await connection.fetch(SQL["named"], list(names), None if stores is None else list(stores))
    return [Named(**dict(row)) for row in rows]


async def job(connection: Connection, job_id: UUID) -> Job | None:
    row = await connection.fetchrow(SQL["job"], job_id)
    return Job.model_validate(dict(row)) if row is not None else None


async def stores_of(connection: Connection, job_id: UUID) -> list[str]:
    """The stores whose orders were chosen."""
    return [row["store"] for row in await connection.fetch(SQL["stores_of"], job_id)]


async def counts(connection: Connection, job_id: UUID) -> Counts:
    row = await connection.fetchrow(SQL["counts"], job_id)
    return Counts(**dict(row or {}))


async def rows(
    connection: Connection,
    job_id: UUID,
    *,
    stands: Stands | None = None,
    after: int = -1,
    limit: int = MOST_ORDERS,
) -> list[Row]:
    """The orders of a job in the order they were chosen, with how each ended; from the place `after` on."""
    found = await connection.fetch(SQL["rows"], job_id, None if stands is None else str(stands), after, limit)
    return [_row(dict(each)) for each in found]


async def plan(
    connection: Connection,
    job_id: UUID,
    kind: str,
    fields: dict[str, Any],
    planned: Sequence[Planned],
    *,
    unread: Sequence[Unread] = (),
    undo_seconds: int = 0,
) -> bool:
    """Say what shall be done: these commands and no others. False once the job was started."""
    async with connection.transaction():
        said = [each.model_dump(mode="json") for each in unread]
        kept = await connection.fetchval(SQL["plan_job"], job_id, kind, fields, said, undo_seconds)
        if kept is None:
            return False
        await connection.execute(SQL["plan_rows"], job_id, [each.model_dump(mode="json") for each in planned])
    return True


async def start(connection: Connection, job_id: UUID) -> bool:
    """Let the job begin; False if it has, or nobody said what shall be done."""
    return await connection.fetchval(SQL["start"], job_id) is not None


async def lease(
    connection: Connection, runner: UUID, holds_for: timedelta, job_id: UUID | None = None
) -> Leased | None:
    """Take on a job that nobody carries out, for so long: this one, or any. None if there is none."""
    row = await connection.fetchrow(SQL["lease"], runner, job_id, holds_for)
    return Leased(**dict(row)) if row is not None else None


async def renew(connection: Connection, runner: UUID, job_id: UUID, holds_for: timedelta) -> bool | None:
    """Keep carrying it out: whether without mails from now on. None if another process has taken it over."""
    without_mails: bool | None = await connection.fetchval(SQL["renew"], runner, job_id, holds_for)
    return without_mails


async def give_back(connection: Connection, runner: UUID, job_id: UUID) -> None:
    """Let others carry it on."""
    await connection.execute(SQL["give_back"], runner, job_id)


async def to_give(connection: Connection, job_id: UUID, limit: int) -> list[ToGive]:
    """The next commands of a job."""
    return [ToGive(**dict(row)) for row in await connection.fetch(SQL["to_give"], job_id, limit)]


async def given(connection: Connection, job_id: UUID, position: int, problem: Sentence | None) -> None:
    """Note that the command of this place was given, or why it could not be."""
    said = problem.model_dump(mode="json") if problem else None
    await connection.execute(SQL["given"], job_id, position, said)


async def finish(connection: Connection, job_id: UUID) -> bool:
    """Note that every command was given; False while one is left."""
    return await connection.fetchval(SQL["finish"], job_id) is not None


class WaitingMail(NamedTuple):
    store: str
    order_id: str
    mail_key: str


async def stop_mails(connection: Connection, job_id: UUID) -> list[WaitingMail]:
    """Let what is still to be given cause no mails; and the mails that can still be stopped."""
    await connection.execute(SQL["stop_mails"], job_id)
    return await waiting_mails(connection, job_id)


async def waiting_mails(connection: Connection, job_id: UUID) -> list[WaitingMail]:
    """The mails to customers that the job caused and that can still be stopped."""
    return [WaitingMail(*row) for row in await connection.fetch(SQL["waiting_mails"], job_id)]


async def recent(connection: Connection, actor: str, limit: int = 30) -> list[Recent]:
    """Somebody's own jobs, the latest first."""
    return [Recent(**dict(row)) for row in await connection.fetch(SQL["recent"], actor, limit)]


async def begun(
    connection: Connection, *, actor: str | None = None, cursor: str | None = None, limit: int = 50
) -> Page:
    """The jobs that were begun, by this actor or by anybody, the latest first. Raises OrderError for a
    cursor that nobody was given."""
    place = (None, None) if cursor is None else _place(cursor)
    rows = await connection.fetch(SQL["begun"], actor, *place, limit + 1)
    jobs = tuple(Begun(**dict(row)) for row in rows[:limit])
    return Page(jobs, _cursor(jobs[-1]) if len(rows) > limit else None)


async def forget(connection: Connection, older_than: timedelta) -> None:
    """Forget jobs so old that nobody looks at them; what they did stands with their orders."""
    await connection.execute(SQL["forget"], older_than)


def _cursor(job: Begun) -> str:
    return f"{(job.started_at - EPOCH) // timedelta(microseconds=1)}-{job.job_id}"


def _place(cursor: str) -> tuple[datetime, UUID]:
    if CURSOR.fullmatch(cursor) is None:
        raise OrderError("door.cursor_unreadable")
    microseconds, _, job_id = cursor.partition("-")
    return EPOCH + timedelta(microseconds=int(microseconds)), UUID(job_id)


def _row(values: dict[str, Any]) -> Row:
    for name in ("problem", "answer"):
        values[name] = Sentence.model_validate(values[name]) if values[name] is not None else None
    outcome = values["outcome"]
    return Row(
        **{
            **values,
            "outcome": Outcome(outcome) if outcome else None,
            "stands": Stands(values["stands"]),
            "words": tuple(values["words"]),
        }
    )
