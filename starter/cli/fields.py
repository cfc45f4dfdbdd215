"""The fields of a command, from the options of the command line."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from orders.commands import COMMAND, TYPES, Command
from orders.errors import OrderUnreadable
from starter import strict_json
from starter.arrivals import unreadable
from starter.cli.running import CliError


def read_fields(
    type_: str, options: Mapping[str, Any], lines: Sequence[str] | None, given: str | None
) -> Command:
    """The command that is meant.

    Args:
        options: the fields that were given as options, `command_id` among them.
        lines: each as LINE=QUANTITY; one line named twice is added up by the rules.
        given: all fields as a JSON object, in place of options; only `command_id` may stand beside it.

    Raises:
        CliError, OrderUnreadable: with a sentence that names what is wrong.
    """
    name = type_.replace("-", "_")
    if name not in TYPES:
        raise CliError("unknown_type", type=type_, known=", ".join(TYPES))
    if given is not None:
        beside = [option for option in options if option != "command_id"]
        if beside or lines:
            raise CliError("fields_twice", options=", ".join(beside or ["line"]))
        fields = {**_object(given), **options}
        if fields.pop("type", name) != name:
            raise CliError("other_type", type=type_)
    else:
        fields = dict(options)
        if lines:
            fields["lines"] = [read_line(line) for line in lines]
    try:
        return COMMAND.validate_python({**fields, "type": name})
    except ValidationError as error:
        raise _without_the_type(error) from None


def read_line(text: str) -> dict[str, Any]:
    """LINE=QUANTITY as the API has it. Raises CliError."""
    line_id, equals, quantity = text.rpartition("=")
    if not (equals and line_id and quantity.isascii() and quantity.isdecimal()):
        raise CliError("line_unreadable", text=text)
    return {"line_id": line_id, "quantity": int(quantity[:9])}


def _object(text: str) -> dict[str, Any]:
    try:
        value = strict_json.loads(text.encode())
    except ValueError:  # Half a surrogate pair is one too: an argument that is no UTF-8 has them.
        raise CliError("not_json", file="FIELDS") from None
    if not isinstance(value, dict):
        raise CliError("not_an_object", file="FIELDS")
    return value


def _without_the_type(error: ValidationError) -> OrderUnreadable:
    # The first part of a path names the type of command, which is no field.
    return unreadable(error, skip=1)
