"""Striking a crash point: the process that was chosen, else any, and the truth about what was not reached."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import pytest

from torture.armed import Mines, Process
from torture.leading import Leads
from torture.points import AFTER, step_of
from torture.striking import Striker
from torture.tally import Tally
from torture.town import Town

KEEP = step_of("place.keep:after")
POINT = "place.keep:after"


class Passing:
    """Processes that come by the point again and again, until one of them is struck."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self._mines = {name: Mines(folder, Process("api", name), 0.0) for name in names}

    async def until_struck(self) -> str:
        while True:
            for name, mines in self._mines.items():
                try:
                    mines.come_by(KEEP, AFTER, ())
                except asyncpg.ConnectionDoesNotExistError:
                    return name
            await asyncio.sleep(0.01)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


def striker(town: Town, within_seconds: float, chosen_within_seconds: float = 60.0) -> Striker:
    leads = Leads(town, Tally(), lambda kind: None, 1)
    return Striker(town.mines, leads, within_seconds, chosen_within_seconds)


async def test_the_chosen_process_is_struck_though_others_come_by_first(town: Town) -> None:
    passing = Passing(town.mines, ("api1", "api2"))
    pid, struck = await asyncio.gather(
        striker(town, 20.0).strike(POINT, "lose", "api2"), passing.until_struck()
    )

    assert (pid, struck) == (os.getpid(), "api2")


async def test_if_the_chosen_one_never_comes_by_another_is_struck(town: Town) -> None:
    passing = Passing(town.mines, ("api1",))
    pid, struck = await asyncio.gather(
        striker(town, 0.2).strike(POINT, "lose", "api2"), passing.until_struck()
    )

    assert (pid, struck) == (os.getpid(), "api1")


async def test_a_point_that_nobody_passes_is_told_and_left_disarmed(town: Town) -> None:
    (town.mines / "armed").mkdir(parents=True)

    assert await striker(town, 0.1).strike(POINT, "kill", "api1") is None
    assert list((town.mines / "armed").iterdir()) == []
