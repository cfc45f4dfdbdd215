"""Problems: what is wrong with one field, as a sentence in the reader's language."""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from pydantic_core import ErrorDetails

from orders.sentence import Fact, Sentence, sentence

_LONGEST_FACT: Final = 300
_QUOTED: Final = re.compile(r"'((?:[^'\\]|\\.)*)'")


class Said(NamedTuple):
    """A text of the catalogue `problem`, and where each of its facts stands in pydantic's error."""

    text: str
    facts: Mapping[str, str] = {}


ELSE: Final = "unexpected"
"""What is said of a problem that has no text of its own."""
_MISSING: Final = Said("missing")
_UNKNOWN: Final = Said("unknown_field")
_OBJECT: Final = Said("not_an_object")
_LIST: Final = Said("not_a_list")
_WHOLE: Final = Said("not_a_whole_number")
_NUMBER: Final = Said("not_a_number")
_MOMENT: Final = Said("not_a_moment")
_DURATION: Final = Said("not_a_duration")
_NOT_UTF8: Final = Said("not_unicode")
SAID: Final[Mapping[str, Said]] = {
    "missing": _MISSING,
    "union_tag_not_found": _MISSING,
    "extra_forbidden": _UNKNOWN,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dict_type": _OBJECT,
    "mapping_type": _OBJECT,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "too_short": Said("too_few", {"count": "min_length"}),
    "too_long": Said("too_many", {"count": "max_length"}),
    "string_type": Said("not_text"),
    "string_unicode": _NOT_UTF8,
    "invalid_key": _NOT_UTF8,
    "string_too_short": Said("too_short", {"count": "min_length"}),
    "string_too_long": Said("too_long", {"count": "max_length"}),
    "string_pattern_mismatch": Said("other_form", {"form": "pattern"}),
    "bool_type": Said("not_yes_or_no"),
    "bool_parsing": Said("not_yes_or_no"),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "greater_than_equal": Said("too_small", {"least": "ge"}),
    "less_than_equal": Said("too_large", {"most": "le"}),
    "enum": Said("none_of_these", {"known": "expected"}),
    "literal_error": Said("none_of_these", {"known": "expected"}),
    "union_tag_invalid": Said("none_of_these", {"known": "expected_tags"}),
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "datetime_object_invalid": _MOMENT,
    "timezone_aware": Said("without_time_zone"),
    "time_delta_type": _DURATION,
    "time_delta_parsing": _DURATION,
}
"""By pydantic's type of error: every one that our models and calls can produce."""


class WrongField(ValueError):
    """A field that is wrong only beside others; `field` is its path in the noun that says so."""

    def __init__(self, field: str, text: str, /, **facts: Fact) -> None:
        self.field = field
        self.problem = problem(text, **facts)
        super().__init__(text)


def problem(text: str, /, **facts: Fact) -> Sentence:
    """What is wrong with a field, by the name of its text in the catalogue `problem`."""
    return sentence("problem." + text, **facts)


def problem_of(error: ErrorDetails | Mapping[str, Any]) -> Sentence:
    """What one of pydantic's errors says, in our words: a text of its own, else the general one."""
    context: Mapping[str, Any] = error.get("ctx") or {}
    if error["type"] == "unfit":
        return problem(context["text"], **context["facts"])
    if isinstance(beside_others := context.get("error"), WrongField):
        return beside_others.problem
    said = SAID.get(error["type"])
    if said is None or not all(name in context for name in said.facts.values()):
        return problem(ELSE)
    return problem(said.text, **{hole: _fact(name, context[name]) for hole, name in said.facts.items()})


def _fact(name: str, value: object) -> Fact:
    if isinstance(value, int):
        return value
    if name in ("expected", "expected_tags"):
        # As pydantic lists them, 'a', 'b' or 'c', there is an English word between them.
        return ", ".join(_QUOTED.findall(str(value)))[:_LONGEST_FACT]
    return str(value)[:_LONGEST_FACT]
