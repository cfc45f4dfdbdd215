"""Notes: what staff write about an order, each version with who wrote it and when."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple

from pydantic import BaseModel

from db.pool import Connection
from db.queries import load
from orders.errors import NoteDiffers, NoteNotFound, NoteOfAnother, Refused

SQL = load("notes")
MOST_NOTES: Final = 500
"""Of one order."""
MOST_VERSIONS: Final = 100
"""Of one note."""


class Version(BaseModel, frozen=True):
    """A note as it read from `at` on."""

    author: str
    at: datetime
    text: str


class Note(BaseModel, frozen=True):
    """A note with all its versions, the first one first."""

    note_id: str
    versions: tuple[Version, ...]

    @property
    def author(self) -> str:
        return self.versions[0].author

    @property
    def at(self) -> datetime:
        """When it was written first."""
        return self.versions[0].at

    @property
    def text(self) -> str:
        """As it reads now."""
        return self.versions[-1].text

    @property
    def edited_at(self) -> datetime | None:
        """When it was changed last; None if it never was."""
        return self.versions[-1].at if len(self.versions) > 1 else None


class Added(NamedTuple):
    """A note that is kept; `is_new` is false if this very note was kept before."""

    note: Note
    is_new: bool


async def add(
    connection: Connection, store: str, order_id: str, note_id: str, author: str, text: str
) -> Added:
    """Keep a note under its id; the same note again changes nothing.

    Raises NoteDiffers where another note has this id, Refused where the order has too many. The order must
    exist: ask `db.reading.store_of` first.
    """
    known = await _note(connection, store, order_id, note_id)
    if known is None:
        if await connection.fetchval(SQL["count"], store, order_id) >= MOST_NOTES:
            raise Refused("refusal.too_many_notes", limit=MOST_NOTES)
        is_new = await connection.fetchrow(SQL["add"], store, order_id, note_id, author, text) is not None
        known = await _note(connection, store, order_id, note_id)
        if known is None:
            raise LookupError(f"{store}/{order_id} lost the note {note_id}")
    else:
        is_new = False
    if (known.author, known.versions[0].text) != (author, text):
        raise NoteDiffers(note_id)
    return Added(known, is_new)


async def edit(
    connection: Connection, store: str, order_id: str, note_id: str, author: str, text: str
) -> Note:
    """Let a note read otherwise from now on; what it read before is kept. The same text changes nothing.

    Raises NoteNotFound, NoteOfAnother unless its author asks, Refused where it was changed too often.
    """
    known = await _note(connection, store, order_id, note_id)
    if known is None:
        raise NoteNotFound(note_id)
    if known.author != author:
        raise NoteOfAnother(known.author)
    while known.text != text:
        if len(known.versions) >= MOST_VERSIONS:
            raise Refused("refusal.note_changed_too_often", limit=MOST_VERSIONS)
        # Writes nothing where the author changed it this moment somewhere else: then it is read anew.
        done = await connection.fetchrow(SQL["edit"], store, order_id, note_id, author, text)
        known = await _note(connection, store, order_id, note_id) or known
        if done is not None:
            break
    return known


async def of_order(connection: Connection, store: str, order_id: str) -> tuple[Note, ...]:
    """The notes of an order, the oldest first."""
    return grouped(await connection.fetch(SQL["versions"], store, order_id, None))


def grouped(rows: Iterable[Any]) -> tuple[Note, ...]:
    """Notes from the rows of their versions: the first versions first, and among them the oldest note."""
    found: dict[str, list[Version]] = {}
    for row in rows:
        found.setdefault(row["note_id"], []).append(Version.model_validate(dict(row)))
    return tuple(Note(note_id=note_id, versions=tuple(versions)) for note_id, versions in found.items())


async def _note(connection: Connection, store: str, order_id: str, note_id: str) -> Note | None:
    found = grouped(await connection.fetch(SQL["versions"], store, order_id, note_id))
    return found[0] if found else None
