"""Commands: kept before anything else happens to them, delivered at least once, answered once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from db.fingerprint import fingerprint
from db.pool import Connection
from db.queries import load
from orders.change import Outcome
from orders.commands import Command
from orders.errors import CommandDiffers, OrderError
from orders.own_words import lacks_words
from orders.sentence import Sentence

SQL = load("commands")
NO_STORE_YET = ""
"""The store of a payment whose order has not arrived, and which named none."""


class Answer(NamedTuple):
    """How a command ended, with the sentence that says why; `words` are those that its digests stand for."""

    outcome: Outcome
    text: Sentence
    words: tuple[str, ...] = ()


class Undelivered(NamedTuple):
    number: int
    command_id: str
    type: str
    actor: str
    payload: dict[str, Any]


class Standing(NamedTuple):
    """What a command finds: the order's store, whether its workflow runs, and whether others wait."""

    store: str
    runs: bool
    waits: bool


async def standing(connection: Connection, order_id: str, store: str | None) -> Standing | None:
    """Where the order stands; None if there is none. Raises OrderError where two stores have this id."""
    rows = await connection.fetch(SQL["standing"], order_id, store)
    if len(rows) > 1:
        raise OrderError("door.two_stores", order_id=order_id)
    return Standing(**dict(rows[0])) if rows else None


async def keep(
    connection: Connection,
    store: str,
    order_id: str,
    command: Command,
    actor: str,
    request_id: str | None,
    undo_seconds: int = 0,
) -> Undelivered | None:
    """Keep a command with its id. None if this very command is kept already; CommandDiffers if the id
    was given to another one. For `undo_seconds` from now the mails it causes to the customer wait; a repeat
    of the command changes nothing about that."""
    payload = command.model_dump(mode="json", exclude_none=True, exclude={"command_id"})
    mark = fingerprint(payload)
    number = await connection.fetchval(
        SQL["insert"],
        store,
        order_id,
        command.command_id,
        command.type,
        actor,
        payload,
        mark,
        request_id,
        undo_seconds or None,
    )
    if number is not None:
        return Undelivered(number, str(command.command_id), command.type, actor, payload)
    known = await connection.fetchval(SQL["known"], store, order_id, command.command_id)
    if known != mark:
        raise CommandDiffers(command.command_id or "")
    return None


async def answer(connection: Connection, store: str, order_id: str, command_id: str) -> Answer | None:
    """How the command ended; None while it has not."""
    row = await connection.fetchrow(SQL["answer"], store, order_id, command_id)
    if row is None or row["outcome"] is None:
        return None
    text = Sentence.model_validate(row["answer"])
    words = await _words(connection, store, order_id) if lacks_words(text) else ()
    return Answer(Outcome(row["outcome"]), text, words)


async def _words(connection: Connection, store: str, order_id: str) -> tuple[str, ...]:
    """Every reason that was given with a command of this order."""
    return tuple(row["words"] for row in await connection.fetch(SQL["words"], store, order_id))


async def undelivered(
    connection: Connection, store: str, order_id: str, *, again: bool = False
) -> list[Undelivered]:
    """What Temporal has not been given; with `again` also what it was given and never answered."""
    rows = await connection.fetch(SQL["undelivered"], store, order_id, again)
    return [Undelivered(**dict(row)) for row in rows]


async def mark_delivered(connection: Connection, numbers: Sequence[int]) -> None:
    await connection.execute(SQL["mark_delivered"], list(numbers))


class Waiting(NamedTuple):
    store: str
    order_id: str
    again: bool


async def orders_waiting(connection: Connection, older_than: timedelta, most: int) -> list[Waiting]:
    """Orders with commands that were missed."""
    rows = await connection.fetch(SQL["orders_waiting"], older_than, most)
    return [Waiting(row["store"], row["order_id"], row["again"]) for row in rows]


async def settle(
    connection: Connection, store: str, order_id: str, command_id: str, outcome: Outcome, text: Sentence
) -> None:
    """Answer a command whose order no longer has a workflow to answer it."""
    await connection.execute(
        SQL["settle"], store, order_id, command_id, str(outcome), text.model_dump(mode="json")
    )


async def answered(connection: Connection, store: str, order_id: str) -> list[str]:
    """The ids of the order's commands that have their answer."""
    rows = await connection.fetch(SQL["answered"], store, order_id)
    return [row["command_id"] for row in rows]


async def payload_of(connection: Connection, store: str, order_id: str, command_id: str) -> dict[str, Any]:
    """All that was handed over with a command; empty if there is no such command."""
    row = await connection.fetchrow(SQL["answer"], store, order_id, command_id)
    return dict(row["payload"]) if row is not None else {}


async def adopt(connection: Connection, store: str | None = None, order_id: str | None = None) -> None:
    """Give payments that came before their order to it: to this one, or each to the one that came since."""
    await connection.execute(SQL["adopt"], store, order_id)
