"""Text from outside as a paper may hold it: what no font has is replaced by a sign that says so."""

import re
import unicodedata
from typing import Final

from documents.fonts import covered
from orders.showable import showable

SUBSTITUTE: Final = "\N{REPLACEMENT CHARACTER}"
"""Stands for every character that none of our fonts has."""
LONGEST_TEXT: Final = 300
LONGEST_WORD: Final = 20
_MAY_BREAK: Final = "\N{ZERO WIDTH SPACE}"
# A line may end after a hyphen anyhow.
_LONG_WORD: Final = re.compile(rf"[^\s-]{{{LONGEST_WORD + 1},}}|-{{{LONGEST_WORD + 1},}}")
_JOINERS: Final = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}"
_VARIANTS: Final = range(0xFE00, 0xFE10)


def fitted(text: str, most: int = LONGEST_TEXT) -> str:
    """The text on one line, at most so many characters, with only what a font of ours can show.

    Too long a text ends in an ellipsis. Characters that turn the direction of what stands around them are
    left out; those without a glyph become `SUBSTITUTE`, one for one.
    """
    plain = unicodedata.normalize("NFC", " ".join(showable(text[: 4 * most + 4]).split()))
    shown = "".join(_shown(character) for character in plain)
    return cut(shown, most)


def lines_of(text: str, most_lines: int, most: int = LONGEST_TEXT) -> list[str]:
    """The lines of a longer text, each fitted; an ellipsis stands for those beyond `most_lines`."""
    lines = [line for line in showable(text[: (most_lines + 1) * 2 * most]).split("\n") if line.strip()]
    kept = [fitted(line, most) for line in lines[:most_lines]]
    return [*kept, "…"] if len(lines) > most_lines else kept


def cut(text: str, most: int) -> str:
    """At most so many characters; a longer text ends in an ellipsis, never in half a letter."""
    if len(text) <= most:
        return text
    end = most - 1
    while end > 1 and unicodedata.category(text[end]).startswith("M"):
        end -= 1
    return f"{text[:end].rstrip()}…"


def breakable(text: str) -> str:
    """The text with places in its endless words where a line may end."""
    return _LONG_WORD.sub(lambda found: _with_breaks(found[0]), text)


def is_substituted(text: str) -> bool:
    """Whether the reader of this text misses a character."""
    return SUBSTITUTE in text


def _shown(character: str) -> str:
    if character in _JOINERS:
        return character
    if ord(character) in _VARIANTS or unicodedata.category(character) == "Cf":
        return ""
    return character if ord(character) in covered() else SUBSTITUTE


def _with_breaks(word: str) -> str:
    written: list[str] = []
    since = 0
    for character in word:
        # Never inside a letter with its marks, nor between two that join.
        joins = unicodedata.category(character).startswith("M") or character in _JOINERS
        if since >= LONGEST_WORD // 2 and not joins:
            written.append(_MAY_BREAK)
            since = 0
        written.append(character)
        since += 1
    return "".join(written)
