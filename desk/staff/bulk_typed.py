"""What somebody typed about many orders: planned as it was typed, and held beside what was planned."""

from collections import Counter
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from db import bulk
from db.bulk import Job, Named, Row
from db.pool import Connection
from desk.staff.forms import Form
from starter.bulk import MAILING
from starter.bulk_list import understood
from starter.bulk_planning import WITH_NUMBERS, WITH_REASON, Fields, fields_of, matched, planned

UNDO_SECONDS: Final = 10
LONGEST_LIST: Final = 200_000
"""Characters of a pasted list."""


async def plan_as_typed(connection: Connection, known: Job, kind: str, form: Form) -> None:
    """Plan a job as its form says. Raises OrderUnreadable with the field that is wrong."""
    fields = fields_of(
        notify=_notify(form),
        reason=(form.text("reason", 400) or None) if kind in WITH_REASON else None,
        carrier=(form.text("carrier", 100) or None) if kind in WITH_NUMBERS else None,
    )
    text = numbers_of(form)
    if kind not in WITH_NUMBERS or (not text.strip() and kind != "labelled"):
        await plan_alike(connection, known.job_id, kind, fields)
        return
    rows = await bulk.rows(connection, known.job_id)
    found = matched(understood(text), [Named(row.store, row.order_id, row.number) for row in rows])
    await bulk.plan(
        connection,
        known.job_id,
        kind,
        fields.model_dump(mode="json"),
        planned(kind, fields, rows, found.own),
        unread=found.unread,
        undo_seconds=UNDO_SECONDS if kind in MAILING else 0,
    )


async def plan_alike(connection: Connection, job_id: UUID, kind: str, fields: Fields) -> bool:
    """Plan the same for every order of a job."""
    commands = planned(kind, fields, await bulk.rows(connection, job_id))
    undo = UNDO_SECONDS if kind in MAILING else 0
    return await bulk.plan(
        connection, job_id, kind, fields.model_dump(mode="json"), commands, undo_seconds=undo
    )


def is_as_planned(known: Job, rows: Sequence[Row], form: Form) -> bool:
    """Whether the fields of this form say what the plan says. A field that it does not have says nothing."""
    kind = known.kind or ""
    was = Fields.model_validate(known.fields)
    if kind in WITH_REASON and form.every("reason") and form.text("reason", 400) != (was.reason or ""):
        return False
    if kind in MAILING and form.has("mails") and _notify(form) != was.notify:
        return False
    if kind not in WITH_NUMBERS or not form.every("numbers"):
        return True
    if form.text("carrier", 100) != (was.carrier or ""):
        return False
    return _lines(numbers_of(form)) == _lines(listed_again(rows))


def numbers_of(form: Form) -> str:
    """The list of a form: what was pasted, and what stood in a file."""
    pasted, filed = form.exact("numbers")[:LONGEST_LIST], form.exact("file")
    return f"{pasted}\n{filed}" if pasted.strip() and filed.strip() else filed if filed.strip() else pasted


def listed_again(rows: Sequence[Row]) -> str:
    """The tracking numbers of a plan as somebody could have typed them."""
    numbers = Counter(row.number.lower() for row in rows)
    lines = []
    for row in rows:
        command = row.command or {}
        if "tracking_number" in command:
            name = row.number if numbers[row.number.lower()] == 1 else row.order_id
            cells = (name, command["tracking_number"], command.get("carrier", ""))
            lines.append("\t".join(cells).rstrip("\t"))
    return "\n".join(lines)


def _notify(form: Form) -> bool:
    return form.has("notify") or not form.has("mails")


def _lines(text: str) -> list[str]:
    return [line for each in text.splitlines() if (line := " ".join(each.split()))]
