"""The pages of a job under way, and of all of one's own: how far each is, and how each order ended."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal
from urllib.parse import urlencode

from pydantic import BaseModel

from db.bulk import Counts, Job, Recent, Row, Stands
from desk.staff.bulk_page import Unfit, job_href
from desk.staff.order_forms import Choice
from desk.staff.order_rows import order_href
from orders.store import Language
from orders.words import say
from starter.bulk_wish import said

ON_A_PAGE: Final = 100
TONES: Final = {
    Stands.LEFT_OUT: "done",
    Stands.WAITING: "wait",
    Stands.APPLIED: "ok",
    Stands.REFUSED: "bad",
}


class Tab(BaseModel, frozen=True):
    name: str
    href: str
    is_here: bool
    count: int


class RowView(BaseModel, frozen=True):
    position: int
    number: str
    href: str
    state: str
    tone: str
    text: str
    detail: str


class Progress(BaseModel, frozen=True):
    """How far a job is; drawn anew while it is under way."""

    href: str
    again: str
    """Where an open page asks for this; empty once nothing changes any more."""
    orders: int
    answered: int
    said: str
    tabs: tuple[Tab, ...]
    rows: tuple[RowView, ...]
    next: str
    refused: int
    mails: int
    is_done: bool


class JobPage(BaseModel, frozen=True):
    template: Literal["staff/bulk_job.html"] = "staff/bulk_job.html"
    title: str
    progress: Progress


class JobLine(BaseModel, frozen=True):
    href: str
    name: str
    orders: int
    at: datetime
    state: str
    tone: str


class JobsPage(BaseModel, frozen=True):
    template: Literal["staff/bulk_jobs.html"] = "staff/bulk_jobs.html"
    jobs: tuple[JobLine, ...]
    kinds: tuple[Choice, ...]
    """What a list of tracking numbers can be for."""
    kind: str = "labelled"
    """Nothing leaves the shop, and no mail goes out, unless somebody says so."""
    numbers: str = ""
    problem: str = ""
    unread: tuple[Unfit, ...] = ()


def progress(
    language: Language,
    job: Job,
    counts: Counts,
    rows: Sequence[Row],
    *,
    stands: Stands | None,
    after: int,
    mails: int,
    may_fulfil: bool,
) -> Progress:
    """How far the job is, with the rows of one page of it."""
    href = job_href(job.job_id)
    answered = counts.applied + counts.refused
    total = counts.orders - counts.left_out
    is_done = job.done_at is not None and counts.waiting == 0
    shown = rows[:ON_A_PAGE]
    chosen = {"stands": str(stands)} if stands else {}
    here = {**chosen, **({"after": str(after)} if after >= 0 else {})}
    more = {**chosen, "after": str(shown[-1].position)} if len(rows) > ON_A_PAGE else {}
    return Progress(
        href=href,
        again="" if is_done and not mails else f"{href}/progress?{urlencode(here)}",
        orders=total,
        answered=answered,
        said=say(language, "bulk.job.answered", answered=answered, count=total),
        tabs=tuple(
            Tab(
                name=say(language, f"bulk.stands.{each or 'all'}"),
                href=f"{href}?{urlencode({'stands': each})}" if each else href,
                is_here=each == (stands or ""),
                count=count,
            )
            for each, count in (
                ("", counts.orders),
                (Stands.APPLIED, counts.applied),
                (Stands.REFUSED, counts.refused),
                (Stands.WAITING, counts.waiting),
                (Stands.LEFT_OUT, counts.left_out),
            )
            if count or each in ("", stands)
        ),
        rows=tuple(_row(language, row) for row in shown),
        next=f"{href}?{urlencode(more)}" if more else "",
        refused=counts.refused if is_done and may_fulfil else 0,
        mails=mails if may_fulfil else 0,
        is_done=is_done,
    )


def job_line(language: Language, job: Recent) -> JobLine:
    """A job in the list of one's own."""
    state = "done" if job.done_at else "running" if job.started_at else "draft"
    return JobLine(
        href=job_href(job.job_id),
        name=say(language, f"bulk.kind.{job.kind}" if job.kind else "bulk.jobs.nothing_yet"),
        orders=job.orders,
        at=job.created_at,
        state=say(language, f"bulk.jobs.{state}"),
        tone={"done": "ok", "running": "wait", "draft": "done"}[state],
    )


def _row(language: Language, row: Row) -> RowView:
    command = row.command or {}
    detail = " ".join(str(command[name]) for name in ("carrier", "tracking_number") if name in command)
    text = said(row, language)
    return RowView(
        position=row.position,
        number=row.number,
        href=order_href(row.store, row.order_id),
        state=say(language, f"bulk.state.{row.stands}"),
        tone=TONES[row.stands],
        text=text,
        detail="" if detail in text else detail,
    )
