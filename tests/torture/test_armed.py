"""A process with its crash points armed: what happens to it, to which one, and what is noted of it."""

import signal
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from temporalio.service import RPCError

from torture.armed import Mines, Process
from torture.book import read
from torture.points import AFTER, BEFORE, step_of

KEEP, START, TAKE = map(step_of, ("place.keep:after", "sweep.start:after", "notify.take:before"))
ORDER = "J1N00001"
TAKES_A_MAIL = """
import sys
from pathlib import Path
from torture.armed import Mines, Process
from torture.points import step_of
mines = Mines(Path(sys.argv[1]), Process("worker", "worker1"), 0.0)
mines.come_by(step_of("notify.take:before"), "before", ("default", "J1N00001", "shipped:A"))
"""


def mines(folder: Path, name: str = "api1", *, share: float = 0.0, seed: str = "1", starts: int = 0) -> Mines:
    return Mines(folder, Process("worker" if "worker" in name else "api", name, starts), share, seed)


def losses(folder: Path, name: str = "api1", seed: str = "1", starts: int = 0) -> list[bool]:
    """Of which of a hundred replies a process loses one in two."""
    laid = mines(folder, name, share=0.5, seed=seed, starts=starts)
    return [is_lost(laid) for _ in range(100)]


def is_lost(laid: Mines) -> bool:
    try:
        laid.come_by(KEEP, AFTER, (ORDER,))
    except asyncpg.ConnectionDoesNotExistError:
        return True
    return False


def fates(folder: Path) -> list[tuple[str, str, str]]:
    return [(line["process"], line["point"], line["fate"]) for line in read(folder / "fired.jsonl")]


def test_a_reply_that_is_lost_is_what_its_server_would_have_said(tmp_path: Path) -> None:
    laid = mines(tmp_path, "worker1", share=1.0)

    with pytest.raises(RPCError, match="reply lost"):
        laid.come_by(START, AFTER, (ORDER,))
    with pytest.raises(asyncpg.ConnectionDoesNotExistError):
        laid.come_by(TAKE, AFTER, (ORDER,))
    assert fates(tmp_path) == [
        ("worker1", "sweep.start:after", "lose"),
        ("worker1", "notify.take:after", "lose"),
    ]


def test_the_same_seed_process_and_start_lose_the_same_replies(tmp_path: Path) -> None:
    first = losses(tmp_path)

    assert 20 < sum(first) < 80
    assert losses(tmp_path) == first
    assert losses(tmp_path, seed="2") != first
    assert losses(tmp_path, name="api2") != first
    assert losses(tmp_path, starts=1) != first


def test_a_point_armed_for_one_process_waits_for_that_one(tmp_path: Path) -> None:
    mines(tmp_path)
    (tmp_path / "armed" / "place.keep:after@api2").write_text("lose")
    found = [is_lost(mines(tmp_path, "api1")), is_lost(mines(tmp_path, "api2"))]

    assert found == [False, True]
    assert not is_lost(mines(tmp_path, "api2"))


def test_a_point_armed_for_all_strikes_one_of_them(tmp_path: Path) -> None:
    mines(tmp_path)
    (tmp_path / "armed" / "place.keep:after").write_text("lose")

    assert [is_lost(mines(tmp_path, name)) for name in ("api1", "api2")] == [True, False]


def test_when_another_takes_what_a_killed_worker_left_it_is_noted_once(tmp_path: Path) -> None:
    other = mines(tmp_path, "worker2")
    (tmp_path / "armed" / "notify.take:before").write_text("kill")
    died = subprocess.run([sys.executable, "-c", TAKES_A_MAIL, tmp_path])
    other.come_by(TAKE, BEFORE, ("default", ORDER, "another mail"))
    for _ in range(2):
        other.come_by(TAKE, BEFORE, ("default", ORDER, "shipped:A"))

    assert died.returncode == -signal.SIGKILL
    assert fates(tmp_path) == [
        ("worker1", "notify.take:before", "kill"),
        ("worker2", "notify.take:before", "again"),
    ]
    kill, again = read(tmp_path / "fired.jsonl")
    assert again["died_at"] == kill["point"]
    assert kill["at"] <= again["since"] <= again["at"]
