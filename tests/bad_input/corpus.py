"""The corpus of bad input: strings that broke programs before, and the text fields they may come in by."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

FOLDER: Final = Path(__file__).parent
LONG_RUN: Final = "PAKHUIS_EXAMPLES" in os.environ
"""Set to a number of examples, 2000 for one, for the run that leaves nothing out."""

Steps = tuple[str | int, ...]
"""The way to a field: names of fields, and 0 for the first of a list."""


class Bad(NamedTuple):
    """One string of the corpus, with the class it is of and what it is for."""

    text: str
    class_: str
    note: str

    def __str__(self) -> str:
        shown = ascii(self.text)
        return f"{self.class_}: {shown if len(shown) < 80 else shown[:76] + '…' + shown[-1]}"


def _read() -> tuple[Bad, ...]:
    rows = json.loads((FOLDER / "corpus.json").read_text())
    return tuple(Bad(_text(row), row["class"], row["note"]) for row in rows)


def _text(row: Mapping[str, Any]) -> str:
    if "repeat" not in row:
        return str(row["text"])
    unit, times = row["repeat"]
    return f"{row.get('before', '')}{unit * times}{row.get('after', '')}"


CORPUS: Final = _read()


def share(number: int, one_in: int) -> tuple[Bad, ...]:
    """What field `number` of a way in is given: one string in so many, and those that another field is not
    given, so that as many fields are given all of them; in a long run, each is."""
    return CORPUS if LONG_RUN else CORPUS[number % one_in :: one_in]


def is_text(text: str) -> bool:
    """Whether it can be written in UTF-8 at all: half a surrogate pair cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def text_fields(schema: Mapping[str, Any]) -> Iterator[Steps]:
    """Every place in a JSON schema where a string may stand, found by walking it."""
    definitions = schema.get("$defs", {})

    def walk(part: Mapping[str, Any], way: Steps) -> Iterator[Steps]:
        if "$ref" in part:
            yield from walk(definitions[part["$ref"].rsplit("/", 1)[1]], way)
        choices = part.get("anyOf", part.get("oneOf", ()))
        if part.get("type") == "string" or any(choice.get("type") == "string" for choice in choices):
            yield way
        for choice in choices:
            if choice.get("type") != "string":
                yield from walk(choice, way)
        for name, field in part.get("properties", {}).items():
            yield from walk(field, (*way, name))
        if "items" in part:
            yield from walk(part["items"], (*way, 0))

    yield from walk(schema, ())


def put(body: Any, way: Steps, value: Any) -> Any:
    """The body with this value in the field; the body itself stays as it was."""
    if not way:
        return value
    step, rest = way[0], way[1:]
    if isinstance(step, int):
        return [put(body[0] if body else None, rest, value), *(body or ())[1:]]
    return {**(body or {}), step: put((body or {}).get(step), rest, value)}


def at(body: Any, way: Steps) -> Any:
    """What stands in the field."""
    for step in way:
        # A field that says nothing may be left out.
        body = body.get(step, "") if isinstance(body, dict) else body[step]
    return body


def path(way: Steps) -> str:
    """The field as the door names it."""
    return ".".join(str(step) for step in way)
