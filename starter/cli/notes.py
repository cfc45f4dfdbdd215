"""Writing and changing notes, straight in PostgreSQL."""

import sys
import uuid

from pydantic import ValidationError

from db import notes, reading
from orders.note import NewNote
from orders.sentence import sentence
from starter.arrivals import unreadable
from starter.cli import connections, tables
from starter.cli.running import CliError
from starter.cli.sending import who
from starter.cli.talk import print_json, talk
from starter.view import note_answer


async def note(
    order_id: str, text: str, note_id: str | None, change: bool, store: str | None, as_json: bool
) -> None:
    """Keep a note, or change one. Raises CliError, OrderError with a sentence that says why not."""
    if change and note_id is None:
        raise CliError("which_note")
    said = sys.stdin.read() if text == "-" else text
    try:
        wish = NewNote(note_id=note_id or str(uuid.uuid4()), text=said)
    except ValidationError as error:
        raise unreadable(error) from None
    author, name = f"cli:{who()}", str(wish.note_id)
    async with connections.database() as pool, pool.acquire() as connection:
        owner = await reading.store_of(connection, order_id, store)
        if change:
            kept = await notes.edit(connection, owner, order_id, name, author, wish.text)
            outcome = "changed"
        else:
            kept, is_new = await notes.add(connection, owner, order_id, name, author, wish.text)
            outcome = "kept" if is_new else "known"
    answer = note_answer(kept)
    if as_json:
        print_json(answer)
        return
    talk.out.print(tables.cell(talk.words(sentence(f"desk_order.notes.{outcome}", note_id=name))))
    talk.out.print(tables.notes([answer]))
