"""Reading JSON strictly: what two readers could understand in two ways is refused."""

import json
from typing import Any, NoReturn


def loads(raw: bytes) -> Any:
    """The value. Raises ValueError for what is no JSON, for repeated keys, NaN and endless nesting."""
    try:
        return json.loads(raw, object_pairs_hook=_each_key_once, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is repeated")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
