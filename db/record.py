"""Writing transitions down: one transaction for the state, the timeline, the answers and the mails."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from db import downloads, judging, outbox, stores
from db.pool import Connection
from db.queries import load
from db.vault import Vault
from orders.change import JUDGED_BY_THE_OUTBOX, Transition, reissue_name
from orders.mail import AUDIENCE, Audience, MailKind
from orders.searchable import searchable

SQL = load("record")


async def record(
    connection: Connection,
    vault: Vault,
    store: str,
    order_id: str,
    decided_at: int,
    transitions: Sequence[Transition],
) -> None:
    """Write transitions of one order down, in one transaction.

    A local activity's effect can outlive the workflow task that asked for it: the worker dies after the
    commit, and the task, retried with more history, decides otherwise. Then history wins: of two versions
    of a sequence number, the one decided from more history replaces the other, its timeline, its answers
    and its unsent mails. A version decided from less comes from a worker that was cut off, and is dropped.
    """
    mails = await _mails(connection, store, order_id, transitions)
    first = transitions[0].sequence
    # Nearly always nobody else has written anything of this order, and one statement is enough.
    if not any(each.reissued or each.asks_the_outbox for each in transitions):
        values = _values(store, order_id, decided_at, transitions, mails, locked=False)
        if await connection.fetchrow(SQL["write"], *values) is not None:
            return
    async with connection.transaction():
        known = await connection.fetchval(SQL["lock"], store, order_id)
        if known is None:
            raise LookupError(f"{store}/{order_id} is not kept here")
        answered: dict[int, judging.Answered] = {}
        if known >= first:
            newest = await connection.fetchval(SQL["recorded"], store, order_id, first)
            if newest is not None and newest > decided_at:
                return
            answered = await judging.answered_before(connection, store, order_id, transitions)
            for forget in ("forget_timeline", "forget_mails", "forget_answers"):
                await connection.execute(SQL[forget], store, order_id, first)
        await _reissue(connection, vault, store, order_id, transitions)
        for batch in _batches(transitions):
            steps = [await judging.judged(connection, store, order_id, each, answered) for each in batch]
            values = _values(store, order_id, decided_at, steps, mails, locked=True)
            await connection.execute(SQL["write"], *values)


def _batches(transitions: Sequence[Transition]) -> Iterator[list[Transition]]:
    """The transitions in parts, those that ask the outbox apart from the others: what is asked about may be
    a mail of the part before."""
    for _, part in groupby(transitions, lambda each: each.asks_the_outbox is not None):
        yield list(part)


def _values(
    store: str,
    order_id: str,
    decided_at: int,
    transitions: Sequence[Transition],
    mails: Sequence[dict[str, Any]],
    *,
    locked: bool,
) -> tuple[Any, ...]:
    """What is written of these transitions, in the order of the query."""
    last = transitions[-1]
    numbers = [each.sequence for each in transitions]
    verdicts = [
        word.model_dump(mode="json")
        for each in transitions
        for word in each.mail_verdicts
        if word.verdict not in JUDGED_BY_THE_OUTBOX
    ]
    return (
        store,
        order_id,
        *_order(transitions),
        _lines(last),
        _timeline(transitions),
        decided_at,
        _answers(transitions),
        _attention(last),
        [mail for mail in mails if mail["sequence"] in numbers],
        locked,
        transitions[0].sequence,
        verdicts,
        [str(task) for task in last.headline.tasks],
    )


async def _mails(
    connection: Connection, store: str, order_id: str, transitions: Sequence[Transition]
) -> list[dict[str, Any]]:
    """The rows of the mails these transitions cause."""
    mails = [(each.sequence, mail) for each in transitions for mail in each.mails]
    if not mails:
        return []
    known = await connection.fetchrow(SQL["addressee"], store, order_id)
    if known is None:
        raise LookupError(f"{store}/{order_id} is not kept here")
    settings = stores.read(known["settings"])
    addressee = outbox.Addressee(
        email=known["email"],
        language=settings.language_for(known["locale"]),
        settings=settings,
        accepted_at=known["accepted_at"],
    )
    causes = {
        each.sequence: next((entry.command_id for entry in each.entries if entry.command_id), None)
        for each in transitions
    }
    return [
        # A command may say how long the mails it causes wait: those that are for the customer.
        {**row, "command_id": causes[row["sequence"]] if _is_for_customer(row) else None}
        for row in outbox.rows(store, order_id, addressee, mails)
    ]


def _is_for_customer(row: dict[str, Any]) -> bool:
    return AUDIENCE[MailKind(row["kind"])] is Audience.CUSTOMER


def _order(transitions: Sequence[Transition]) -> tuple[Any, ...]:
    """The order's own columns, in the order of the query."""
    last = transitions[-1]
    headline = last.headline
    numbers = [
        str(entry.text.facts["tracking_number"])
        for each in transitions
        for entry in each.entries
        if "tracking_number" in entry.text.facts
    ]
    return (
        last.sequence,
        str(headline.payment_status),
        str(headline.fulfillment_status),
        headline.is_open,
        headline.needs_attention,
        headline.due_at,
        headline.due_for,
        last.facts.model_dump(mode="json", exclude_defaults=True),
        last.at if last.ended else None,
        " " + searchable(" ".join(numbers)) if numbers else None,
    )


def _lines(last: Transition) -> list[dict[str, Any]]:
    return [{"line_id": line.line_id, **line.units.model_dump()} for line in last.facts.lines]


def _attention(last: Transition) -> list[dict[str, Any]]:
    return [{**each.model_dump(mode="json"), "key": each.key} for each in last.facts.attention]


def _timeline(transitions: Sequence[Transition]) -> list[dict[str, Any]]:
    return [
        {
            "sequence": each.sequence,
            "position": position,
            "at": each.at.isoformat(),
            **entry.model_dump(mode="json"),
        }
        for each in transitions
        for position, entry in enumerate(each.entries)
    ]


def _answers(transitions: Sequence[Transition]) -> list[dict[str, Any]]:
    answers: dict[str, dict[str, Any]] = {}
    for each in transitions:
        for entry in each.entries:
            if entry.command_id is not None and entry.kind != "skipped":
                # The first word on a command is its answer; a later copy is a repeat.
                answers.setdefault(
                    entry.command_id,
                    {
                        "command_id": entry.command_id,
                        "outcome": str(entry.outcome),
                        "text": entry.text.model_dump(mode="json"),
                        "sequence": each.sequence,
                    },
                )
    return list(answers.values())


async def _reissue(
    connection: Connection, vault: Vault, store: str, order_id: str, transitions: Sequence[Transition]
) -> None:
    for each in transitions:
        for line_id in each.reissued:
            asked = next((entry.command_id for entry in each.entries if entry.kind == "reissue"), None)
            issue = reissue_name(asked, each.at)
            await downloads.reissue(connection, vault, store, order_id, line_id, issue, each.at)
