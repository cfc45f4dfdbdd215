"""Mails in the sentences of the desk: by their names."""

import pytest

from desk.staff.mail_names import with_mail_names
from orders.mail import MailKind
from orders.sentence import Sentence, sentence
from orders.words import in_words, say


@pytest.mark.parametrize("kind", MailKind)
def test_every_mail_has_a_name_in_the_place_of_its_key(kind: MailKind) -> None:
    said = in_words("en", with_mail_names(sentence("timeline.mail_again", mail=f"{kind}:1:again:0123")))

    assert said == f"The mail “{say('en', f'desk_order.mail.{kind}')}” is sent once more"


def test_a_mail_in_a_sentence_within_a_sentence_has_one_too() -> None:
    inner = sentence("timeline.mail_again", mail="shipped:1")
    said = with_mail_names(sentence("timeline.mail_again", more=inner))

    assert said.facts["more"] == Sentence(
        key="timeline.mail_again", facts={"mail": Sentence(key="desk_order.mail.shipped")}
    )


def test_what_is_no_mail_stays_as_it_is() -> None:
    said = with_mail_names(sentence("timeline.mail_again", mail="letter:1", parcel="shipped:1"))

    assert said.facts == {"mail": "letter:1", "parcel": "shipped:1"}
