"""What a seed fixes: the faults, their order, whom they strike, and the stories."""

import asyncio
from itertools import islice
from pathlib import Path

import pytest

from torture.asking import GaveUp
from torture.book import Book
from torture.faults import Fault, Faults
from torture.kept import Kept
from torture.players import Players
from torture.points import crash_points, step_of
from torture.stage import Stage
from torture.stories import KINDS, OF_A_CREW, ORDER_ID, Story, story
from torture.town import SmtpServer, Town

OURS = ("api1", "api2", "worker1", "worker2")


class Audience(Players):
    """Only writes down what would be played."""

    def __init__(self, folder: Path, trouble: Exception | None = None) -> None:
        book = Book(folder / "book")
        super().__init__([], book, book, 1, 1.0)
        self.seen: list[Story] = []
        self._trouble = trouble

    async def play(self, story: Story) -> None:
        self.seen.append(story)
        if self._trouble is not None:
            raise self._trouble


def faults(folder: Path, seed: int) -> list[tuple[str, str, str]]:
    """The faults of two rounds."""
    town = Town(folder)
    part = SmtpServer(1, 2, 3, town.smtp_book, folder / "log", seed)
    town.processes = {name: Kept(name, part) for name in ("postgres", "temporal", "smtp", *OURS)}
    all_of_them = Faults(town, seed)
    return [told(fault) for fault in (*all_of_them.sweep(), *all_of_them.sweep())]


def told(fault: Fault) -> tuple[str, str, str]:
    return fault.kind, fault.name, fault.chosen


async def played(folder: Path, seed: int, *asked_for: str) -> list[str]:
    audience = Audience(folder)
    stage = Stage(audience, seed, ("one_parcel", "digital"), in_flight=4)
    for kind in asked_for:
        stage.begin(kind)
    await stage.play(6, asyncio.create_task(asyncio.sleep(0)))
    return sorted(f"{story.order_id} {story.kind}" for story in audience.seen)


def test_the_same_seed_gives_the_same_faults_in_the_same_order(tmp_path: Path) -> None:
    first = faults(tmp_path, 1)

    assert faults(tmp_path, 1) == first
    assert faults(tmp_path, 2) != first
    assert sorted(name for _, name, _ in faults(tmp_path, 2)) == sorted(name for _, name, _ in first)


def test_each_round_has_every_fault_in_an_order_of_its_own(tmp_path: Path) -> None:
    both = faults(tmp_path, 1)
    names = [(kind, name) for kind, name, _ in both]
    first, second = names[: len(names) // 2], names[len(names) // 2 :]

    assert first != second
    assert sorted(first) == sorted(second)
    kills = {name for kind, name in first if kind == "process killed at a crash point"}
    assert kills == set(crash_points())


def test_crash_points_strike_the_processes_of_their_kind_in_turn(tmp_path: Path) -> None:
    struck = [(name, chosen) for _, name, chosen in faults(tmp_path, 1) if chosen]
    at_workers = [chosen for point, chosen in struck if step_of(point).where == "worker"]

    assert {chosen[:-1] for point, chosen in struck if step_of(point).where == "api"} == {"api"}
    assert list(islice(at_workers, 4)) == ["worker1", "worker2", "worker1", "worker2"]


async def test_the_stories_of_a_seed_are_the_same_whatever_is_asked_for_beside(tmp_path: Path) -> None:
    plain = await played(tmp_path, 1)
    more = await played(tmp_path, 1, "pickup", "pickup")

    assert len(plain) == 6
    assert set(plain) < set(more)
    assert [each.split()[1] for each in sorted(set(more) - set(plain))] == ["pickup", "pickup"]
    assert not set(plain) & set(await played(tmp_path, 2))


async def test_no_two_stories_of_a_run_are_of_one_order(tmp_path: Path) -> None:
    orders = [each.split()[0] for each in await played(tmp_path, 1, "digital", "one_parcel", "digital")]

    assert len(orders) == len(set(orders)) == 9


def test_an_order_of_a_job_brings_others_which_are_the_same_for_the_same_seed() -> None:
    number = KINDS.index("many_at_once")
    first = story(1, number)
    orders = [first.order_id, *(each.order_id for each in first.crew)]

    assert story(1, number) == first
    assert [each.kind for each in first.crew] == list(OF_A_CREW)
    assert len(set(orders)) == 3
    assert all(ORDER_ID.fullmatch(order_id) for order_id in orders)
    assert [each.is_cancelled for each in (first, *first.crew)] == [False, False, True]
    assert not any(story(1, other).crew for other in range(len(KINDS)) if other != number)


async def test_a_player_who_gives_up_ends_his_story_only(tmp_path: Path) -> None:
    audience = Audience(tmp_path, GaveUp("never answered"))
    stage = Stage(audience, 1, ("one_parcel",), in_flight=1)
    await stage.play(3, asyncio.create_task(asyncio.sleep(0)))

    assert stage.played == 3


async def test_a_mistake_in_a_player_ends_the_campaign(tmp_path: Path) -> None:
    stage = Stage(Audience(tmp_path, KeyError("a mistake")), 1, ("one_parcel",), in_flight=1)

    with pytest.raises(KeyError, match="a mistake"):
        await stage.play(3, asyncio.create_task(asyncio.sleep(0)))
