"""Address labels in ZPL, the language of thermal printers, for 203 dots to the inch."""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from documents.labels import WIDTH_DOTS, bars_that_fit, details_of, order_of, remarks_of, to_of
from documents.marks import squares
from documents.models import AddressLabel, Paper
from documents.texts import cut
from documents.words import Words, fitted_all
from orders.paper import LabelSize, PaperFormat

HEIGHT_DOTS: Final = {LabelSize.FOUR_BY_SIX: 1218, LabelSize.A6: 1183}
MISSING: Final = "?"
"""Stands for what the font inside a printer does not have."""
_EDGE: Final = 34
# The printer's own scalable font has the letters of European languages; other scripts are not built in.
_LAST_LATIN: Final = 0x024F
_GREEK_AND_CYRILLIC: Final = range(0x0370, 0x0530)
_ALSO: Final = "‐‑‒–—‘’‚“”„†•…‰‹›€№™"
_COMMANDS: Final = "^~\\_"
_LETTER_WIDTH: Final = 0.58
"""Of its height, on the average and then some: a line that fits by it is not cut."""


class Field(NamedTuple):
    """A line of text: where, how high, and what."""

    x: int
    y: int
    height: int
    text: str


def zpl_labels(wanted: Sequence[AddressLabel], size: LabelSize) -> Paper:
    """The labels one behind the other, in their order, as UTF-8."""
    drawn = [_label(label, size) for label in wanted]
    return Paper(
        content="".join(text for text, _ in drawn).encode(),
        format=PaperFormat.ZPL,
        is_substituted=any(substituted for _, substituted in drawn),
    )


def escaped(text: str) -> str:
    """The text for a field after ^FH: what begins a command is written as its number, and is none."""
    return "".join(
        f"_{ord(character):02X}" if character in _COMMANDS or ord(character) < 32 else character
        for character in text
    )


def _label(label: AddressLabel, size: LabelSize) -> tuple[str, bool]:
    fields = [(field, _printable(field.text)) for field in _fields(label, size)]
    code = str(label.code)
    parts = ["^XA^CI28", f"^PW{WIDTH_DOTS[size]}^LL{HEIGHT_DOTS[size]}^LH0,0"]
    parts += [
        f"^FO{field.x},{field.y}^A0N,{field.height},{field.height}^FH^FD{escaped(text)}^FS"
        for field, text in fields
    ]
    line = f"^GB{WIDTH_DOTS[size] - 2 * _EDGE},3,3^FS"
    parts += [f"^FO{_EDGE},204{line}", f"^FO{_EDGE},790{line}"]
    if bars := bars_that_fit(code, WIDTH_DOTS[size]):
        # In the middle; the quiet zone around it is the printer's to leave out.
        start = (WIDTH_DOTS[size] - bars.modules * bars.dots) // 2 + 10 * bars.dots
        parts.append(f"^FO{start},808^BY{bars.dots}^BCN,128,N,N,N,A^FH^FD{escaped(code)}^FS")
    # Error correction M, and A: the printer chooses how the characters are packed.
    parts.append(f"^FO{_EDGE},954^BQN,2,{_square_dots(code)}^FH^FDMA,{escaped(code)}^FS")
    is_substituted = any(MISSING in text and text != field.text for field, text in fields)
    return "\n".join([*parts, "^XZ"]) + "\n", is_substituted


def _square_dots(code: str) -> int:
    return 6 if squares(code)[1] <= 37 else 4


def _fields(label: AddressLabel, size: LabelSize) -> Iterator[Field]:
    say = Words(label.language)
    width = WIDTH_DOTS[size] - 2 * _EDGE
    yield Field(_EDGE, 26, 20, say("label.from"))
    sender = fitted_all((label.shop.name, *label.shop.address))[:6]
    yield from _stacked(_EDGE, 50, 22, 3, _cut_all(sender, 22, width))
    yield Field(_EDGE, 220, 20, to_of(label))
    address = fitted_all(label.address)
    height = _height_for(address, width, 420)
    yield from _stacked(_EDGE, 252, height, height // 5, _cut_all(address, height, width))
    yield from _stacked(_EDGE, 690, 24, 0, _cut_all(remarks_of(label), 24, width))
    beside = _EDGE + (squares(str(label.code))[1] - 4) * _square_dots(str(label.code))
    room = width + _EDGE - beside
    yield Field(beside, 954, 42, *_cut_all([order_of(label)], 42, room))
    yield from _stacked(beside, 1006, 24, 5, _cut_all([str(label.code), *details_of(label)], 24, room))


def _stacked(x: int, y: int, height: int, gap: int, texts: Sequence[str]) -> Iterator[Field]:
    for index, text in enumerate(texts):
        yield Field(x, y + index * (height + gap), height, text)


def _height_for(texts: Sequence[str], width: int, height: int) -> int:
    """The largest letters in which all lines fit their place."""
    longest = max((len(text) for text in texts), default=1)
    by_width = int(width / (longest * _LETTER_WIDTH))
    by_height = int(height / (max(1, len(texts)) * 1.2))
    return max(18, min(56, by_width, by_height))


def _cut_all(texts: Sequence[str], height: int, width: int) -> list[str]:
    return [cut(text, max(1, int(width / (height * _LETTER_WIDTH)))) for text in texts]


def _printable(text: str) -> str:
    plain = unicodedata.normalize("NFC", text)
    return "".join(character if _is_built_in(character) else MISSING for character in plain)


def _is_built_in(character: str) -> bool:
    point = ord(character)
    return 32 <= point <= _LAST_LATIN or point in _GREEK_AND_CYRILLIC or character in _ALSO
