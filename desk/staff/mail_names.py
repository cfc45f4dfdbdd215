"""Mails in sentences at the desk: by the name that people know them by, not by their key."""

from typing import Final

from orders.mail import MailKind
from orders.sentence import Fact, Sentence

_KINDS: Final = frozenset(str(kind) for kind in MailKind)


def with_mail_names(said: Sentence) -> Sentence:
    """The sentence with the name of each mail in the place of its key; also that of a sentence inside it."""
    return said.model_copy(update={"facts": {name: _named(name, fact) for name, fact in said.facts.items()}})


def _named(name: str, fact: Fact) -> Fact:
    if isinstance(fact, Sentence):
        return with_mail_names(fact)
    kind = fact.partition(":")[0] if name == "mail" and isinstance(fact, str) else ""
    return Sentence(key=f"desk_order.mail.{kind}") if kind in _KINDS else fact
