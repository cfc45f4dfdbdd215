"""Reading a signal: whatever was sent, it becomes a command or a refusal that says what was wrong."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError
from temporalio.common import RawValue

from orders.commands import COMMAND, TYPES, Command, CommandId
from orders.errors import Refused
from orders.problems import problem_of

LONGEST_SIGNAL = 65_536
"""Bytes of its payload."""
LONGEST_NAME = 60
"""Characters of its name that are repeated to a person."""
COMMAND_ID: TypeAdapter[str] = TypeAdapter(CommandId)


class Signal(NamedTuple):
    """A signal as it came in: facts only, nothing decided."""

    name: str
    payloads: Sequence[RawValue]


class Wish(NamedTuple):
    """A command, and who gave it. `delivered`: our own delivery brought it, perhaps more than once."""

    command: Command
    actor: str
    delivered: bool


def read(signal: Signal) -> Wish:
    """The command in a signal. Raises Refused, with a sentence, for one that holds none."""
    if signal.name not in TYPES:
        raise Refused("refusal.unknown_signal", name=tidy(signal.name, LONGEST_NAME), known=", ".join(TYPES))
    body = _body(signal)
    actor = body.pop("actor", None)
    if body.pop("type", signal.name) != signal.name:
        raise Refused("refusal.other_type")
    try:
        command = COMMAND.validate_json(json.dumps({**body, "type": signal.name}))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"][1:]) or signal.name
        raise Refused("refusal.malformed", field=tidy(field, 80), problem=problem_of(first)) from None
    except RecursionError:
        raise Refused("refusal.payload_not_json") from None
    known = isinstance(actor, str) and 0 < len(actor) <= 100 and actor.isprintable()
    return Wish(command, str(actor) if known else "temporal", delivered=known and bool(command.command_id))


def command_id(signal: Signal) -> str | None:
    """The command id in a signal, as far as one can be read, so that a refusal answers it."""
    try:
        return COMMAND_ID.validate_python(_body(signal).get("command_id"))
    except (Refused, ValidationError):
        return None


def tidy(text: str, longest: int) -> str:
    """Words from a signal as they can be kept and shown: half a surrogate pair or a NUL in them would make
    the record of the refusal itself fail, and be tried for ever."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text[:longest]
    )


def _body(signal: Signal) -> dict[str, object]:
    if len(signal.payloads) != 1:
        raise Refused("refusal.not_one_payload", count=len(signal.payloads))
    payload = signal.payloads[0].payload
    if len(payload.data) > LONGEST_SIGNAL:
        raise Refused("refusal.payload_too_long")
    try:
        body = json.loads(payload.data)
    except (ValueError, RecursionError):
        raise Refused("refusal.payload_not_json") from None
    if not isinstance(body, dict):
        raise Refused("refusal.payload_not_an_object")
    return body
