"""Every kind of mail with every string of the corpus, read by parsers that forgive nothing."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final, get_args

import pytest
from pydantic import BaseModel

from mails.clean import one_line
from mails.header import BadAddress
from mails.letters import Letter, render
from mails.message import compose
from mails.sample import sample
from mails.view import MailView
from orders.mail import MailKind
from orders.store import Look
from tests.bad_input.corpus import CORPUS, LONG_RUN, is_text
from tests.bad_input.strict import markup, wrong_with_mail, wrong_with_page

AT: Final = datetime(2026, 11, 20, 9, 15, tzinfo=UTC)
TEXTS: Final = tuple(bad.text[:4000] for bad in CORPUS if is_text(bad.text) and one_line(bad.text[:4000]))
"""A mail view is never given half a surrogate pair: the door refuses it. One that shows nothing makes no
part of a mail, so it cannot be laid beside the others; it has a test of its own."""
NOT_WORDS: Final = {"time_zone", "language", "cancelled_because", "currency", "colour"}
LONGEST_OF_A_LOOK: Final = 200
ADDRESSES: Final = {"page_url", "desk_url", "url", "tracking_url", "website"}


def filled(part: Any, words: Iterator[str]) -> Any:
    """The same view with other words in every field of words it has; links stay as they are."""
    if isinstance(part, BaseModel):
        if isinstance(part, Look):
            words = (word[:LONGEST_OF_A_LOOK] for word in words)
        changed = {
            name: filled(value, words)
            for name, value in part
            if name not in NOT_WORDS | ADDRESSES and value not in (None, "", ())
        }
        # By its own validators, as everything that enters a view.
        return type(part).model_validate({**dict(part), **changed})
    if isinstance(part, tuple):
        return tuple(filled(each, words) for each in part)
    return next(words) if type(part) is str else part


def in_turn(texts: Sequence[str], start: int) -> Iterator[str]:
    while True:
        yield texts[start % len(texts)]
        start += 1


def posted(letter: Letter, sender_name: str) -> bytes:
    return compose(
        letter,
        sender="orders@shop.example",
        sender_name=sender_name,
        reply_to="help@shop.example",
        recipient="sanne@example.com",
        message_id="<k3jd8s0@shop.example>",
        mail_key="shipped:1",
        language="en",
        at=AT,
    )


@pytest.mark.parametrize("kind", MailKind)
def test_no_string_makes_a_header_a_part_a_tag_or_a_link(kind: MailKind) -> None:
    harmless = markup(render(kind, filled(sample(kind), in_turn(["calm"], 0))).html)
    fields = sum(1 for _ in zip(TEXTS, _words_in(sample(kind)), strict=False))
    step = 1 if LONG_RUN else max(1, fields // 3)
    wrong = []
    for start in range(0, len(TEXTS), step):
        view = filled(sample(kind), in_turn(TEXTS, start))
        letter = render(kind, view)
        raw = posted(letter, TEXTS[start])
        found = wrong_with_mail(raw) + wrong_with_page(letter.html, harmless)
        wrong += [f"{each} · from {TEXTS[start]!a:.60}" for each in found]

    assert wrong == []


def _words_in(part: Any) -> list[str]:
    heard: list[str] = []

    def listening() -> Iterator[str]:
        while True:
            heard.append("x")
            yield "x"

    filled(part, listening())
    return heard


def test_every_string_is_a_subject_and_the_name_of_a_sender() -> None:
    wrong = []
    for text in (bad.text for bad in CORPUS if is_text(bad.text)):
        letter = Letter(subject=one_line(text), text=text, html="<p>x</p>")
        wrong += [f"{each} · {text!a:.80}" for each in wrong_with_mail(posted(letter, one_line(text)))]

    assert wrong == []


@pytest.mark.parametrize("kind", MailKind)
def test_a_mail_of_words_that_show_nothing_is_a_mail_all_the_same(kind: MailKind) -> None:
    unseen = [bad.text for bad in CORPUS if is_text(bad.text) and not one_line(bad.text)]
    needed = {"order_number": "1042", "pickup_code": "4821", "order_id": "K8XTQ"}
    view = filled(sample(kind), in_turn(unseen, 0)).model_copy(update=needed)

    letter = render(kind, view)

    assert wrong_with_mail(posted(letter, unseen[0])) == []
    assert "\u202e" not in letter.text + letter.html


def test_an_address_is_one_that_can_be_written_or_is_refused() -> None:
    letter = Letter(subject="s", text="t", html="<p>x</p>")
    wrong, taken = [], 0
    for text in (bad.text for bad in CORPUS):
        try:
            raw = compose(
                letter,
                sender="orders@shop.example",
                sender_name="",
                reply_to=None,
                recipient=text,
                message_id="<k3jd8s0@shop.example>",
                mail_key="k",
                language="nl",
                at=AT,
            )
        except BadAddress:
            continue
        taken += 1
        wrong += [f"{each} · {text!a:.80}" for each in wrong_with_mail(raw)]

    assert wrong == []
    assert taken >= 5


def test_every_field_of_words_in_a_view_is_filled() -> None:
    view = filled(sample(MailKind.NEW_ORDER), in_turn(["calm"], 0))
    words = [
        name
        for name, field in MailView.model_fields.items()
        if str in (field.annotation, *get_args(field.annotation))
    ]

    left = [name for name in words if getattr(view, name) not in (None, "", "calm")]
    assert set(left) <= NOT_WORDS | ADDRESSES
    assert view.items[0].options == ("calm",)


@pytest.mark.parametrize(
    "spoil",
    [
        (b"Subject: ", b"Subject: a\r\nBcc: thief@evil.example\r\nX: "),
        (b"MIME-Version", b"MIME-Version2"),
        (b"\r\n\r\n--", b"\r\n\r\nearly\r\n--"),
        (b"Subject: ", b"Subject: \xc3\xab"),
        (b"Date: ", b"Date: \n"),
        (b"Subject: ", b"Subject: " + b"x" * 999),
    ],
    ids=["a header more", "another header", "words before the parts", "no ASCII", "a bare LF", "a long line"],
)
def test_the_parser_of_mails_sees_what_is_wrong(spoil: tuple[bytes, bytes]) -> None:
    honest = posted(Letter(subject="s", text="t", html="<p>x</p>"), "Shop")

    assert wrong_with_mail(honest) == []
    assert wrong_with_mail(honest.replace(*spoil)) != []


def test_the_parser_of_pages_sees_what_is_wrong() -> None:
    harmless = markup('<p class="x"><a href="https://x.example/a">calm</a></p>')

    assert wrong_with_page('<p class="x"><a href="https://x.example/b">other</a></p>', harmless) == []
    for spoilt in (
        "<b>x</b>",
        '<p onclick="x">',
        '<a href="javascript:x">',
        '<a href="https://y.example/a">',
        "\x1b",
        "<!-- x -->",
    ):
        assert wrong_with_page(spoilt, harmless) != [], spoilt
