"""The page of a customer who collects: where, when that is open, and the code once the goods are ready."""

from typing import Any

import pytest

from db import pickup_codes
from orders.opening import today_in
from orders.store import Language
from tests.customer_pages import Words
from tests.customer_visits import a_browser, link_of
from tests.house import House
from tests.sample_orders import an_order

NEXT_YEAR = today_in("Europe/Amsterdam").year + 1
SHOP: dict[str, Any] = {
    "name": "Winkel Kerkstraat",
    "address": ["Kerkstraat 12", "1017 GC Amsterdam"],
    "hours": dict.fromkeys(("tuesday", "wednesday", "thursday"), "10:00-18:00")
    | {"saturday": "09:30-12:00, 13:00-17:00"},
    "special_days": [{"day": f"{NEXT_YEAR}-04-27"}],
    "instructions": {"nl": "Aan de balie achterin.", "en": "At the counter in the back."},
}
LOCKER: dict[str, Any] = {
    "name": "Kluis Oost",
    "address": ["Linnaeusstraat 4"],
    "hours": {"monday": "06:00-23:00"},
}
READ = {
    "nl": (
        "Maandag: gesloten",
        "Dinsdag t/m donderdag: 10:00–18:00",
        "Vrijdag: gesloten",
        "Zaterdag: 09:30–12:00, 13:00–17:00",
        f"27 april {NEXT_YEAR}: gesloten",
        "Aan de balie achterin.",
    ),
    "en": (
        "Monday: closed",
        "Tuesday to Thursday: 10:00–18:00",
        "Friday: closed",
        "Saturday: 09:30–12:00, 13:00–17:00",
        f"27 April {NEXT_YEAR}: closed",
        "At the counter in the back.",
    ),
}
NOT_YET = {
    "nl": "Zodra alles klaarstaat, verschijnt hier je code.",
    "en": "Your code appears here as soon as everything is ready.",
}


def collected(store: str, option: str, language: Language = "en", **fulfillment: str) -> dict[str, Any]:
    body = an_order(method="pickup", locale=language, store=store)
    return body | {"fulfillment": body["fulfillment"] | {"option": option} | fulfillment}


async def read(house: House, order_id: str) -> str:
    """What the customer reads, with one space between words."""
    link = await link_of(house, order_id)
    async with a_browser(house) as browser:
        answer = await browser.get(link, follow_redirects=True)
    assert answer.status_code == 200
    return Words(answer.text).text


async def code_of(house: House, store: str, order_id: str) -> str:
    async with house.pool.acquire() as connection:
        code = await pickup_codes.read(connection, house.vault, store, order_id)
    assert code is not None
    return f"{code[:3]} {code[3:]}"


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_the_place_its_hours_and_the_code_stand_there(house: House, language: Language) -> None:
    await house.open_store("kerkstraat", pickup_places=[LOCKER, SHOP])
    order_id = await house.paid(collected("kerkstraat", "winkel kerkstraat", language))
    code = await code_of(house, "kerkstraat", order_id)

    before = await read(house, order_id)
    await house.done(order_id, "ready_for_pickup")
    ready = await read(house, order_id)

    for text in (before, ready):
        assert "Winkel Kerkstraat Kerkstraat 12 1017 GC Amsterdam" in text
        assert [line for line in READ[language] if line not in text] == []
        assert "Kluis Oost" not in text
    assert NOT_YET[language] in before
    assert code not in before
    assert code in ready


async def test_what_the_order_says_of_its_place_stands_beside_the_hours(house: House) -> None:
    await house.open_store("oost", pickup_places=[SHOP, LOCKER])
    order_id = await house.paid(collected("oost", "Kluis Oost", instructions="Door 3, left of the lift."))

    text = await read(house, order_id)

    assert "Kluis Oost Linnaeusstraat 4 Monday: 06:00–23:00" in text
    assert "Door 3, left of the lift." in text
    assert "At the counter in the back." not in text


async def test_the_mail_says_it_beside_the_hours_too(house: House) -> None:
    await house.open_store("oost", pickup_places=[SHOP, LOCKER])
    order_id = await house.paid(collected("oost", "Kluis Oost", instructions="Door 3, left of the lift."))
    await house.done(order_id, "ready_for_pickup")

    mail = await house.mail(order_id, "ready_for_pickup")

    assert "06:00–23:00" in mail.text
    assert "Door 3, left of the lift." in mail.text
    assert "At the counter in the back." not in mail.text


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_a_store_without_places_tells_its_own_address_and_what_it_says_of_collecting(
    house: House, language: Language
) -> None:
    await house.open_store(
        "thuis",
        look={"name": "De Blauwe Mok", "address": ["Prinsengracht 1", "1015 DV Amsterdam"]},
        pickup_instructions={"nl": "Bel aan bij de groene deur.", "en": "Ring at the green door."},
    )
    order_id = await house.paid(collected("thuis", "Afhalen", language))
    await house.done(order_id, "ready_for_pickup")

    text = await read(house, order_id)

    assert "De Blauwe Mok Prinsengracht 1 1015 DV Amsterdam" in text
    assert {"nl": "Bel aan bij de groene deur.", "en": "Ring at the green door."}[language] in text
    assert await code_of(house, "thuis", order_id) in text


async def test_a_store_that_says_nothing_at_all_still_shows_its_name_and_the_code(house: House) -> None:
    await house.open_store("kaal")
    order_id = await house.paid(collected("kaal", ""))
    await house.done(order_id, "ready_for_pickup")

    text = await read(house, order_id)

    assert "Where to collect it Pakhuis" in text
    assert "closed" not in text
    assert await code_of(house, "kaal", order_id) in text
