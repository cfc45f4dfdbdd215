"""Code 128: a short text as bars that any scanner reads (ISO/IEC 15417)."""

from collections.abc import Iterator
from typing import Final

_WIDTHS: Final = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222"
    "123122123221223211221132221231213212223112312131311222321122321221312212322112322211212123212321"
    "232121111323131123131321112313132113132311211313231113231311112133112331132131113123113321133121"
    "313121211331231131213113213311213131311123311321331121312113312311332111314111221411431111111224"
    "111422121124121421141122141221112214112412122114122411142112142211241211221114413111241112134111"
    "111242121142121241114212124112124211411212421112421211212141214121412121111143111341131141114113"
    "114311411113411311113141114131311141411131211412211214211232"
)
_PATTERNS: Final = tuple(_WIDTHS[at : at + 6] for at in range(0, len(_WIDTHS), 6))
"""Widths of bar and space in turn, per value."""
_STOP: Final = "2331112"
_TO_C, _TO_B, _START_B, _START_C = 99, 100, 104, 105
_FIRST: Final = 32


class NotInCode128(ValueError):
    """A character that set B does not have."""


def widths(text: str) -> tuple[int, ...]:
    """Bar, space, bar … in modules, without the quiet zones. Raises NotInCode128 for anything but printable
    ASCII."""
    if not text or any(not _FIRST <= ord(character) < 127 for character in text):
        raise NotInCode128(text)
    values = list(_values(text))
    total = values[0] + sum(position * value for position, value in enumerate(values[1:], start=1))
    symbols = [*(_PATTERNS[value] for value in (*values, total % 103)), _STOP]
    return tuple(int(width) for symbol in symbols for width in symbol)


def _values(text: str) -> Iterator[int]:
    """Set C for runs of digits that save room, set B for the rest."""
    in_c = _digits_at(text, 0) >= (2 if len(text) == 2 else 4)
    yield _START_C if in_c else _START_B
    at = 0
    while at < len(text):
        digits = _digits_at(text, at)
        if in_c and digits < 2:
            in_c = False
            yield _TO_B
        elif not in_c and digits >= (4 if at + digits == len(text) else 6) and digits % 2 == 0:
            in_c = True
            yield _TO_C
        if in_c:
            yield int(text[at : at + 2])
            at += 2
        else:
            yield ord(text[at]) - _FIRST
            at += 1


def _digits_at(text: str, at: int) -> int:
    end = at
    while end < len(text) and text[end] in "0123456789":
        end += 1
    return end - at
