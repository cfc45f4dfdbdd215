"""Own words: what a person wrote and history does not keep, put back where a digest stands for it."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from orders.commands import withheld
from orders.sentence import Fact, Sentence, sentence
from orders.store import Language
from orders.words import in_words

# A fact may list several reasons, with commas between them.
_DIGEST: Final = re.compile(r"(?<![^\s,])@[0-9a-f]{12}(?![^\s,])")


def lacks_words(text: Sentence) -> bool:
    """Whether a digest stands in it for somebody's words."""
    return any(isinstance(fact, str) and _DIGEST.search(fact) for fact in text.facts.values())


def by_digest(words: Iterable[str]) -> dict[str, str]:
    """What people wrote, each by the digest that stands for it."""
    return {withheld(each): each for each in words}


def with_words(text: Sentence, words: Iterable[str], language: Language) -> Sentence:
    """The sentence with the words that were given for its order in the place of their digests; for words that
    are not known any more, or never were, a phrase that says so."""
    return with_known_words(text, by_digest(words), language) if lacks_words(text) else text


def with_known_words(text: Sentence, known: Mapping[str, str], language: Language) -> Sentence:
    """The same, for many sentences of one order: its words are looked up, and not gone through for each."""
    if not lacks_words(text):
        return text
    unknown = in_words(language, sentence("refusal.own_words"))
    facts: dict[str, Fact] = {
        name: put_back(fact, lambda digest: known.get(digest, unknown)) if isinstance(fact, str) else fact
        for name, fact in text.facts.items()
    }
    return text.model_copy(update={"facts": facts})


def put_back(text: str, words_of: Callable[[str], str]) -> str:
    """The text with each digest replaced by what `words_of` answers for it."""
    return _DIGEST.sub(lambda found: words_of(found[0]), text)
