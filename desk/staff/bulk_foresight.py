"""What a planned job will do, before it does it: which orders would be refused and why, and the mails."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from db import reading
from db.bulk import Row
from db.pool import Connection
from orders.change import By
from orders.commands import COMMAND
from orders.errors import OrderError, OrderNotFound
from orders.rules.decide import decide
from orders.sentence import Sentence
from starter.after_the_end import decide_after_the_end

AT_ONCE: Final = 25
"""So many orders are looked at before other requests get their turn."""


class Foreseen(NamedTuple):
    """What would become of one order now. `refusal` says why its command would change nothing."""

    row: Row
    refusal: Sentence | None
    mails: int = 0
    said: frozenset[str] = frozenset()
    """The keys of what its timeline would say."""

    @property
    def is_unpacked(self) -> bool:
        return "timeline.skipped.packed" in self.said

    @property
    def is_without_number(self) -> bool:
        return "timeline.shipped_untracked" in self.said


async def foresee(connection: Connection, rows: Sequence[Row], actor: str) -> list[Foreseen]:
    """What the rules make of each of these commands as the orders stand; those without one are left out."""
    found = []
    for number, row in enumerate(rows):
        if row.command is None:
            continue
        if number % AT_ONCE == AT_ONCE - 1:
            await asyncio.sleep(0)
        found.append(await _one(connection, row, actor))
    return found


async def _one(connection: Connection, row: Row, actor: str) -> Foreseen:
    by = By(at=datetime.now(UTC), actor=actor)
    command = COMMAND.validate_python(row.command)
    try:
        kept = await reading.order(connection, row.store, row.order_id)
        if kept.ended_at is None:
            change = decide(kept.state, command, by)
        else:
            change = decide_after_the_end(kept.state, command, by, "door.order_ended")
    except OrderNotFound:
        return Foreseen(row, OrderNotFound(row.order_id).sentence)
    except OrderError as error:
        return Foreseen(row, error.sentence)
    mails = sum(mail.is_for_customer and not mail.is_copy for mail in change.mails)
    return Foreseen(row, None, mails, frozenset(entry.text.key for entry in change.entries))
