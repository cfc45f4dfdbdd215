"""One object of a store's own JSON, and how its fields are taken out, whatever they hold."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from orders.money import LARGEST_AMOUNT, Money, exponent
from starter.ecwid import texts
from starter.ecwid.notes import Notes, Refused

NUMBER: Final = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
LARGEST_NUMBER: Final = 10**15
# A moment outside these years is a mistake, not a date.
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100
# Ecwid writes "2024-09-04 07:22:09 +0000".
OFFSET_APART: Final = re.compile(r"\s+([+-]\d{2}:?\d{2})$")


def number(value: object) -> Decimal | None:
    """The number a JSON value holds, also when it was written as a string; None if it holds none."""
    if isinstance(value, str):
        return Decimal(value.strip()) if NUMBER.fullmatch(value.strip()) else None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    if isinstance(value, int):
        return Decimal(value) if abs(value) < LARGEST_NUMBER else None
    exact = Decimal(repr(value)) if isinstance(value, float) else value
    return exact if exact.is_finite() and abs(exact) < LARGEST_NUMBER else None


def moment(value: object) -> datetime | None:
    """The moment that a date in Ecwid's or RFC 3339's form or a UNIX timestamp names; None if it is none."""
    found: datetime | None = None
    try:
        if isinstance(value, str):
            found = _written(value.strip())
        elif (seconds := number(value)) is not None:
            found = datetime.fromtimestamp(int(seconds), UTC)
        found = found.astimezone(UTC) if found is not None else None
    except (ValueError, OverflowError, OSError):
        return None
    return found if found is not None and FIRST_YEAR <= found.year < LAST_YEAR else None


def _written(value: str) -> datetime | None:
    found = datetime.fromisoformat(OFFSET_APART.sub(r"\1", value))
    return found if found.tzinfo is not None else None


@dataclass(frozen=True)
class Part:
    """The fields of one object; `path` says where it lies in the order, `notes` hears what was odd."""

    values: Mapping[str, object]
    path: str
    notes: Notes

    def where(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def has(self, name: str) -> bool:
        """Whether the field says something: null, "" and empty lists and objects do not."""
        value = self.values.get(name)
        return value is not None and value != "" and value != [] and value != {}

    def text(self, name: str, most: int, *, lines: bool = False, is_html: bool = False) -> str:
        """The field's text, at most `most` characters; "" if there is none. Cutting it is warned about."""
        value = self.values.get(name)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            self.notes.warn("ecwid.not_a_text", field=self.where(name))
            return ""
        return self._fit(name, _digits(value) if not isinstance(value, str) else value, most, lines, is_html)

    def _fit(self, name: str, raw: str, most: int, lines: bool, is_html: bool) -> str:
        words = texts.without_html(raw) if is_html else raw
        if texts.has_unfit(words):
            self.notes.warn("ecwid.text_mended", field=self.where(name))
        fit = texts.paragraphs(words) if lines else texts.one_line(words)
        safe = texts.without_open_doors(fit)
        if safe != fit:
            self.notes.warn("ecwid.link_left_out", field=self.where(name))
        if len(safe) > most:
            self.notes.warn("ecwid.text_cut", field=self.where(name), most=most)
            return safe[: most - 1].rstrip() + "…"
        return safe

    def truth(self, name: str) -> bool | None:
        """The field's yes or no; None if it says neither."""
        value = self.values.get(name)
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.strip().lower() in ("true", "false"):
            return value.strip().lower() == "true"
        if value is not None and value != "":
            self.notes.warn("ecwid.not_yes_or_no", field=self.where(name))
        return None

    def amount(self, name: str, currency: str) -> Decimal | None:
        """The field's money in whole minor units of the currency; None if it says nothing.

        More decimals than the currency has are rounded half up, with a warning. Refused: a value that is no
        number, or below zero, or too large.
        """
        if not self.has(name):
            return None
        return self.money(name, self.values.get(name), currency)

    def money(self, name: str, value: object, currency: str) -> Decimal:
        """A value found in field `name`, as `amount` reads one."""
        found = number(value)
        if found is None:
            raise Refused("ecwid.not_an_amount", self.where(name), field=self.where(name))
        if found < 0:
            raise Refused("ecwid.amount_below_zero", self.where(name), field=self.where(name))
        if found > LARGEST_AMOUNT:
            raise Refused("ecwid.amount_too_large", self.where(name), field=self.where(name))
        kept = found.quantize(Decimal(1).scaleb(-exponent(currency)), ROUND_HALF_UP)
        if kept != found:
            self.notes.warn("ecwid.amount_rounded", field=self.where(name), kept=Money.of(kept, currency))
        return kept

    def part(self, name: str) -> "Part":
        """The object in the field; an empty one if there is none. Refused: anything else."""
        value = self.values.get(name) if self.has(name) else {}
        if not isinstance(value, dict):
            raise Refused("ecwid.not_an_object", self.where(name), field=self.where(name))
        return Part(value, self.where(name), self.notes)

    def parts(self, name: str) -> tuple["Part", ...]:
        """The objects in the field's list; none if there is no list. Refused: anything else."""
        value = self.values.get(name) if self.has(name) else []
        if not isinstance(value, list):
            raise Refused("ecwid.not_a_list", self.where(name), field=self.where(name))
        for index, inner in enumerate(value):
            if not isinstance(inner, dict):
                where = f"{self.where(name)}[{index}]"
                raise Refused("ecwid.not_an_object", where, field=where)
        return tuple(
            Part(inner, f"{self.where(name)}[{index}]", self.notes) for index, inner in enumerate(value)
        )

    @property
    def says_nothing(self) -> bool:
        return not any(self.has(name) for name in self.values)


def _digits(value: int | Decimal) -> str:
    # An int of thousands of digits cannot even be written.
    return str(value) if isinstance(value, Decimal) or abs(value) < LARGEST_NUMBER else ""
