"""A job as a program asks for it, and as it is answered: the same over HTTP and at the command line."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID, uuid4

from pydantic import BaseModel, Field

from db import bulk, reading
from db.bulk import MOST_ORDERS, Counts, Job, OrderKey, Row, Stands
from db.fingerprint import fingerprint
from db.pool import Connection
from orders.commands import LONGEST_UNDO_SECONDS, Carrier, Reason, TrackingNumber
from orders.errors import JobDiffers, JobNotBegun, JobNotFound, OrderError, OrderUnreadable
from orders.order import OrderId, Whole
from orders.own_words import with_words
from orders.problems import problem
from orders.sentence import Sentence, sentence
from orders.store import Language, StoreId
from orders.words import in_words
from starter.bulk import MAILING
from starter.bulk_planning import WITH_NUMBERS, Fields, Own, planned

Kind = Literal[
    "picked",
    "packed",
    "labelled",
    "shipped",
    "ready_for_pickup",
    "out_for_delivery",
    "delivered",
    "hold",
    "release",
]


class BulkOrder(BaseModel, frozen=True, extra="forbid"):
    """One order of a job, and what its own command says."""

    order_id: OrderId
    store: StoreId | None = None
    tracking_number: TrackingNumber | None = None
    carrier: Carrier | None = None


class BulkWish(BaseModel, frozen=True, extra="forbid"):
    """The same command for many orders. With a `job_id`, the same wish again is the same job."""

    job_id: UUID | None = None
    type: Kind
    orders: Annotated[tuple[BulkOrder, ...], Field(min_length=1, max_length=MOST_ORDERS)]
    notify: bool = Field(default=True, description="Whether the customers get the mail their order causes.")
    reason: Reason | None = Field(default=None, description="Of a hold, or of its release.")
    undo_seconds: Whole = Field(
        default=0,
        ge=0,
        le=LONGEST_UNDO_SECONDS,
        strict=True,
        description="So long the mails to the customers wait: until then `mail_stop` takes them back.",
    )


class BulkRowAnswer(BaseModel):
    order_id: str
    store: str
    number: str
    command_id: str | None
    outcome: str = Field(description="applied, refused, waiting, or left_out of this job.")
    text: str = Field(description="A sentence for people; empty while there is no answer.")


class BulkJobAnswer(BaseModel):
    """How far a job is."""

    job_id: UUID
    type: str | None
    actor: str = Field(description="Who chose the orders.")
    state: str = Field(description="draft, running, or done: every command was given.")
    started_at: datetime | None
    done_at: datetime | None
    mails_waiting: int = Field(description="Mails to customers that `stop-mails` keeps from leaving.")
    mails_stopped_at: datetime | None
    orders: int
    applied: int
    refused: int
    waiting: int
    left_out: int
    results: list[BulkRowAnswer]


class BulkJobRow(BaseModel):
    """A job in the list of them."""

    job_id: UUID
    type: str
    actor: str
    state: str = Field(description="running, or done: every command was given.")
    started_at: datetime
    done_at: datetime | None
    mails_stopped_at: datetime | None
    orders: int


class BulkJobsAnswer(BaseModel):
    jobs: list[BulkJobRow]
    next: str | None = Field(description="Cursor of the next page; null at the end.")


class MailsStoppedAnswer(BaseModel):
    """What became of the mails of a job."""

    job_id: UUID
    stopped: int = Field(description="So many waited and will not leave; further ones are not caused.")


async def keep(connection: Connection, wish: BulkWish, actor: str, request_id: str | None) -> UUID:
    """Keep the job with all its commands, not begun yet; its id. Raises OrderUnreadable with every order that
    there is not, that is named twice, or that lacks something; JobDiffers."""
    job_id = wish.job_id or uuid4()
    mark = fingerprint(wish.model_dump(mode="json", exclude={"job_id"}))
    earlier = await bulk.job(connection, job_id)
    if earlier is not None:
        if earlier.fingerprint != mark or earlier.actor != actor:
            raise JobDiffers(str(job_id))
        return job_id
    own = await _own(connection, wish)
    fields = Fields(notify=wish.notify, reason=wish.reason)
    async with connection.transaction():
        is_new = await bulk.choose(
            connection, job_id, actor, list(own), request_id=request_id, fingerprint=mark
        )
        if is_new:
            rows = await bulk.rows(connection, job_id)
            commands = planned(wish.type, fields, rows, own)
            said = fields.model_dump(mode="json")
            undo = wish.undo_seconds if wish.type in MAILING else 0
            await bulk.plan(connection, job_id, wish.type, said, commands, undo_seconds=undo)
    return job_id


async def answer(connection: Connection, job_id: UUID, language: Language) -> BulkJobAnswer:
    """How far the job is, row by row. Raises JobNotFound."""
    job = await known(connection, job_id)
    counts, rows = await bulk.counts(connection, job_id), await bulk.rows(connection, job_id)
    waiting = len(await bulk.waiting_mails(connection, job_id))
    return _answer(job, counts, rows, waiting, language)


async def known(connection: Connection, job_id: UUID) -> Job:
    """The job of this id. Raises JobNotFound."""
    job = await bulk.job(connection, job_id)
    if job is None:
        raise JobNotFound(str(job_id))
    return job


async def begun(connection: Connection, job_id: UUID) -> Job:
    """The job of this id, once it was begun. Raises JobNotFound, JobNotBegun."""
    job = await known(connection, job_id)
    if job.started_at is None:
        raise JobNotBegun(str(job_id))
    return job


def listed(page: bulk.Page) -> BulkJobsAnswer:
    """A page of the list of jobs."""
    return BulkJobsAnswer(
        jobs=[
            BulkJobRow(
                job_id=job.job_id,
                type=job.kind,
                actor=job.actor,
                state="done" if job.done_at else "running",
                started_at=job.started_at,
                done_at=job.done_at,
                mails_stopped_at=job.mails_stopped_at,
                orders=job.orders,
            )
            for job in page.jobs
        ],
        next=page.next,
    )


async def _own(connection: Connection, wish: BulkWish) -> dict[OrderKey, Own]:
    own: dict[OrderKey, Own] = {}
    wrong: list[tuple[str, Sentence]] = []
    for place, order in enumerate(wish.orders):
        for name in ("tracking_number", "carrier"):
            if getattr(order, name) is not None and wish.type not in WITH_NUMBERS:
                wrong.append((f"orders.{place}.{name}", problem("unknown_field")))
        try:
            store = await reading.store_of(connection, order.order_id, order.store)
        except OrderError as error:
            wrong.append((f"orders.{place}.order_id", error.sentence))
            continue
        key = OrderKey(store, order.order_id)
        if key in own:
            wrong.append((f"orders.{place}.order_id", sentence("bulk.door.order_twice")))
        if wish.type == "labelled" and order.tracking_number is None:
            wrong.append((f"orders.{place}.tracking_number", problem("missing")))
        own[key] = Own(tracking_number=order.tracking_number, carrier=order.carrier)
    if wrong:
        raise OrderUnreadable.of(*wrong)
    return own


def _answer(
    job: Job, counts: Counts, rows: Sequence[Row], mails_waiting: int, language: Language
) -> BulkJobAnswer:
    return BulkJobAnswer(
        job_id=job.job_id,
        type=job.kind,
        actor=job.actor,
        state="done" if job.done_at else "running" if job.started_at else "draft",
        started_at=job.started_at,
        done_at=job.done_at,
        mails_waiting=mails_waiting,
        mails_stopped_at=job.mails_stopped_at,
        orders=counts.orders,
        applied=counts.applied,
        refused=counts.refused,
        waiting=counts.waiting,
        left_out=counts.left_out,
        results=[
            BulkRowAnswer(
                order_id=row.order_id,
                store=row.store,
                number=row.number,
                command_id=row.command_id,
                outcome=str(Stands(row.stands)),
                text=said(row, language),
            )
            for row in rows
        ],
    )


def said(row: Row, language: Language) -> str:
    """How one order ended, as a sentence; empty while it has not."""
    text = row.answer or row.problem
    return in_words(language, with_words(text, row.words, language)) if text else ""
