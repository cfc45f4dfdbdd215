"""Bytes into JSON values: exact numbers, no key twice, no depth that could do harm."""

import json
from decimal import Decimal, InvalidOperation
from typing import Final

from orders.sentence import Fact, Sentence, sentence
from starter.ecwid.notes import shown

MOST_BYTES: Final = 32 * 1024 * 1024
MOST_LEVELS: Final = 64
MOST_DIGITS: Final = 60
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class UnreadableBody(ValueError):
    """The bytes hold no JSON that can be read; `reason` says why."""

    def __init__(self, key: str, /, **facts: Fact) -> None:
        super().__init__(key)
        self.reason: Sentence = sentence(key, **facts)


def parse(raw: bytes) -> object:
    """The JSON value in UTF-8 bytes, fractions as Decimal; UnreadableBody for anything else.

    One byte order mark in front is passed over, as Windows programs write it. A key that comes twice in one
    object, NaN, Infinity, a number of absurd length and more than MOST_LEVELS levels are refused.
    """
    if len(raw) > MOST_BYTES:
        raise UnreadableBody("ecwid.body_too_large", most=MOST_BYTES // (1024 * 1024))
    try:
        text = raw.removeprefix(BYTE_ORDER_MARK).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableBody("ecwid.body_not_utf8") from error
    if not text.strip():
        raise UnreadableBody("ecwid.body_empty")
    try:
        body: object = json.loads(
            text,
            parse_float=_fraction,
            parse_int=_whole,
            parse_constant=_no_number,
            object_pairs_hook=_without_repeats,
        )
    except json.JSONDecodeError as error:
        raise UnreadableBody("ecwid.body_not_json", line=error.lineno, column=error.colno) from error
    except RecursionError as error:
        raise UnreadableBody("ecwid.body_too_deep", most=MOST_LEVELS) from error
    if is_too_deep(body):
        raise UnreadableBody("ecwid.body_too_deep", most=MOST_LEVELS)
    return body


def is_too_deep(body: object) -> bool:
    """Whether lists and objects lie in each other more than MOST_LEVELS deep."""
    level = [body]
    for _ in range(MOST_LEVELS + 1):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise UnreadableBody("ecwid.number_too_long", most=MOST_DIGITS)
    return int(digits)


def _fraction(digits: str) -> Decimal:
    # No price or rate needs more, and arithmetic on longer ones costs time.
    if len(digits) > MOST_DIGITS:
        raise UnreadableBody("ecwid.number_too_long", most=MOST_DIGITS)
    try:
        return Decimal(digits)
    except InvalidOperation as error:  # An exponent beyond any measure.
        raise UnreadableBody("ecwid.number_too_long", most=MOST_DIGITS) from error


def _no_number(word: str) -> object:
    raise UnreadableBody("ecwid.not_a_json_number", value=shown(word))


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    # Two readers of the same order must not see two different orders.
    seen: dict[str, object] = {}
    for key, value in pairs:
        if key in seen:
            raise UnreadableBody("ecwid.key_twice", key=shown(key))
        seen[key] = value
    return seen
