"""The page of a job that was not begun: what was chosen, and what will happen to it."""

from collections import Counter
from collections.abc import Sequence
from typing import Final, Literal
from urllib.parse import urlencode

from pydantic import BaseModel

from db.bulk import Job, Row, Unread
from db.claims import Claim
from desk.staff.bulk_foresight import Foreseen
from desk.staff.order_forms import Choice
from desk.staff.order_rows import order_href
from orders.own_words import with_words
from orders.paper import MOST_ORDERS as MOST_ON_A_PRINT
from orders.paper import PaperKind
from orders.store import Language
from orders.words import in_words, say
from starter.bulk import KINDS, MAILING
from starter.bulk_planning import WITH_NUMBERS, WITH_REASON

BULK: Final = "/desk/bulk"
PAPERS: Final = tuple(PaperKind)


class Print(BaseModel, frozen=True):
    """One print of papers for the chosen orders."""

    name: str
    href: str


class Unfit(BaseModel, frozen=True):
    """An order, or a line of a list, with why nothing will be done with it."""

    name: str
    href: str
    text: str


class DraftPage(BaseModel, frozen=True):
    """Orders that were chosen, and what shall be done with them as far as it was said."""

    template: Literal["staff/bulk_draft.html"] = "staff/bulk_draft.html"
    href: str
    back: str = "/desk/orders"
    orders: int
    names: str
    more: int
    prints: tuple[Print, ...]
    kinds: tuple[Choice, ...]
    """What they can be given; empty for a reader who may give nothing."""
    kind: str
    takes_numbers: bool
    takes_reason: bool
    takes_mails: bool
    numbers: str = ""
    reason: str = ""
    carrier: str = ""
    notify: bool = True
    problem: str = ""
    is_planned: bool = False
    start: str = ""
    able: int = 0
    unpacked: int = 0
    """So many of them are not packed yet: who starts the job says that this is meant."""
    without_number: int = 0
    mails: int = 0
    left_out: int = 0
    unable: tuple[Unfit, ...] = ()
    unread: tuple[Unfit, ...] = ()
    claimed: tuple[tuple[str, int], ...] = ()
    """Who else works on how many of these orders now."""
    matched: tuple[tuple[str, str], ...] = ()
    """Of a list: what was understood, each order with its number."""


def job_href(job_id: object) -> str:
    return f"{BULK}/{job_id}"


def kinds(language: Language, of: Sequence[str] = KINDS) -> tuple[Choice, ...]:
    return tuple(Choice(value=kind, name=say(language, f"bulk.kind.{kind}")) for kind in of)


def paper_href(kind: PaperKind, rows: Sequence[tuple[str, str]]) -> str:
    """Where the papers of these orders are printed; those that have no such paper are left out."""
    named = ",".join(f"{store}/{order_id}" for store, order_id in rows)
    return f"/desk/papers/{kind}?{urlencode({'orders': named, 'leave_out': 'true'}, safe='/,')}"


def prints(language: Language, rows: Sequence[Row]) -> tuple[Print, ...]:
    """The papers of the chosen orders, in their order; in parts where one print cannot hold them all."""
    found = []
    keys = [(row.store, row.order_id) for row in rows]
    for kind in PAPERS:
        for first in range(0, len(keys), MOST_ON_A_PRINT):
            part = keys[first : first + MOST_ON_A_PRINT]
            name = say(language, f"bulk.paper.{kind}")
            if len(keys) > MOST_ON_A_PRINT:
                last = first + len(part)
                name = say(language, "bulk.paper.part", name=name, first=first + 1, last=last)
            found.append(Print(name=name, href=paper_href(kind, part)))
    return tuple(found)


def draft_page(
    language: Language,
    job: Job,
    rows: Sequence[Row],
    kind: str,
    foreseen: Sequence[Foreseen],
    *,
    may_fulfil: bool,
    claimed: Sequence[Claim] = (),
    numbers: str = "",
    problem: str = "",
    reason: str = "",
) -> DraftPage:
    """What was chosen, and what would be done; `kind` may be looked at without being planned yet."""
    is_planned = bool(kind) and job.kind == kind and not problem
    able = [each for each in foreseen if each.refusal is None]
    fields = job.fields if is_planned else {}
    named = [row.number for row in rows[:10]]
    return DraftPage(
        href=job_href(job.job_id),
        orders=len(rows),
        names=", ".join(named),
        more=len(rows) - len(named),
        prints=prints(language, rows),
        kinds=kinds(language) if may_fulfil else (),
        kind=kind,
        takes_numbers=kind in WITH_NUMBERS,
        takes_reason=kind in WITH_REASON,
        takes_mails=kind in MAILING,
        numbers=numbers,
        reason=reason or str(fields.get("reason") or ""),
        carrier=str(fields.get("carrier") or ""),
        notify=bool(fields.get("notify", True)),
        problem=problem,
        is_planned=is_planned,
        start=say(language, f"bulk.start.{kind}", count=len(able)) if is_planned else "",
        able=len(able),
        unpacked=sum(each.is_unpacked for each in able),
        without_number=sum(each.is_without_number for each in able),
        mails=sum(each.mails for each in able),
        left_out=sum(row.command is None for row in rows) if is_planned else 0,
        unable=tuple(
            Unfit(
                name=each.row.number,
                href=order_href(each.row.store, each.row.order_id),
                text=in_words(language, with_words(each.refusal, each.row.words, language)),
            )
            for each in foreseen
            if each.refusal is not None
        ),
        unread=unread(language, job.unread) if is_planned else (),
        claimed=tuple(sorted(Counter(claim.name for claim in claimed).items())),
        matched=_matched(rows) if is_planned else (),
    )


def unread(language: Language, lines: Sequence[Unread]) -> tuple[Unfit, ...]:
    """The lines of a list that nothing can be done with."""
    return tuple(
        Unfit(
            name=say(language, "bulk.list.line", line=each.line),
            href="",
            text=f"{in_words(language, each.problem)} {each.text}",
        )
        for each in lines
    )


def _matched(rows: Sequence[Row]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (row.number, f"{row.command['tracking_number']} {row.command.get('carrier', '')}".rstrip())
        for row in rows
        if row.command and "tracking_number" in row.command
    )
