"""Own words: a person reads what was written, or a phrase, and never the digest that stands for it."""

import pytest

from orders.commands import withheld
from orders.own_words import lacks_words, with_words
from orders.sentence import Sentence, sentence
from orders.store import LANGUAGES, Language
from orders.words import in_words

MOVED = "Sanne moved, call first"
WRONG = "wrong house number"


def of_two_holds() -> Sentence:
    return sentence("refusal.which_hold", reasons=", ".join((withheld(MOVED), "fraud", withheld(WRONG))))


def test_of_several_reasons_each_gets_its_words_back() -> None:
    said = in_words("en", with_words(of_two_holds(), (WRONG, MOVED, "fraud"), "en"))

    assert said.startswith(f"The order is on hold for several reasons: {MOVED}, fraud, {WRONG}.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_that_nobody_knows_any_more_become_a_phrase_of_the_language(language: Language) -> None:
    said = in_words(language, with_words(of_two_holds(), (MOVED,), language))

    assert MOVED in said
    assert in_words(language, sentence("refusal.own_words")) in said
    assert "@" not in said


@pytest.mark.parametrize("fact", ["@home", "anna@0123456789ab", "@0123456789abc", "@0123456789ab.nl", 7])
def test_what_only_looks_like_a_digest_stays(fact: str | int) -> None:
    said = sentence("refusal.on_hold", reasons=fact)

    assert not lacks_words(said)
    assert with_words(said, (), "en") == said
