"""What settings of a store must be to be taken, beyond their form.

Settings that were kept before are read whatever they say: an order never waits for a store to be put right.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from itertools import pairwise
from typing import Final
from zoneinfo import available_timezones

from pydantic import BaseModel

from orders.paths import tracking_link
from orders.problems import problem
from orders.sentence import Sentence
from orders.store import StoreSettings

LONGEST: Final = timedelta(days=3650)
SHORTEST: Final = timedelta(minutes=1)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SEVERAL_LINES: Final = re.compile(r"^how_to_pay\.|^pickup_instructions\.|\.instructions\.")


def wrong_in(settings: StoreSettings) -> tuple[tuple[str, Sentence], ...]:
    """What is wrong, each with the path of its field; nothing for settings that can be taken."""
    return (
        *_texts(settings),
        *_words(settings),
        *_times(settings),
        *_links(settings),
        *_places(settings),
        *_limits(settings),
    )


def _texts(settings: StoreSettings) -> Iterator[tuple[str, Sentence]]:
    for path, text in _every_text(settings.model_dump(), ""):
        if "\0" in text:  # PostgreSQL keeps none.
            yield path, problem("nul_character")
        elif not _SEVERAL_LINES.search(path) and _CONTROL.search(text):
            yield path, problem("control_characters")


def _every_text(value: object, path: str) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield path, value
        case dict():
            for key, inner in value.items():
                here = f"{path}.{key}" if path else str(key)
                yield here, str(key)
                yield from _every_text(inner, here)
        case tuple():
            for at, inner in enumerate(value):
                yield from _every_text(inner, f"{path}.{at}")


def _words(settings: StoreSettings) -> Iterator[tuple[str, Sentence]]:
    if not settings.look.name.strip():
        yield "look.name", problem("empty")
    if not settings.languages:
        yield "languages", problem("no_language")
    elif settings.language not in settings.languages:
        yield "language", problem("language_not_spoken")
    if settings.time_zone not in _time_zones():
        yield "time_zone", problem("no_such_time_zone")


def _times(settings: StoreSettings) -> Iterator[tuple[str, Sentence]]:
    for path, value in _durations(settings, ""):
        if not SHORTEST <= value <= LONGEST:
            yield path, problem("duration_out_of_bounds", most=LONGEST.days)
    for kind, patience in settings.policy.payment.items():
        remind, expire = patience.remind_after, patience.expire_after
        if remind is not None and expire is not None and remind >= expire:
            yield f"policy.payment.{kind}.remind_after", problem("reminds_too_late")


def _durations(noun: BaseModel, path: str) -> Iterator[tuple[str, timedelta]]:
    for name in type(noun).model_fields:
        yield from _of(getattr(noun, name), f"{path}{name}")


def _of(value: object, path: str) -> Iterator[tuple[str, timedelta]]:
    match value:
        case timedelta():
            yield path, value
        case BaseModel():
            yield from _durations(value, f"{path}.")
        case dict():
            for key, inner in value.items():
                yield from _of(inner, f"{path}.{key}")


def _links(settings: StoreSettings) -> Iterator[tuple[str, Sentence]]:
    for carrier, link in settings.tracking_links.items():
        if not carrier.strip() or tracking_link({carrier: link}, carrier, "1") is None:
            yield f"tracking_links.{carrier}", problem("not_a_web_address")
        elif "{tracking_number}" not in link:
            yield f"tracking_links.{carrier}", problem("link_without_number", hole="{tracking_number}")


def _places(settings: StoreSettings) -> Iterator[tuple[str, Sentence]]:
    names = [place.name.strip().casefold() for place in settings.pickup_places]
    for at, place in enumerate(settings.pickup_places):
        if not names[at]:
            yield f"pickup_places.{at}.name", problem("empty")
        elif names[at] in names[:at]:
            yield f"pickup_places.{at}.name", problem("name_twice")
        for day, hours in place.hours.items():
            if not _in_order(hours):
                yield f"pickup_places.{at}.hours.{day}", problem("hours_not_in_order")
        for number, special in enumerate(place.special_days):
            if not _in_order(special.hours):
                yield f"pickup_places.{at}.special_days.{number}.hours", problem("hours_not_in_order")


def _limits(settings: StoreSettings) -> Iterator[tuple[str, Sentence]]:
    for sku in settings.low_limits:
        if sku != sku.strip():  # No order's line would be found by it.
            yield f"low_limits.{sku}", problem("spaces_around")


def _in_order(hours: str) -> bool:
    """Whether each time comes after the one before it."""
    clock = hours.replace(", ", "-").split("-")
    return all(one < other for one, other in pairwise(clock))


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())
