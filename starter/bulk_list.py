"""Lists of tracking numbers as people paste them, or as a spreadsheet saves them: read line by line."""

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from pydantic import TypeAdapter, ValidationError

from db.bulk import MOST_ORDERS, Unread
from orders.commands import Carrier, TrackingNumber
from orders.sentence import Sentence, sentence

LONGEST_LINE: Final = 1_000
LONGEST_SHOWN: Final = 80
LARGEST_FILE: Final = 1_000_000
"""Bytes."""

_HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "order": ("order", "ordernumber", "orderno", "orderid", "ordername", "name", "number", "reference",
              "bestelling", "bestelnummer", "ordernummer", "nummer", "referentie"),
    "tracking": ("tracking", "trackingnumber", "trackingno", "trackingcode", "trackandtrace", "tracktrace",
                 "barcode", "zending", "zendingnummer", "volgnummer", "trackandtracecode", "tracktracecode"),
    "carrier": ("carrier", "carriername", "shippingcompany", "trackingcompany", "vervoerder", "bezorger"),
}  # fmt: skip
"""What a line of headings may call its columns, in both our languages and in exports of other programs."""
_WRITTEN_AS_TEXT: Final = re.compile(r'^="?([^"]*)"?$')
_SHORTENED: Final = re.compile(r"^[0-9]+([.,][0-9]+)?E\+?[0-9]+$", re.IGNORECASE)
_TRACKING: Final[TypeAdapter[str]] = TypeAdapter(TrackingNumber)
_CARRIER: Final[TypeAdapter[str]] = TypeAdapter(Carrier)


class Entry(NamedTuple):
    """One line that can be understood: which order, under what people call it, and its number."""

    line: int
    text: str
    order: str
    tracking_number: str | None
    carrier: str | None


class Understood(NamedTuple):
    entries: tuple[Entry, ...]
    unread: tuple[Unread, ...]


def decoded(raw: bytes) -> str:
    """The text of a file, in whichever way a spreadsheet has written it."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def understood(text: str, *, with_numbers: bool = True) -> Understood:
    """The entries of a list, and its other lines with why they are none. A line holds an order number, a
    tracking number and perhaps a carrier, with a tab, semicolon, comma or space between them; a line with
    headings may put the columns in any order. Without `with_numbers` an order number is enough.
    Nothing is ever calculated: a cell is its letters."""
    entries: list[Entry] = []
    unread: list[Unread] = []
    places: Sequence[str] = ("order", "tracking", "carrier")
    known: dict[str, Entry] = {}
    for number, line in _lines(text):
        cells = _cells(line)
        if headings := _headings(cells, with_numbers=with_numbers):
            places = headings
            continue
        if len(entries) + len(unread) >= MOST_ORDERS:
            unread.append(_unread(number, line, sentence("bulk.list.too_many", most=MOST_ORDERS)))
            break
        found = _entry(number, line, cells, places, with_numbers=with_numbers)
        if isinstance(found, Entry):
            before = known.get(found.order)
            if before is None:
                known[found.order] = found
                entries.append(found)
            elif before[3:] != found[3:]:
                unread.append(_unread(number, line, sentence("bulk.list.twice", line=before.line)))
        else:
            unread.append(_unread(number, line, found))
    return Understood(tuple(entries), tuple(unread))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that say anything, with their numbers."""
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        # Marks that nobody sees come along with what is copied from a page.
        clean = "".join(
            each for each in line if each == "\t" or unicodedata.category(each) not in ("Cc", "Cf", "Cs")
        )
        if clean.strip(" \t;,\N{NO-BREAK SPACE}"):
            yield number, clean


def _cells(line: str) -> list[str]:
    if len(line) > LONGEST_LINE:
        return []
    for delimiter in "\t;,":
        if delimiter in line:
            return [_plain(cell) for cell in next(csv.reader([line], delimiter=delimiter))]
    return [_plain(cell) for cell in line.split(maxsplit=2)]


def _plain(cell: str) -> str:
    """What a cell says; ="123" and '123 are how a spreadsheet is told that 123 is no number."""
    cell = cell.strip()
    if wrapped := _WRITTEN_AS_TEXT.match(cell):
        return wrapped[1].strip()
    return cell.removeprefix("'").strip().strip('"').strip()


def _headings(cells: Sequence[str], *, with_numbers: bool) -> tuple[str, ...] | None:
    """What the columns are, where this line names them."""
    plain = [re.sub(r"[^a-z]", "", cell.lower().replace("&", "and")) for cell in cells]
    found = tuple(next((name for name, ways in _HEADINGS.items() if cell in ways), "") for cell in plain)
    is_complete = "order" in found and ("tracking" in found or not with_numbers)
    return found if is_complete else None


def _entry(
    number: int, line: str, cells: Sequence[str], places: Sequence[str], *, with_numbers: bool
) -> Entry | Sentence:
    if not cells:
        return sentence("bulk.list.too_long")
    values: dict[str, str] = {}
    for name, cell in zip(places, cells, strict=False):
        if name:
            values.setdefault(name, cell)
    order = values.get("order", "").removeprefix("#").strip()
    tracking, carrier = values.get("tracking", ""), values.get("carrier", "")
    if not order or len(order) > 100:
        return sentence("bulk.list.no_order")
    if not with_numbers:
        return Entry(number, line[:LONGEST_SHOWN], order, None, None)
    if not tracking:
        return sentence("bulk.list.no_tracking")
    if _SHORTENED.match(tracking):
        return sentence("bulk.list.shortened")
    if not _fits(_TRACKING, tracking):
        return sentence("bulk.list.no_tracking_number")
    if carrier and not _fits(_CARRIER, carrier):
        return sentence("bulk.list.no_carrier")
    return Entry(number, line[:LONGEST_SHOWN], order, tracking, carrier or None)


def _fits(kind: TypeAdapter[str], value: str) -> bool:
    try:
        kind.validate_python(value)
    except ValidationError:
        return False
    return True


def _unread(number: int, line: str, problem: Sentence) -> Unread:
    return Unread(line=number, text=line.strip()[:LONGEST_SHOWN], problem=problem)
