"""The timeline of the order page: its newest entries, and what people wrote, however long it is."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from db.reading import Moment
from desk.staff.order_story import NEWEST, OLDER, entries, story_view
from orders.change import Outcome
from orders.commands import withheld
from orders.own_words import by_digest
from orders.sentence import sentence

START: Final = datetime(2026, 11, 20, 9, 15, tzinfo=UTC)


def timeline(count: int) -> list[Moment]:
    """So many holds, each with the words of whoever put it on."""
    return [
        Moment(
            at=START + timedelta(minutes=number),
            kind="hold",
            outcome=Outcome.APPLIED,
            actor="staff:anna",
            command_id=f"c{number}",
            text=sentence("timeline.hold", reason=withheld(f"Bel {number}")),
            words=f"Bel {number}",
        )
        for number in range(1, count + 1)
    ]


class OnlyLookedUp(Mapping[str, str]):
    """Words that may be asked for one by one, and counts how often; to go through all of them is an error."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = words
        self.asked = 0

    def __getitem__(self, digest: str) -> str:
        self.asked += 1
        return self._words[digest]

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("went through all the words of the order")

    def __len__(self) -> int:
        return len(self._words)


def test_the_newest_come_first_and_each_keeps_its_number() -> None:
    moments = timeline(NEWEST + 3)
    words = by_digest(each.words for each in moments if each.words)

    story = story_view(moments, "nl", "Europe/Amsterdam", {"staff:anna": "Anna"}, words, NEWEST)

    assert [story.moments[0].number, story.moments[-1].number] == [NEWEST + 3, 4]
    assert story.moments[0].text == f"Vastgehouden: Bel {NEWEST + 3}"
    assert {each.who for each in story.moments} == {"Anna"}
    assert (story.hidden, story.more) == (3, 3)


@pytest.mark.parametrize(
    ("shown", "hidden", "more"), [(100, 1900, OLDER), (1600, 400, 400), (2000, 0, 0), (9999, 0, 0)]
)
def test_older_ones_are_left_out_and_offered_a_few_hundred_at_a_time(
    shown: int, hidden: int, more: int
) -> None:
    story = story_view(timeline(2000), "en", "Europe/Amsterdam", {}, {}, shown)

    assert (len(story.moments), story.hidden, story.more) == (2000 - hidden, hidden, more)


def test_the_words_of_a_long_story_are_looked_up_once_for_each_entry() -> None:
    moments = timeline(2000)
    words = OnlyLookedUp(by_digest(each.words for each in moments if each.words))

    story = story_view(moments, "en", "Europe/Amsterdam", {}, words, 2000)

    assert story.moments[0].text == "On hold: Bel 2000"
    assert words.asked == 2000


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("", NEWEST),
        ("600", 600),
        ("5", NEWEST),
        ("-600", NEWEST),
        ("all", NEWEST),
        ("²", NEWEST),
        ("9" * 40, NEWEST),
    ],
)
def test_an_address_that_asks_for_nonsense_gets_the_newest(asked: str, count: int) -> None:
    assert entries(asked) == count
