"""The shape of a step as a form: what it asks, what it sends along, and what its click would mail."""

from typing import Final, Literal

from pydantic import BaseModel

from desk.staff.forms import Form
from desk.staff.shell import fresh_command_id
from orders.commands import Command

EACH: Final = "quantity."
"""The field of a line's quantity is named so, followed by the line's id."""


LONGEST: Final = 10_000
"""Characters of a field that are drawn again; more is no slip of the pen."""


class Choice(BaseModel, frozen=True):
    value: str
    name: str


class Field(BaseModel, frozen=True):
    """One thing that is asked. `kind` says how: written, a whole number, an amount of money, or one of
    `choices`."""

    name: str
    label: str
    kind: Literal["text", "number", "amount", "choice"] = "text"
    value: str = ""
    hint: str = ""
    is_required: bool = False
    longest: int = 200
    choices: tuple[Choice, ...] = ()
    """Of a written field: what is offered while one types."""
    problem: str = ""

    @property
    def html_id(self) -> str:
        return self.name.replace(".", "-")


class MailLine(BaseModel, frozen=True):
    """A mail that a click will cause."""

    recipient: str
    subject: str
    can_be_switched_off: bool
    is_on: bool = True


class Filled(BaseModel, frozen=True):
    """A form as somebody filled it in, to be drawn again with what was wrong beside each field."""

    key: str
    command_id: str
    values: dict[str, str]
    problems: dict[str, str]
    mails: bool = True

    @classmethod
    def of(cls, form: Form, problems: dict[str, str]) -> "Filled":
        return cls(
            key=form.text("key", 80),
            command_id=form.text("command_id", 100),
            values={name: form.text(name, LONGEST) for name in form.names()},
            problems=problems,
            mails=form.has("notify") or not form.has("mails"),
        )


class Step(BaseModel, frozen=True):
    """One command that may be given now. `key` names it on its page; `each_line` leads to the page where
    quantities are chosen line by line."""

    key: str
    type: str
    title: str
    hidden: tuple[tuple[str, str], ...] = ()
    fields: tuple[Field, ...] = ()
    explains: str = ""
    is_danger: bool = False
    mail: MailLine | None = None
    each_line: str = ""
    link: tuple[str, str] | None = None
    """A page made for this work: what it is called, and where it is."""
    command_id: str = ""
    problem: str = ""
    """What is wrong about the whole, or about something that has no field of its own here."""
    is_filled: bool = False
    """Somebody filled it in, and it could not be taken."""

    def drawn(self, filled: Filled | None = None) -> "Step":
        """As it stands on a page: with an id of its own, or as somebody filled it in."""
        if filled is None or filled.key != self.key:
            return self.model_copy(update={"command_id": fresh_command_id()})
        fields = tuple(
            each.model_copy(
                update={
                    "value": filled.values.get(each.name, ""),
                    "problem": filled.problems.get(each.name, ""),
                }
            )
            for each in self.fields
        )
        shown = {each.name for each in fields}
        others = [problem for name, problem in filled.problems.items() if name not in shown]
        mail = self.mail and self.mail.model_copy(update={"is_on": filled.mails})
        return self.model_copy(
            update={
                "fields": fields,
                "command_id": filled.command_id or fresh_command_id(),
                "problem": others[0] if others else "",
                "mail": mail,
                "is_filled": True,
            }
        )


class Offer(BaseModel, frozen=True, arbitrary_types_allowed=True):
    """A step, and a command like the one it would send: by which the rules are asked whether it may be."""

    step: Step
    probe: Command
