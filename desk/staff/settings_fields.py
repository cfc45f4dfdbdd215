"""The fields of a settings form: how each is shown, what was typed in it, and what that means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final, NamedTuple

from desk.staff.forms import Form
from orders.problems import problem
from orders.sentence import Sentence
from orders.store_rules import LONGEST

SPARE_ROWS: Final = 3
UNITS: Final[Mapping[str, timedelta]] = {
    "days": timedelta(days=1),
    "hours": timedelta(hours=1),
    "minutes": timedelta(minutes=1),
    "seconds": timedelta(seconds=1),
}
"""The largest first: a duration is shown in the largest that it is a whole number of."""
_SPAN: Final = re.compile(r"\s*(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?\s*")
_BETWEEN_SPANS: Final = re.compile(r"[,;]|\b(?:and|en)\b")


class Shape(StrEnum):
    TEXT = "text"
    ADDRESS = "address"
    """Of a mailbox."""
    AREA = "area"
    LINES = "lines"
    """Several texts, each on a line of its own."""
    COLOUR = "colour"
    YES = "yes"
    TICKS = "ticks"
    UNTICKED = "unticked"
    """Several names of which those are kept that are not ticked."""
    CHOICE = "choice"
    NUMBER = "number"
    DURATION = "duration"
    ROWS = "rows"
    """Names, each with a text."""
    COUNTS = "counts"
    """Names, each with a whole number behind it, on a line of its own."""
    DAYS = "days"
    """Days, each with the hours a place is open on it."""
    HOURS = "hours"


class Typed(NamedTuple):
    """What stands in a field, as a person sees it."""

    text: str = ""
    unit: str = ""
    ticked: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()


class Unfit(Exception):
    """What was typed means nothing here; the sentence says what is wrong."""

    def __init__(self, said: Sentence) -> None:
        self.said = said
        super().__init__(said.key)


@dataclass(frozen=True)
class Field:
    """One field: the path of what it sets, and its shape."""

    path: str
    shape: Shape = Shape.TEXT
    choices: tuple[str, ...] = ()
    is_optional: bool = False
    """Whether it may be left empty, which means None."""
    is_dropped: bool = False
    """Whether what is left empty is not there at all."""
    named: str = ""
    """Under which name its words stand in the catalogue; by its path where it is empty."""
    about: str = ""
    """What it is about, by the name of its words: for the same field of several things."""
    form: str = ""
    """What its form is called in the catalogue, where it has one of its own."""
    longest: int = 2_000

    @property
    def word(self) -> str:
        return self.named or self.path.replace(".", "_")

    def shown(self, value: Any) -> Typed:
        """What the field shows of a value as it is set."""
        match self.shape:
            case Shape.YES:
                return Typed(ticked=("yes",) if value else ())
            case Shape.TICKS:
                return Typed(ticked=tuple(str(each) for each in value))
            case Shape.UNTICKED:
                return Typed(ticked=tuple(each for each in self.choices if each not in value))
            case Shape.LINES:
                return Typed(text="\n".join(value))
            case Shape.ROWS:
                return Typed(rows=tuple(value.items()))
            case Shape.COUNTS:
                return Typed(text="\n".join(f"{name} {count}" for name, count in value.items()))
            case Shape.DAYS:
                return Typed(rows=tuple((each["day"], each["hours"]) for each in value))
            case Shape.DURATION:
                return _duration_shown(value)
            case _:
                return Typed(text="" if value is None else str(value))

    def typed(self, form: Form) -> Typed:
        """What was typed in it."""
        match self.shape:
            case Shape.YES | Shape.TICKS | Shape.UNTICKED:
                return Typed(ticked=form.all(self.path))
            case Shape.DURATION:
                return Typed(text=form.text(self.path, 20), unit=form.text(f"{self.path}.unit", 20))
            case Shape.ROWS | Shape.DAYS:
                return Typed(rows=_rows(form, self.path))
            case _:
                return Typed(text=form.text(self.path, self.longest))

    def meant(self, typed: Typed) -> Any:
        """What was typed as a value to set. Raises Unfit; what it must be besides the settings say."""
        match self.shape:
            case Shape.YES:
                return bool(typed.ticked)
            case Shape.TICKS:
                return tuple(each for each in self.choices if each in typed.ticked)
            case Shape.UNTICKED:
                return tuple(each for each in self.choices if each not in typed.ticked)
            case Shape.LINES:
                return tuple(line.strip() for line in typed.text.splitlines() if line.strip())
            case Shape.ROWS:
                return _rows_meant(typed.rows)
            case Shape.COUNTS:
                return _counts_meant(typed.text)
            case Shape.DAYS:
                return tuple({"day": day, "hours": hours_meant(hours)} for day, hours in typed.rows)
            case Shape.HOURS:
                return hours_meant(typed.text) or None
            case Shape.DURATION:
                return self._duration(typed)
            case Shape.NUMBER:
                return self._number(typed.text)
            case Shape.COLOUR:
                return typed.text.lower()
            case _:
                return None if self.is_optional and not typed.text else typed.text

    def _number(self, text: str) -> int | None:
        if self.is_optional and not text:
            return None
        if not _is_whole(text):
            raise Unfit(problem("not_a_whole_number"))
        return int(text)

    def _duration(self, typed: Typed) -> timedelta | None:
        if self.is_optional and not typed.text:
            return None
        try:
            count = Decimal(typed.text.replace(",", "."))
        except InvalidOperation:
            raise Unfit(problem("not_a_number")) from None
        unit = UNITS.get(typed.unit)
        if unit is None or not count.is_finite():
            raise Unfit(problem("not_a_number"))
        if not 0 <= count <= 1_000_000:
            raise Unfit(problem("duration_out_of_bounds", most=LONGEST.days))
        return timedelta(seconds=round(float(count) * unit.total_seconds()))


def _duration_shown(value: timedelta | None) -> Typed:
    if value is None:
        return Typed(unit="days")
    name, unit = next(
        ((name, unit) for name, unit in UNITS.items() if value and not value % unit),
        ("seconds", UNITS["seconds"]),
    )
    return Typed(text=str(value // unit), unit=name)


def _rows(form: Form, path: str) -> tuple[tuple[str, str], ...]:
    names, texts = form.every(f"{path}.name"), form.every(f"{path}.text")
    pairs = ((name.strip()[:100], text.strip()[:400]) for name, text in zip(names, texts, strict=False))
    return tuple(pair for pair in pairs if any(pair))[:100]


def _rows_meant(rows: tuple[tuple[str, str], ...]) -> dict[str, str]:
    names = [name.casefold() for name, _ in rows]
    if len(set(names)) < len(names):
        raise Unfit(problem("name_twice"))
    return dict(rows)


def _counts_meant(text: str) -> dict[str, int]:
    """Each line as a name and its number: the last word of the line, so that a name may have spaces in it."""
    counts: dict[str, int] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _, count = line.replace("\t", " ").rpartition(" ")
        name = name.strip()
        if not name or not _is_whole(count):
            raise Unfit(problem("not_a_limit", line=line[:100]))
        if name in counts:
            raise Unfit(problem("limit_twice", sku=name[:100]))
        counts[name] = int(count)
    return counts


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 12


def hours_meant(text: str) -> str:
    """Hours as settings keep them, however a person writes them: "9-12.30 en 13:30 – 18" is
    "09:00-12:30, 13:30-18:00". What is no hours comes back as it is, to be refused."""
    spans = _BETWEEN_SPANS.split(text.strip())
    found = [_SPAN.fullmatch(span) for span in spans]
    if not text.strip() or not all(found):
        return text.strip()
    clocks = (each.groups() for each in found if each)
    return ", ".join(
        f"{int(first):02}:{past or '00'}-{int(last):02}:{by or '00'}" for first, past, last, by in clocks
    )


def value_at(settings: Mapping[str, Any], path: str) -> Any:
    """What stands at a path; None where nothing does."""
    place: Any = settings
    for step in path.split("."):
        place = place.get(step) if isinstance(place, Mapping) else None
    return place


def put_at(settings: dict[str, Any], path: str, value: Any, *, or_drop: bool = False) -> None:
    """Set what stands at a path; with `or_drop`, None takes it away."""
    *steps, last = path.split(".")
    place = settings
    for step in steps:
        place = place.setdefault(step, {})
    if or_drop and value is None:
        place.pop(last, None)
    else:
        place[last] = value
