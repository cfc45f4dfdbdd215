"""The fonts of the papers: which there are, and which characters they have."""

import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).with_name("fonts")
FAMILIES: Final = ("Noto Sans", "Noto Sans Hebrew", "Noto Sans Arabic", "Noto Sans Thai")
"""In the order they are asked for a character; the templates name the same."""
_LARGEST_BLOCK: Final = 0x20000


@cache
def covered() -> frozenset[int]:
    """Every code point for which one of our fonts has a glyph, in regular and in bold."""
    return _union("Regular") & _union("Bold")


def _union(weight: str) -> frozenset[int]:
    files = sorted(FOLDER.glob(f"*-{weight}.ttf"))
    return frozenset(point for file in files for point in code_points(file.read_bytes()))


def code_points(font: bytes) -> Iterator[int]:
    """The code points that a TrueType font maps to a glyph (OpenType, table `cmap`, formats 4 and 12)."""
    for position in range(struct.unpack_from(">H", font, 4)[0]):
        tag, _, start, _ = struct.unpack_from(">4sIII", font, 12 + 16 * position)
        if tag != b"cmap":
            continue
        for table in range(struct.unpack_from(">H", font, start + 2)[0]):
            offset = start + struct.unpack_from(">I", font, start + 4 + 8 * table + 4)[0]
            match struct.unpack_from(">H", font, offset)[0]:
                case 4:
                    yield from _in_segments(font, offset)
                case 12:
                    yield from _in_groups(font, offset)
                case _:
                    pass


def _in_segments(font: bytes, offset: int) -> Iterator[int]:
    count = struct.unpack_from(">H", font, offset + 6)[0] // 2
    ends = offset + 14
    starts, deltas, ranges = (ends + 2 + 2 * count * each for each in (1, 2, 3))
    for segment in range(count):
        (last,) = struct.unpack_from(">H", font, ends + 2 * segment)
        (first,) = struct.unpack_from(">H", font, starts + 2 * segment)
        (delta,) = struct.unpack_from(">H", font, deltas + 2 * segment)
        (jump,) = struct.unpack_from(">H", font, ranges + 2 * segment)
        for point in range(first, last + 1):
            if point == 0xFFFF:
                continue
            if jump:
                at = ranges + 2 * segment + jump + 2 * (point - first)
                (glyph,) = struct.unpack_from(">H", font, at)
                found = bool(glyph)
            else:
                found = bool((point + delta) & 0xFFFF)
            if found:
                yield point


def _in_groups(font: bytes, offset: int) -> Iterator[int]:
    (count,) = struct.unpack_from(">I", font, offset + 12)
    for group in range(count):
        first, last, glyph = struct.unpack_from(">III", font, offset + 16 + 12 * group)
        if last - first < _LARGEST_BLOCK:
            yield from (point for point in range(first, last + 1) if glyph + point - first)
