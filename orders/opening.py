"""When a pickup place is open, and all that customers read about one."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from itertools import groupby
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from orders.store import Language, PickupPlace, SpecialDay, StoreSettings, Weekday
from orders.words import say, write


def today_in(time_zone: str) -> date:
    """The day it is there now; in UTC for a time zone that nobody knows."""
    try:
        return datetime.now(ZoneInfo(time_zone)).date()
    except (ZoneInfoNotFoundError, ValueError):
        return datetime.now(UTC).date()


def opening_hours(place: PickupPlace, language: Language, today: date) -> tuple[str, ...]:
    """Its hours, one line for days in a row that have the same, and its special days from today on. Nothing
    where no hours are set."""
    return (*_week(place, language), *_special(place, language, today))


def pickup_text(settings: StoreSettings, option: str, language: Language, today: date, own: str = "") -> str:
    """All that customers read about where they collect: the place their option names, and `to_know`."""
    place = settings.pickup_place(option)
    head = "\n".join((place.name, *place.address)) if place else ""
    return _paragraphs(head, to_know(settings, place, language, today, own))


def to_know(
    settings: StoreSettings, place: PickupPlace | None, language: Language, today: date, own: str = ""
) -> str:
    """The hours of a place, and what the order says of it (`own`); else what it says of itself; else what the
    store says of all its places."""
    general = settings.pickup_instructions.get(language, "")
    if place is None:
        return own or general
    hours = "\n".join(opening_hours(place, language, today))
    return _paragraphs(hours, own or place.instructions.get(language, "") or general)


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def _week(place: PickupPlace, language: Language) -> Iterator[str]:
    if not any(place.hours.values()):
        return
    for hours, days in groupby(Weekday, key=lambda day: place.hours.get(day, "")):
        names = [say(language, f"shop_settings.weekday.{day}") for day in days]
        first, last = names[0], names[-1].lower() if language == "nl" else names[-1]
        said = (
            say(language, "shop_settings.opening.days", first=first, last=last) if len(names) > 1 else first
        )
        yield _line(language, said, hours)


def _special(place: PickupPlace, language: Language, today: date) -> Iterator[str]:
    to_come = (each for each in place.special_days if date.fromisoformat(each.day) >= today)
    for each in sorted(to_come, key=lambda special: special.day):
        yield _line(language, _day(each, language), each.hours)


def _day(special: SpecialDay, language: Language) -> str:
    noon = datetime.combine(date.fromisoformat(special.day), time(12), UTC)
    return write(language, noon, time_zone="UTC", part="date")


def _line(language: Language, days: str, hours: str) -> str:
    written = hours.replace("-", "\N{EN DASH}") or say(language, "shop_settings.opening.closed")
    return say(language, "shop_settings.opening.line", days=days, hours=written)
