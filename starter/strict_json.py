"""Reading JSON strictly: what two readers could understand in two ways is refused."""

import json
from math import isfinite
from typing import Any, Final, NoReturn

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


def loads(raw: bytes) -> Any:
    """The value of UTF-8 bytes; one byte order mark in front is passed over, as Windows programs write it.

    Raises ValueError for what is no JSON, other encodings, repeated keys, NaN, numbers without end and
    endless nesting."""
    # Given bytes, json would guess at UTF-16 and 32, and let half a surrogate pair pass as three bytes.
    text = raw.removeprefix(BYTE_ORDER_MARK).decode("utf-8")
    try:
        return json.loads(
            text, object_pairs_hook=_each_key_once, parse_constant=_no_constant, parse_float=_finite
        )
    except RecursionError:
        raise ValueError("nested too deep") from None


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is repeated")
    return found


def _finite(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        raise ValueError("a number without end")
    return number


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
