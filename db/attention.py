"""What needs a person, of all orders: one list, the oldest first."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from pydantic import BaseModel

from db.listing import EPOCH
from db.pool import Connection
from db.queries import load
from orders.commands import withheld
from orders.errors import OrderError
from orders.owners import Owner, owner_of
from orders.sentence import Sentence
from orders.state import Reason

SQL = load("attention")
CURSOR: Final = re.compile(
    r"[0-9]{1,16}\|[a-z0-9][a-z0-9_-]{0,39}\|[A-Za-z0-9][A-Za-z0-9._-]{0,63}\|[a-z_]{1,40}:[^\u0000-\u001f]{0,200}"
)
"""The moment in microseconds since the epoch, the store, the order and the entry's key."""


class Entry(BaseModel, frozen=True):
    """One thing a person must see to. `subject` tells two of the same reason on one order apart."""

    store: str
    order_id: str
    number: str
    customer: str
    reason: Reason
    subject: str
    since: datetime
    text: Sentence


class Page(NamedTuple):
    entries: tuple[Entry, ...]
    next: str | None


async def page(
    connection: Connection,
    *,
    stores: Sequence[str] | None = None,
    reasons: Sequence[Reason] | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """A page of the list; the same cursor leads to the same place while entries come and go. Raises
    OrderError for a cursor that nobody was given."""
    place = (None, "", "", "") if cursor is None else _read(cursor)
    rows = await connection.fetch(
        SQL["page"],
        None if stores is None else list(stores),
        None if reasons is None else [str(each) for each in reasons],
        *place,
        limit + 1,
    )
    shown = rows[:limit]
    words = await hold_words(connection, [(row["store"], row["order_id"]) for row in shown])
    entries = tuple(_entry(dict(row), words) for row in shown)
    return Page(entries, _cursor(dict(shown[-1])) if len(rows) > limit else None)


def of_owner(owner: Owner) -> list[Reason]:
    """The reasons that this role has to see to."""
    return [reason for reason in Reason if owner_of(reason) is owner]


async def counts(connection: Connection, stores: Sequence[str] | None = None) -> dict[Reason, int]:
    """How many entries there are for each reason."""
    rows = await connection.fetch(SQL["counts"], None if stores is None else list(stores))
    return {Reason(row["reason"]): row["entries"] for row in rows}


async def hold_words(connection: Connection, orders: Sequence[tuple[str, str]]) -> dict[str, str]:
    """What people wrote as the reasons of holds of these orders, by the digest that stands for it
    everywhere else."""
    rows = await connection.fetch(
        SQL["hold_words"], [store for store, _ in orders], [order_id for _, order_id in orders]
    )
    return {withheld(row["words"]): row["words"] for row in rows}


def in_words_of(text: Sentence, words: Mapping[str, str]) -> Sentence:
    """The sentence with what people wrote in the place of the digests in it."""
    facts = {
        name: words.get(fact, fact) if isinstance(fact, str) else fact for name, fact in text.facts.items()
    }
    return text.model_copy(update={"facts": facts})


def _entry(row: dict[str, object], words: Mapping[str, str]) -> Entry:
    key = str(row.pop("key"))
    entry = Entry.model_validate({**row, "subject": key.partition(":")[2]})
    return entry.model_copy(update={"text": in_words_of(entry.text, words)})


def _cursor(row: dict[str, object]) -> str:
    since = row["since"]
    if not isinstance(since, datetime):
        raise TypeError(since)
    microseconds = (since - EPOCH) // timedelta(microseconds=1)
    return f"{microseconds}|{row['store']}|{row['order_id']}|{row['key']}"


def _read(cursor: str) -> tuple[datetime, str, str, str]:
    if CURSOR.fullmatch(cursor) is None:
        raise OrderError("door.cursor_unreadable")
    microseconds, *place = cursor.split("|", 3)
    return EPOCH + timedelta(microseconds=int(microseconds)), place[0], place[1], place[2]
