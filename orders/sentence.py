"""A sentence for people, kept as a key and its facts, and put into words only when it is read."""

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, StrictInt

from orders.money import Money

_MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


def _a_whole_moment(value: Any) -> Any:
    # In JSON a moment is a string, and to pydantic the string "1" is a second after the epoch.
    if isinstance(value, datetime) or (isinstance(value, str) and _MOMENT.match(value)):
        return value
    raise ValueError("not a moment")


Fact = Annotated[
    Money | Annotated[datetime, BeforeValidator(_a_whole_moment)] | StrictInt | str,
    Field(union_mode="left_to_right"),
]
"""What fills a hole: money, a moment, a count, or a word."""


class Sentence(BaseModel, frozen=True):
    """`key` names a text in every catalogue; `facts` fill its holes. Never holds personal data."""

    key: str
    facts: dict[str, Fact] = Field(default_factory=dict)


def sentence(key: str, /, **facts: Fact) -> Sentence:
    """A sentence from the catalogue, with the facts it speaks of."""
    return Sentence(key=key, facts=facts)
