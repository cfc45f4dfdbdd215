"""A part that dies is started again, and a child never outlives those who started it."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from embedded.errors import DidNotStart, GaveUp, PortTaken
from embedded.ports import Ports, check_port
from embedded.processes import Child, Program
from embedded.supervisor import MOST_DEATHS, Part, Supervisor


class Script(Part):
    """A few lines of Python as a part; ready as soon as it has said so."""

    name = "Script"

    def __init__(self, folder: Path, lines: str) -> None:
        self.log = folder / "script.log"
        self.said = 0
        self._lines = lines

    async def program(self) -> Program:
        self.said = self.log.stat().st_size if self.log.exists() else 0
        command = (sys.executable, "-S", "-u", "-c", self._lines)
        return Program(
            name=self.name, command=command, environment=os.environ, log=self.log, grace_seconds=0.3
        )

    async def is_ready(self, pid: int) -> bool:
        return b"ready" in self.log.read_bytes()[self.said :]


STAYS = "print('ready'); import time; time.sleep(600)"


async def wait_until_other_pid(supervisor: Supervisor, pid: int | None) -> None:
    async with asyncio.timeout(10):
        while supervisor.pid == pid:
            await asyncio.sleep(0.01)


async def test_what_is_killed_is_started_again(tmp_path: Path) -> None:
    async with Supervisor(Script(tmp_path, STAYS)) as supervisor:
        first = supervisor.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await wait_until_other_pid(supervisor, first)

        assert supervisor.pid is not None
        assert Path("/proc", str(supervisor.pid)).exists()


async def test_what_dies_again_and_again_is_given_up_with_its_last_words(tmp_path: Path) -> None:
    starts = 0

    def count() -> None:
        nonlocal starts
        starts += 1

    part = Script(
        tmp_path, "print('ready'); import time; time.sleep(.05); print('no bread'); raise SystemExit(3)"
    )
    async with Supervisor(part, when_started=count) as supervisor:
        with pytest.raises(GaveUp, match="Script died 5 times within 60 seconds") as given_up:
            await asyncio.wait_for(supervisor.until_given_up(), 20)

    assert "no bread" in str(given_up.value)
    assert starts == MOST_DEATHS


async def test_what_ends_at_once_did_not_start_and_says_why(tmp_path: Path) -> None:
    with pytest.raises(DidNotStart) as failure:
        await Supervisor(Script(tmp_path, "print('the shelf is full'); raise SystemExit(4)")).start()

    assert "exit code 4" in str(failure.value)
    assert "the shelf is full" in str(failure.value)


async def test_what_ignores_the_request_to_stop_is_killed_after_its_grace(tmp_path: Path) -> None:
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + STAYS
    async with Supervisor(Script(tmp_path, stubborn)) as supervisor:
        pid = supervisor.pid

    assert not Path("/proc", str(pid)).exists()


async def test_what_a_child_has_started_goes_with_it(tmp_path: Path) -> None:
    parent = "import os, time; pid = os.fork(); pid and print('ready', pid); time.sleep(600)"
    async with Supervisor(Script(tmp_path, parent)):
        grandchild = Path("/proc", (tmp_path / "script.log").read_text().split()[1])
        assert is_running(grandchild)

    async with asyncio.timeout(5):
        while is_running(grandchild):
            await asyncio.sleep(0.01)


async def test_a_stop_that_is_cancelled_leaves_nothing_running(tmp_path: Path) -> None:
    stubborn = Script(tmp_path, "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + STAYS)
    child = Child(await stubborn.program())
    await child.wait_ready(lambda: stubborn.is_ready(child.pid), 10)
    stopping = asyncio.create_task(child.stop())
    await asyncio.sleep(0)
    stopping.cancel()
    await asyncio.gather(stopping, return_exceptions=True)

    assert child.gone.is_set()


async def test_the_log_shows_only_the_last_words_of_this_run(tmp_path: Path) -> None:
    part = Script(tmp_path, "print('once')")
    first = Child(await part.program())
    await first.gone.wait()
    second = Child(await part.program())
    await second.gone.wait()

    assert second.last_lines() == ("once",)


def test_a_taken_port_is_named_with_who_wants_it_and_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken) as refusal:
            Ports(temporal=port).check("temporal")

    assert f"Port {port}" in str(refusal.value)
    assert "the Temporal server" in str(refusal.value)
    assert "--ports auto" in str(refusal.value)


def test_free_ports_are_six_different_ones_that_can_be_had() -> None:
    ports = Ports.free()
    numbers = list(vars(ports).values())

    assert len(set(numbers)) == 6
    for number in numbers:
        check_port(number, "a test")


def is_running(process: Path) -> bool:
    """Whether the process is there and no zombie; where nobody reaps, the dead stay on the list."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False
