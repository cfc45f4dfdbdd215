"""A sentence for people, kept as a key and its facts, and put into words only when it is read."""

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StrictInt

from orders.money import Money

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}(Z|[+-][0-9]{2}:[0-9]{2})")


def _a_whole_moment(value: Any) -> Any:
    # In JSON a moment is a string, and to pydantic the string "1" is a second after the epoch.
    if isinstance(value, datetime) or (isinstance(value, str) and _MOMENT.fullmatch(value)):
        return value
    raise ValueError("not a moment")


def _that_can_be_told(moment: datetime) -> datetime:
    # A word that only looks like a moment stays a word: one without a zone, or at the edge of the calendar,
    # could not be put into words, and the order it belongs to not be shown any more.
    if moment.tzinfo is None or not 1970 <= moment.year <= 2199:
        raise ValueError("not a moment of ours")
    return moment


class Sentence(BaseModel, frozen=True):
    """`key` names a text in every catalogue; `facts` fill its holes. Never holds personal data."""

    key: str
    facts: "dict[str, Fact]" = Field(default_factory=dict)


Fact = Annotated[
    Money
    | Annotated[datetime, BeforeValidator(_a_whole_moment), AfterValidator(_that_can_be_told)]
    | StrictInt
    | str
    | Sentence,
    Field(union_mode="left_to_right"),
]
"""What fills a hole: money, a moment, a count, a word, or a sentence within the sentence."""
Sentence.model_rebuild()


def sentence(key: str, /, **facts: Fact) -> Sentence:
    """A sentence from the catalogue, with the facts it speaks of."""
    return Sentence(key=key, facts=facts)
