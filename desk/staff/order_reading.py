"""From a form to a command: what a person typed, as the rules read it, or what is wrong beside each field."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import ValidationError

from desk.staff.forms import Form
from desk.staff.order_forms import EACH
from orders.commands import COMMAND, Command

FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "payment": ("status", "amount", "currency", "reference"),
    "picked": ("lines",),
    "packed": ("parcel", "lines", "weight_grams"),
    "labelled": ("parcel", "lines", "carrier", "tracking_number"),
    "shipped": ("parcel", "lines", "carrier", "tracking_number", "notify"),
    "ready_for_pickup": ("parcel", "lines", "notify"),
    "collected": ("parcel", "code", "override"),
    "out_for_delivery": ("parcel", "lines", "notify"),
    "delivered": ("parcel", "notify"),
    "delivery_failed": ("parcel", "reason"),
    "hold": ("reason",),
    "release": ("reason",),
    "cancel": ("reason", "lines", "notify"),
    "resolve": ("reason", "subject"),
    "reissue": ("line_id",),
    "mail_arrived": ("mail_key",),
    "mail_again": ("mail_key", "anew"),
    "mail_stop": ("mail_key",),
}
"""What a form may say of each type of command; total, a test holds it to the commands' own fields."""


class Unreadable(Exception):
    """What was typed is not a command. `problems` holds, by field, the key of the sentence that says why."""

    def __init__(self, **problems: str) -> None:
        self.problems = problems
        super().__init__(", ".join(problems))


def read(form: Form) -> Command:
    """The command that this form gives, under the id it was drawn with. Raises Unreadable."""
    type_ = form.text("type", 40)
    values: dict[str, Any] = {"type": type_}
    if form.text("command_id", 200):
        values["command_id"] = form.text("command_id", 200)
    for name in FIELDS.get(type_, ()):
        value = _READERS.get(name, Form.text)(form, name)
        if value not in (None, ""):
            values[name] = value
    if type_ == "collected" and not values.get("override") and "code" not in values:
        raise Unreadable(code="code")
    try:
        return COMMAND.validate_python(values)
    except ValidationError as error:
        raise Unreadable(**_problems(error)) from None


def _problems(error: ValidationError) -> dict[str, str]:
    found = {}
    for each in error.errors(include_url=False, include_input=False):
        # The place begins with the type of the command, where that is known.
        name = str(each["loc"][1]) if len(each["loc"]) > 1 else "type"
        found[name] = name if name in KNOWN else "other"
    return found


KNOWN: Final = (
    "amount",
    "weight_grams",
    "carrier",
    "tracking_number",
    "code",
    "reason",
    "reference",
    "lines",
)
"""Fields that have a sentence of their own for what was typed wrong."""


def _amount(form: Form, name: str) -> str:
    """As people write it: with a comma, or with the sign of the currency before it."""
    typed = form.text(name, 40).lstrip("€$£ \N{NO-BREAK SPACE}").replace(" ", "")
    return typed.replace(",", ".") if typed.count(",") == 1 and "." not in typed else typed


def _number(form: Form, name: str) -> int | None:
    typed = form.text(name, 40)
    if not typed:
        return None
    if not (typed.isascii() and typed.isdecimal()):
        raise Unreadable(**{name: name})
    return int(typed)


def _box(form: Form, name: str) -> bool:
    return form.has(name)


def _notify(form: Form, name: str) -> bool | None:
    """Only a form that shows the switch says anything about the mail."""
    return form.has(name) if form.has("mails") else None


def _lines(form: Form, _name: str) -> list[dict[str, Any]] | None:
    """The quantities that were filled in, where the form asks for them."""
    if not form.has("each_line"):
        return None
    lines = []
    for name in form.names():
        typed = form.text(name, 40)
        if not name.startswith(EACH) or not typed or not typed.strip("0"):
            continue
        if not (typed.isascii() and typed.isdecimal()):
            raise Unreadable(**{name: "quantity"})
        lines.append({"line_id": name.removeprefix(EACH), "quantity": int(typed)})
    if not lines:
        raise Unreadable(lines="lines")
    return lines


_READERS: Final[Mapping[str, Callable[[Form, str], Any]]] = {
    "amount": _amount,
    "weight_grams": _number,
    "override": _box,
    "anew": _box,
    "notify": _notify,
    "lines": _lines,
}
