"""Everything that is said about an Ecwid order is said in each language."""

import re
from pathlib import Path

import pytest

from orders.sentence import Sentence
from orders.store import LANGUAGES
from orders.words import holes, in_words
from starter.ecwid import Unreadable
from tests.ecwid_orders import live, mug, order, read_one

ROOT = Path(__file__).parents[2]


def ecwid_holes(language):
    return {key: names for key, names in holes(language).items() if key.startswith("ecwid.")}


def test_the_catalogues_hold_the_sentences_that_are_used_and_no_others():
    sources = (file.read_text() for file in (ROOT / "starter" / "ecwid").glob("*.py"))
    used = {key for source in sources for key in re.findall(r'"(ecwid\.\w+)"', source)}

    assert [set(ecwid_holes(language)) for language in LANGUAGES] == [used] * len(LANGUAGES)


def test_the_languages_have_the_same_holes():
    first, *others = (ecwid_holes(language) for language in LANGUAGES)

    assert all(other == first for other in others)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_and_a_warning_are_sentences(language):
    refused = read_one(order(paymentStatus="ON_THE_MOON"))
    reading = live(order(items=[mug(price=12.505)], total=100))

    assert isinstance(refused, Unreadable)
    for said in (refused.reason, *reading.warnings):
        assert re.fullmatch(r"[A-Z].*\.", in_words(language, said))
    assert "ON_THE_MOON" in in_words(language, refused.reason)


def test_a_kept_sentence_reads_the_same_after_a_round_trip():
    (said, *_) = live(order(items=[mug(price=12.505)])).warnings

    assert in_words("nl", Sentence.model_validate_json(said.model_dump_json())) == in_words("nl", said)
