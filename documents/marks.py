"""Bars and squares as pictures of whole modules: Code 128 and QR."""

from collections.abc import Iterable, Sequence
from typing import Final

import segno

from documents import code128

QUIET_MODULES: Final = 10
"""The white that Code 128 needs on either side."""
QUIET_SQUARES: Final = 4


def bars(text: str) -> tuple[bytes, int]:
    """Code 128 of the text as SVG, one module high, with its quiet zones; and how many modules wide it is."""
    return _drawn([_row_of(code128.widths(text))])


def squares(text: str) -> tuple[bytes, int]:
    """A QR code of the text as SVG, with its quiet zone; and how many modules wide and high it is."""
    code = segno.make_qr(text, error="m", boost_error=False)
    return _drawn([[bool(module) for module in row] for row in code.matrix_iter(border=QUIET_SQUARES)])


def _row_of(widths: Iterable[int]) -> list[bool]:
    quiet = [False] * QUIET_MODULES
    return [*quiet, *(index % 2 == 0 for index, width in enumerate(widths) for _ in range(width)), *quiet]


def _drawn(rows: Sequence[Sequence[bool]]) -> tuple[bytes, int]:
    width = len(rows[0])
    path = "".join(
        f"M{start} {y}h{end - start}v1h-{end - start}z"
        for y, row in enumerate(rows)
        for start, end in _runs(row)
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{len(rows)}"'
        f' viewBox="0 0 {width} {len(rows)}" preserveAspectRatio="none"><path d="{path}"/></svg>'
    )
    return svg.encode(), width


def _runs(row: Sequence[bool]) -> Iterable[tuple[int, int]]:
    """Where each dark stretch begins and ends."""
    start = None
    for x, dark in enumerate((*row, False)):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            yield start, x
            start = None
