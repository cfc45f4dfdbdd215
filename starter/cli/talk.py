"""How the command line speaks: in the reader's language, without what could harm a terminal."""

import json
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from orders.sentence import Fact, Sentence
from orders.store import LANGUAGES, Language
from orders.words import in_words, write

if TYPE_CHECKING:
    from pydantic import BaseModel

WIDE_ENOUGH = 160
"""How wide tables are drawn where no terminal limits them."""


class Talk:
    """The language of this run, and where its words go: answers to stdout, the rest to stderr."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self.language: Language = language_of(environment)

    def speak(self, language: str) -> None:
        """Speak this language from here on. Raises ValueError for one we do not know."""
        known = next((each for each in LANGUAGES if each == language.lower()), None)
        if known is None:
            raise ValueError(f"{language} is not one of {', '.join(LANGUAGES)}")
        self.language = known

    def say(self, key: str, /, **facts: Fact) -> str:
        """The words of this key of the command line's catalogue."""
        return in_words(self.language, Sentence(key=f"cli.{key}", facts=facts))

    def words(self, sentence: Sentence) -> str:
        return in_words(self.language, sentence)

    def fact(self, fact: Fact | None) -> str:
        return "" if fact is None else write(self.language, fact)

    @property
    def out(self) -> Console:
        return _console(sys.stdout.isatty(), stderr=False)

    @property
    def aside(self) -> Console:
        """For progress and errors."""
        return _console(sys.stderr.isatty(), stderr=True)

    def tell(self, key: str, /, **facts: Fact) -> None:
        """A sentence on stdout."""
        self.out.print(Text(printable(self.say(key, **facts))))

    def complain(self, text: str) -> None:
        """What went wrong, on stderr."""
        self.aside.print(Text(printable(text)), soft_wrap=True)


def language_of(environment: Mapping[str, str]) -> Language:
    """The first of ours that the locale asks for, else English."""
    said = next(
        (environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), ""
    )
    tag = said[:2].lower()
    return next((language for language in LANGUAGES if language == tag), "en")


def printable(text: str) -> str:
    """The text without characters that would move a terminal's cursor or change its colours."""
    return "".join(
        character if character.isprintable() or character == "\n" else "\N{REPLACEMENT CHARACTER}"
        for character in text
    )


def print_json(value: "BaseModel | object") -> None:
    """The value as JSON on stdout, in several lines, at once."""
    print(_json(value, indent=2), flush=True)


def print_json_line(value: object) -> None:
    """The value as JSON on one line of stdout, at once."""
    print(_json(value, indent=None), flush=True)


def _json(value: Any, indent: int | None) -> str:
    if hasattr(value, "model_dump_json"):
        return str(value.model_dump_json(indent=indent))
    return json.dumps(value, indent=indent, ensure_ascii=False, default=str)


def _console(is_terminal: bool, *, stderr: bool) -> Console:
    width = None if is_terminal else WIDE_ENOUGH
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False, width=width)


talk = Talk()
