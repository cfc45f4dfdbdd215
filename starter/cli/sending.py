"""Giving an order a command, and telling how it was answered."""

import getpass

from rich.text import Text

from db import reading
from db.keys import Scope
from orders.change import Outcome
from orders.commands import Command
from orders.own_words import with_words
from starter.answers import OrderAnswer
from starter.cli import connections, tables
from starter.cli.running import FAILED, KEPT_FOR_LATER
from starter.cli.talk import print_json, printable, talk
from starter.front_door import Given, Visitor


async def send(
    order_id: str,
    command: Command,
    store: str | None,
    wait_seconds: float,
    as_json: bool,
    *,
    undo_seconds: int = 0,
) -> int:
    """Give the command, and wait a moment for its answer. Exit code 0 only if it is applied."""
    visitor = Visitor(actor=f"cli:{who()}", scope=Scope.OPS)
    async with connections.opened() as system:
        # Dutiful progress: an answer may take seconds.
        with talk.aside.status(talk.say("send.waiting")):
            given = await system.front_door.give(
                order_id,
                command,
                visitor,
                store=store,
                wait_seconds=wait_seconds,
                undo_seconds=undo_seconds,
            )
        order = None
        async with system.pool.acquire() as connection:
            if await reading.exists(connection, given.store, given.order_id):
                order = await system.viewer.order(connection, given.store, given.order_id, talk.language)
    outcome, text, code = _said(given, order)
    if as_json:
        body = order.model_dump(mode="json") if order else None
        print_json({"command_id": given.command_id, "outcome": outcome, "text": text, "order": body})
    elif code == FAILED:
        talk.complain(text)
    else:
        talk.out.print(Text(printable(text)))
        if order is not None:
            talk.out.print(tables.headline(order))
    return code


def _said(given: Given, order: OrderAnswer | None) -> tuple[str, str, int]:
    """The outcome, its sentence and the exit code."""
    if given.answer is None:
        key = "send.kept_for_later" if order is not None else "send.payment_before_order"
        return "pending", talk.say(key, command_id=given.command_id), KEPT_FOR_LATER
    text = talk.words(with_words(given.answer.text, given.answer.words, talk.language))
    return given.answer.outcome, text, FAILED if given.answer.outcome is Outcome.REFUSED else 0


def who() -> str:
    """Who types, as the machine knows them."""
    try:
        return getpass.getuser()[:60]
    except (OSError, KeyError):  # A container may run as a number without a name.
        return "?"
