"""The words: the same in every language, written as its people write."""

import ast
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orders.money import Money
from orders.sentence import sentence
from orders.store import LANGUAGES
from orders.words import WordsMissing, holes, in_words, say, write

ROOT = Path(__file__).parents[2]
MORNING = datetime(2026, 11, 20, 9, 15, tzinfo=UTC)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_keys_and_the_same_holes(language):
    first = holes(LANGUAGES[0])

    assert holes(language) == first
    assert "mail.shipped.subject" in first


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_can_be_said(language):
    for key, names in holes(language).items():
        facts = {name: 2 if name == "count" else MORNING for name in names}

        said = say(language, key, **facts)

        assert said
        assert re.search(r"\{[a-z]", said) is None, key


def test_every_key_used_in_a_letter_exists():
    used = {
        key
        for template in (ROOT / "mails/letters").rglob("*.*")
        for key in re.findall(r'\bt\("([^"]+)"', template.read_text())
    }

    assert len(used) > 50
    assert used <= holes("en").keys()


def test_every_key_of_the_mails_is_used():
    texts = "".join(
        path.read_text() for path in (ROOT / "mails").rglob("*") if path.is_file() and ".pyc" not in path.name
    )

    unused = [key for key in holes("en") if key.startswith("mail.") and f'"{key}"' not in texts]

    assert unused == []


def test_a_fact_is_never_read_as_a_template():
    said = say("en", "mail.common.hello_name", name="{name} {number} %s {0}")

    assert said == "Hello {name} {number} %s {0},"


def test_facts_that_the_text_does_not_speak_of_are_left_out():
    assert say("en", "mail.common.hello", name="Sanne") == "Hello,"


@pytest.mark.parametrize(
    "key",
    [
        "mail.no_such_text",
        "mail",
        "mail.common",
        "no_such_file.text",
        "",
        "../secret",
        "mail.gift_card.title.one.x",
    ],
)
def test_a_key_without_a_text_is_an_error_and_never_shown(key):
    with pytest.raises(WordsMissing):
        say("en", key, count=1)


def test_a_hole_without_a_fact_is_an_error_that_names_it():
    with pytest.raises(WordsMissing, match="number"):
        say("en", "mail.shipped.subject")


@pytest.mark.parametrize(
    ("language", "count", "said"),
    [
        ("en", 1, "Your gift card"),
        ("en", 0, "Your gift cards"),
        ("en", 2, "Your gift cards"),
        ("nl", 1, "Je cadeaubon"),
        ("nl", 12, "Je cadeaubonnen"),
    ],
)
def test_a_plural_follows_the_count(language, count, said):
    assert say(language, "mail.gift_card.title", count=count) == said


def test_a_plural_without_a_count_is_an_error():
    with pytest.raises(WordsMissing, match="count"):
        say("en", "mail.gift_card.title")


@pytest.mark.parametrize(
    ("language", "money", "written"),
    [
        ("en", Money(minor=6395, currency="EUR"), "€63.95"),
        ("nl", Money(minor=6395, currency="EUR"), "€\xa063,95"),
        ("nl", Money(minor=123456789, currency="EUR"), "€\xa01.234.567,89"),
        ("en", Money(minor=500, currency="JPY"), "JP¥500"),
        ("en", Money(minor=-1500, currency="KWD"), "-KWD1.500"),
    ],
)
def test_money_is_written_as_people_of_the_language_do(language, money, written):
    assert write(language, money).replace("KWD\xa0", "KWD") == written


def test_a_moment_is_written_in_the_time_zone_and_the_language():
    assert write("nl", MORNING) == "20 november 2026 om 10:15"
    assert write("en", MORNING, time_zone="America/New_York") == "20 November 2026 at 04:15"
    assert say("nl", "mail.common.placed_at", number="1", placed_at=MORNING).endswith("op 20 november 2026")


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        write("en", datetime(2026, 11, 20))  # noqa: DTZ001


def test_a_kept_sentence_is_put_into_words_when_it_is_read():
    kept = sentence("mail.awaiting_payment.amount")
    due = sentence("mail.payment_reminder.lapses", pay_before=MORNING)

    assert in_words("nl", kept) == "Te betalen"
    assert in_words("en", due, time_zone="UTC").endswith("20 November 2026 at 09:15.")


def test_a_sentence_may_have_a_fact_of_any_name():
    assert (
        in_words("en", sentence("mail.common.hello_name", name="Sanne", language="x", key="y"))
        == "Hello Sanne,"
    )


def test_importing_the_words_loads_no_babel():
    program = "import sys, orders.words; print(sorted(m for m in sys.modules if m.startswith('babel')))"

    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert ast.literal_eval(answer.stdout) == []
