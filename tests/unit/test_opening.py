"""Pickup places: which one an order is for, and what customers read of its hours."""

from datetime import date

import pytest

from orders.opening import opening_hours, pickup_text
from orders.store import Language, PickupPlace, StoreSettings

WEEK = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "09:00-17:30")
SHOP = PickupPlace.model_validate(
    {
        "name": "Winkel",
        "address": ["Prinsengracht 263", "Amsterdam"],
        "hours": {**WEEK, "saturday": "10:00-13:00, 14:00-17:00"},
        "special_days": [
            {"day": "2026-12-31", "hours": "09:00-15:00"},
            {"day": "2026-12-25"},
            {"day": "2026-04-27"},
        ],
        "instructions": {"nl": "Bel aan."},
    }
)
LOCKER = PickupPlace(name="Kluis")
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "en",
            (
                "Monday to Friday: 09:00–17:30",
                "Saturday: 10:00–13:00, 14:00–17:00",
                "Sunday: closed",
                "25 December 2026: closed",
                "31 December 2026: 09:00–15:00",
            ),
        ),
        (
            "nl",
            (
                "Maandag t/m vrijdag: 09:00–17:30",
                "Zaterdag: 10:00–13:00, 14:00–17:00",
                "Zondag: gesloten",
                "25 december 2026: gesloten",
                "31 december 2026: 09:00–15:00",
            ),
        ),
    ],
)
def test_hours_are_told_by_days_that_have_the_same_and_special_days_only_while_they_come(
    language: Language, lines: tuple[str, ...]
) -> None:
    assert opening_hours(SHOP, language, TODAY) == lines


def test_a_place_without_hours_tells_none() -> None:
    assert opening_hours(LOCKER, "en", TODAY) == ()


@pytest.mark.parametrize(
    ("option", "name"), [("kluis ", "Kluis"), ("Winkel", "Winkel"), ("Elsewhere", "Winkel")]
)
def test_an_order_is_collected_where_its_option_says_else_at_the_first_place(option: str, name: str) -> None:
    place = StoreSettings(pickup_places=(SHOP, LOCKER)).pickup_place(option)

    assert place is not None
    assert place.name == name


def test_customers_read_the_place_its_hours_and_what_it_says_of_itself() -> None:
    settings = StoreSettings(pickup_places=(SHOP,), pickup_instructions={"nl": "Algemeen.", "en": "General."})

    dutch, english = (pickup_text(settings, "", language, TODAY) for language in ("nl", "en"))

    assert dutch.startswith("Winkel\nPrinsengracht 263\nAmsterdam\n\nMaandag t/m vrijdag")
    assert dutch.endswith("\n\nBel aan.")
    assert english.endswith("\n\nGeneral.")


def test_a_store_without_places_says_what_it_says_of_all() -> None:
    settings = StoreSettings(pickup_instructions={"en": "Ring twice."})

    assert pickup_text(settings, "Winkel", "en", TODAY) == "Ring twice."
