"""Each thing has one word in each language: who reads of a zendingnummer must not look for a volgnummer."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from orders.store import LANGUAGES

WORDS: Final = Path(__file__).parents[2] / "orders" / "words"
INSTEAD: Final = {
    "nl": {
        "volgnummer": "zendingnummer",
        "zendingsnummer": "zendingnummer",
        "trackingnummer": "zendingnummer",
        "verzendnummer": "zendingnummer",
        "etiket": "label",
        "ophaalcode": "afhaalcode",
        "stilzetten": "vasthouden",
        "aanhouden": "vasthouden",
        "picklijst": "verzamellijst",
        "picken": "verzamelen",
        "gepickt": "verzameld",
        "paklijst": "pakbon",
        "tegoedbon": "cadeaubon",
        "kadobon": "cadeaubon",
    },
    "en": {
        "tracking code": "tracking number",
        "shipment number": "tracking number",
        "sticker": "label",
        "collection code": "pickup code",
        "picking list": "pick list",
        "packing list": "packing slip",
        "delivery note": "packing slip",
        "voucher": "gift card",
    },
}
"""What is not said, and what is said instead."""


def sentences(language: str) -> Iterator[tuple[str, str]]:
    """Each line of the catalogues, with where it stands; words in holes are names, and mean nothing."""
    for file in sorted((WORDS / language).glob("*.toml")):
        for number, line in enumerate(file.read_text().splitlines(), 1):
            said = line if line.startswith("#") else line.partition(" = ")[2]
            yield f"{file.name}:{number}", re.sub(r"\{[^{}\"]*\}", "{}", said).lower()


def others(language: str, lines: Iterator[tuple[str, str]]) -> list[str]:
    return [
        f"{place}: {instead}, not {word}"
        for place, said in lines
        for word, instead in INSTEAD[language].items()
        if word in said
    ]


@pytest.mark.parametrize("language", list(INSTEAD))
def test_each_thing_is_called_by_one_word(language: str) -> None:
    assert others(language, sentences(language)) == []


def test_another_word_is_found_with_its_place() -> None:
    assert others("nl", iter([("desk.toml:1", "plak het adresetiket op de doos")])) == [
        "desk.toml:1: label, not etiket"
    ]
    assert set(INSTEAD) == set(LANGUAGES)
