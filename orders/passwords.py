"""Passwords: which are taken. Length counts, rules about letters do not; what many people use is refused."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from orders.staff import PasswordUnfit

SHORTEST: Final = 8
ADVISED: Final = 12
LONGEST: Final = 256
_FEWEST_CHARACTERS: Final = 4
_SHORTEST_RUN: Final = 3
_ROWS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "!@#$%^&*()",
    "1qaz2wsx3edc4rfv5tgb",
    "1q2w3e4r5t6y7u8i9o0p",
)
_EDGES: Final = re.compile(r"^[\W\d_]{0,6}|[\W\d_]{0,6}$")
_LETTERS: Final = str.maketrans("4@30!1$57+", "aaeoiisstt")
"""The letters that signs and digits often stand in for."""


def normalised(password: str) -> str:
    """The password as it is hashed: composed (NFC), so that every keyboard makes the same of it."""
    return unicodedata.normalize("NFC", password)


def must_be_fit(password: str, *known: str) -> str:
    """The password, normalised. Raises PasswordUnfit where it is too short or too long, where many people use
    it, or where it is hardly more than one of the `known` words: one's own name, the shop's."""
    text = normalised(password)
    if any(unicodedata.category(character) == "Cs" or character == "\0" for character in text):
        raise PasswordUnfit("not_text")
    if len(text) < SHORTEST:
        raise PasswordUnfit("too_short", shortest=SHORTEST)
    if len(text) > LONGEST:
        raise PasswordUnfit("too_long", longest=LONGEST)
    plain = unicodedata.normalize("NFKC", text).casefold()
    if len(set(plain)) < _FEWEST_CHARACTERS or _is_repetition(plain) or _is_made_of_runs(plain):
        raise PasswordUnfit("too_simple")
    readings = set(_readings(plain))
    if readings & common():
        raise PasswordUnfit("common")
    if readings & _words_of(known):
        raise PasswordUnfit("own_name")
    return text


@cache
def common() -> frozenset[str]:
    """Words that stand behind the passwords most people use; numbers and signs around them change little."""
    text = Path(__file__).with_name("common_passwords.txt").read_text("utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


def _readings(plain: str) -> Iterable[str]:
    """The text as it is, without what stands around its word, and with signs read as the letters they stand
    in for; twice the same word is that word."""
    for text in (plain, plain.translate(_LETTERS)):
        for found in (text, _EDGES.sub("", text)):
            yield found
            half = len(found) // 2
            if found and found[:half] == found[half:]:
                yield found[:half]
    bare = _EDGES.sub("", plain)
    yield bare.translate(_LETTERS)


def _words_of(known: Iterable[str]) -> frozenset[str]:
    words: set[str] = set()
    for name in known:
        plain = unicodedata.normalize("NFKC", name).casefold()
        parts = [part for part in re.split(r"[\W_]+", plain) if len(part) > 2]
        words |= {*parts, plain, "".join(parts), ".".join(parts), "-".join(parts), "_".join(parts)}
    return frozenset(word for word in words if word)


def _is_repetition(plain: str) -> bool:
    """Whether it is one short piece again and again, such as abcabcabc."""
    return any(plain == (plain[:size] * len(plain))[: len(plain)] for size in range(1, 4))


def _is_made_of_runs(plain: str) -> bool:
    """Whether it is nothing but runs over the alphabet, the digits or a keyboard, there or back."""
    rows = [*_ROWS, *(row[::-1] for row in _ROWS)]
    at = 0
    while at < len(plain):
        size = 0
        for end in range(at + _SHORTEST_RUN, len(plain) + 1):
            piece = plain[at:end]
            if any(piece in row for row in rows) or piece == piece[0] * len(piece):
                size = end - at
        if not size:
            return False
        at += size
    return True
