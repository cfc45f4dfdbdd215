"""A scan at the packing table: which of the goods it means, and whether they still belong in the box."""

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from pydantic import BaseModel

LONGEST: Final = 200
MOST_AT_ONCE: Final = 9999
_MANY: Final = re.compile(r"([1-9][0-9]{0,3})\s*[*×]\s*(.+)")
_BY_PLACE: Final = re.compile(r"#([1-9][0-9]{0,3})")
_TRADE_NUMBER: Final = re.compile(r"[0-9]{8,14}")


class Expected(BaseModel, frozen=True):
    """One line of what goes into the box: how many belong in it, and how many were counted."""

    line_id: str
    sku: str = ""
    barcode: str = ""
    wanted: int
    counted: int = 0

    @property
    def left(self) -> int:
        return self.wanted - self.counted

    @property
    def has_code(self) -> bool:
        """Whether a scanner can tell it."""
        return bool(_plain(self.sku) or _plain(self.barcode))


class Count(BaseModel, frozen=True):
    """So many more units of a line; below zero, units that were taken out again."""

    line_id: str
    quantity: int


class Verdict(StrEnum):
    COUNTED = "counted"
    TOO_MANY = "too_many"
    """It belongs in the box, but not so many of it."""
    UNKNOWN = "unknown"
    """Nothing in the box has this code."""
    NOTHING = "nothing"
    """No code at all."""


class Scanned(BaseModel, frozen=True):
    """What a scan means. Only with COUNTED is anything counted."""

    verdict: Verdict
    code: str = ""
    quantity: int = 1
    line_ids: tuple[str, ...] = ()
    """The lines that have this code."""
    counts: tuple[Count, ...] = ()


def scan(typed: str, expected: Sequence[Expected]) -> Scanned:
    """What was scanned or typed: a SKU or a barcode, `12*` before it for twelve at once, or `#3` for the
    third line. Case does not matter, nor does a zero that a scanner puts before a trade number."""
    code, quantity = typed.strip()[:LONGEST], 1
    if not code:
        return Scanned(verdict=Verdict.NOTHING)
    lines = _with_code(code, expected)
    if not lines and (many := _MANY.fullmatch(code)):
        quantity, code = int(many[1]), many[2].strip()
        lines = _with_code(code, expected)
    if not lines:
        return Scanned(verdict=Verdict.UNKNOWN, code=code, quantity=quantity)
    counts = _spread(quantity, lines)
    return Scanned(
        verdict=Verdict.COUNTED if counts else Verdict.TOO_MANY,
        code=code,
        quantity=quantity,
        line_ids=tuple(line.line_id for line in lines),
        counts=counts,
    )


def is_same_code(one: str, other: str) -> bool:
    """Whether two codes are one to a scanner: EAN-13 writes a UPC with a zero before it."""
    first, second = _plain(one), _plain(other)
    return bool(first) and first == second


def _with_code(code: str, expected: Sequence[Expected]) -> tuple[Expected, ...]:
    found = tuple(
        line for line in expected if is_same_code(code, line.sku) or is_same_code(code, line.barcode)
    )
    place = None if found else _BY_PLACE.fullmatch(code)
    if place is None:
        return found
    return tuple(expected[int(place[1]) - 1 : int(place[1])])


def _spread(quantity: int, lines: Sequence[Expected]) -> tuple[Count, ...]:
    """All of the quantity, over the lines that have room; nothing where there is too little room."""
    counts = []
    for line in lines:
        part = min(quantity, max(0, line.left))
        if part:
            counts.append(Count(line_id=line.line_id, quantity=part))
            quantity -= part
    return () if quantity else tuple(counts)


def _plain(code: str) -> str:
    plain = "".join(unicodedata.normalize("NFKC", code).casefold().split())
    return plain.zfill(14) if _TRADE_NUMBER.fullmatch(plain) else plain
