"""The words: every sentence for people, in each language a store can speak, found by its key.

A catalogue is a folder per language with TOML files. `say("nl", "mail.shipped.subject", number="1042")`
reads `[shipped] subject` of `nl/mail.toml` and fills its holes. A hole is `{number}`, or `{pay_before:date}`
and `{at:time}` for half of a moment. A table of just `one` and `other` is a plural, chosen by `count`.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from orders.money import Money
from orders.sentence import Fact, Sentence
from orders.store import LANGUAGES, Language

TIME_ZONE: Final = "Europe/Amsterdam"
_FOLDER: Final = Path(__file__).parent
_HOLE: Final = re.compile(r"\{([a-z][a-z0-9_]*)(?::(date|time))?\}")
_PLURAL: Final = frozenset({"one", "other"})
# British English: the day before the month and a clock of 24 hours, as both our languages write it.
_LOCALE: Final[Mapping[Language, str]] = {"en": "en_GB", "nl": "nl_NL"}
_AT: Final[Mapping[Language, str]] = {"en": "at", "nl": "om"}
_MOMENT: Final[Mapping[Language, Mapping[str | None, str]]] = {
    language: {
        None: f"d MMMM y '{at}' HH:mm",
        "date": "d MMMM y",
        "time": "HH:mm",
        "short": "d MMM y",
        "day": "d MMM",
    }
    for language, at in _AT.items()
}


class WordsMissing(LookupError):
    """A text or one of its facts is not there: a mistake of ours, never shown to people as a raw key."""


def say(language: Language, key: str, /, *, time_zone: str = TIME_ZONE, **facts: Fact) -> str:
    """The text of this key with its holes filled.

    Money and moments are written as people of that language write them, moments in `time_zone`. Facts are
    put in as they are: braces inside them mean nothing. Facts without a hole are left out.
    WordsMissing if the key has no text or a hole has no fact.
    """
    return _filled(language, key, facts, time_zone)


def in_words(language: Language, sentence: Sentence, *, time_zone: str = TIME_ZONE) -> str:
    """A kept sentence, as this language says it. WordsMissing as for `say`."""
    return _filled(language, sentence.key, sentence.facts, time_zone)


@lru_cache(maxsize=4096)
def _money(language: Language, money: Money) -> str:
    # Babel is loaded on first use: workflows import `orders` and never write for people.
    from babel.numbers import format_currency

    return str(format_currency(money.decimal, money.currency, locale=_LOCALE[language]))


@lru_cache(maxsize=4096)
def _moment(language: Language, moment: datetime, time_zone: str, part: str | None) -> str:
    from babel.dates import format_datetime

    pattern = _MOMENT[language][part]
    return str(format_datetime(moment, pattern, tzinfo=_zone(time_zone), locale=_LOCALE[language]))


def write(language: Language, fact: Fact, *, time_zone: str = TIME_ZONE, part: str | None = None) -> str:
    """One fact as people of this language write it; of a moment, `part` may be "date" or "time", and
    where room is scarce "short" (a date) or "day" (without its year)."""
    match fact:
        case str():
            return fact
        case Money():
            return _money(language, fact)
        case datetime():
            if fact.tzinfo is None:
                raise ValueError("a moment needs its time zone before it can be written")
            return _moment(language, fact, time_zone, part)
        case Sentence():
            return in_words(language, fact, time_zone=time_zone)
        case _:
            return str(fact)


def holes(language: Language) -> Mapping[str, frozenset[str]]:
    """Every key of a language with the names of its holes; tests hold the catalogues against each other."""
    found: dict[str, frozenset[str]] = {}
    for file in sorted((_FOLDER / language).glob("*.toml")):
        for key, entry in _flat(file.stem, _catalogue(language, file.stem)):
            texts = [entry] if isinstance(entry, str) else list(entry.values())
            names = {name for text in texts for name, _ in _HOLE.findall(text)}
            found[key] = frozenset(names if isinstance(entry, str) else names | {"count"})
    return found


def _filled(language: Language, key: str, facts: Mapping[str, Fact], time_zone: str) -> str:
    def fill(hole: re.Match[str]) -> str:
        name, part = hole.groups()
        if name not in facts:
            raise WordsMissing(f"{key} in {language} needs the fact {name!r}")
        return write(language, facts[name], time_zone=time_zone, part=part)

    text = _text(language, key, facts)
    return _HOLE.sub(fill, text) if "{" in text else text


@lru_cache(maxsize=4096)
def _entry(language: Language, key: str) -> Any:
    entry: Any = _catalogue(language, key.partition(".")[0])
    for name in key.split(".")[1:]:
        entry = entry.get(name) if isinstance(entry, dict) else None
    return entry


def _text(language: Language, key: str, facts: Mapping[str, Fact]) -> str:
    entry = _entry(language, key)
    if isinstance(entry, dict) and entry.keys() == _PLURAL:
        if not isinstance(facts.get("count"), int):
            raise WordsMissing(f"{key} in {language} is a plural and needs the fact 'count', a whole number")
        # Both languages have these two forms, split here. A language with more needs Babel's plural rules.
        entry = entry["one" if facts["count"] == 1 else "other"]
    if not isinstance(entry, str):
        raise WordsMissing(f"no text for {key!r} in {language!r}")
    return entry


@cache
def _catalogue(language: Language, name: str) -> Mapping[str, Any]:
    file = _FOLDER / language / f"{name}.toml"
    if language not in LANGUAGES or not name.isidentifier() or not file.is_file():
        raise WordsMissing(f"no catalogue {name!r} in {language!r}")
    with file.open("rb") as opened:
        return tomllib.load(opened)


def _flat(key: str, entry: Any) -> Iterator[tuple[str, str | dict[str, str]]]:
    if isinstance(entry, str) or (isinstance(entry, dict) and entry.keys() == _PLURAL):
        yield key, entry
    elif isinstance(entry, dict):
        for name, inner in entry.items():
            yield from _flat(f"{key}.{name}", inner)
    else:
        raise WordsMissing(f"{key!r} is neither a text nor a table")


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
