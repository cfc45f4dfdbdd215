"""What is to be said about an order while it is read: warnings, and the refusal that ends the reading."""

import re
from typing import Final

from orders.sentence import Fact, Sentence, sentence

MOST_WARNINGS: Final = 50


class Refused(Exception):
    """This order cannot be taken in; `reason` says why, `field` where in the order."""

    def __init__(self, key: str, where: str | None = None, /, **facts: Fact) -> None:
        super().__init__(key)
        self.reason = sentence(key, **facts)
        self.field = where


class Notes:
    """The warnings of one order, each said once and at most MOST_WARNINGS of them."""

    def __init__(self) -> None:
        self._warnings: dict[str, Sentence] = {}

    def warn(self, key: str, /, **facts: Fact) -> None:
        self._warnings.setdefault(f"{key} {facts}", sentence(key, **facts))

    @property
    def warnings(self) -> tuple[Sentence, ...]:
        said = tuple(self._warnings.values())
        left = len(said) - MOST_WARNINGS
        if left <= 0:
            return said
        return (*said[:MOST_WARNINGS], sentence("ecwid.more_warnings", count=left))


def shown(value: object) -> str:
    """A foreign word as a sentence may repeat it: short, and plain enough to hold no address or token."""
    if not isinstance(value, str) or "://" in value:
        return "…"
    return re.sub(r"[^A-Za-z0-9_ .,#/+-]", "?", value[:40])
