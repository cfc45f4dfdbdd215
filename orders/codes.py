"""Codes that people read out and type over: of gift cards, and for the counter."""

import secrets
import unicodedata
from collections.abc import Callable, Iterable
from typing import Final

from orders.errors import OrderError
from orders.sentence import Fact

Random = Callable[[int], int]
"""A number from 0 up to, not including, its argument; each as likely, and not to be foreseen."""

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O and U. A letter that looks like a digit is read as that digit."""

RANDOM_CHARACTERS: Final = 25
"""125 random bits: nobody guesses a code, whatever he may try (RELIABILITY.md S14)."""
GIFT_CARD_CODE_LENGTH: Final = RANDOM_CHARACTERS + 1
PICKUP_CODE_LENGTH: Final = 6
_GROUPS: Final = (5, 5, 5, 5, 6)
_LONGEST_INPUT: Final = 200

_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
# The field of 32 elements is counted in powers of x, modulo the primitive polynomial x^5 + x^2 + 1.
_POLYNOMIAL: Final = 0b100101


class CodeMistyped(OrderError):
    """Nobody was ever given this code: a character is wrong, missing or swapped. Never holds the code."""

    def __init__(self, key: str = "page.gift_card_code.mistyped", /, **facts: Fact) -> None:
        super().__init__(key, **facts)


def new_gift_card_code(randbelow: Random = secrets.randbelow) -> str:
    """A fresh code: 25 random characters and a check character, without groups."""
    values = [randbelow(len(ALPHABET)) for _ in range(RANDOM_CHARACTERS)]
    return "".join(ALPHABET[value] for value in (*values, _times_x(_sum(values))))


def write_code(code: str) -> str:
    """A gift-card code as it is shown to people, in groups: XXXXX-XXXXX-XXXXX-XXXXX-XXXXXX."""
    groups = []
    for length in _GROUPS:
        groups.append(code[:length])
        code = code[length:]
    return "-".join(groups)


def read_code(text: str) -> str:
    """The gift-card code a person typed, without groups.

    Case, blanks and dashes do not matter, and O is read as 0, I and L as 1. CodeMistyped for anything that
    cannot be a code of ours; every single wrong character and every two swapped ones are noticed.
    """
    characters = _plain(text)
    if len(characters) != GIFT_CARD_CODE_LENGTH:
        raise CodeMistyped("page.gift_card_code.wrong_length", length=GIFT_CARD_CODE_LENGTH)
    values = [_VALUES.get(character) for character in characters]
    known = [value for value in values if value is not None]
    if len(known) != len(values) or _sum(known) != 0:
        raise CodeMistyped()
    return "".join(ALPHABET[value] for value in known)


def new_pickup_code(randbelow: Random = secrets.randbelow) -> str:
    """A fresh code for the counter: 6 digits, of which the first may be 0."""
    return f"{randbelow(10**PICKUP_CODE_LENGTH):0{PICKUP_CODE_LENGTH}}"


def read_pickup_code(text: str) -> str | None:
    """The 6 digits a person typed, with or without blanks and dashes; None if that is not what they are."""
    characters = _plain(text)
    is_code = len(characters) == PICKUP_CODE_LENGTH and all(each in "0123456789" for each in characters)
    return characters if is_code else None


def _sum(values: Iterable[int]) -> int:
    """The check sum: each value times its own power of x, added up in the field of 32 elements.

    No two powers within a code are the same and none is nothing, so one wrong character always changes the
    sum, and so do two different ones that change places, neighbours or not. The check character makes the
    sum of the whole code 0, and is one of the same 32.
    """
    total = 0
    for value in values:
        total = _times_x(total) ^ value
    return total


def _times_x(value: int) -> int:
    value <<= 1
    return value ^ _POLYNOMIAL if value & 0b100000 else value


def _plain(text: str) -> str:
    """What was typed in capitals, wide letters made narrow, without white space and dashes of any kind."""
    if len(text) > _LONGEST_INPUT:
        return ""
    capitals = unicodedata.normalize("NFKC", text).upper()
    # U+2212 is the minus sign, which is no dash to Unicode; U+200B and its like have no width.
    return "".join(
        each
        for each in capitals
        if not each.isspace() and each != "\u2212" and unicodedata.category(each) not in ("Pd", "Cf")
    )
