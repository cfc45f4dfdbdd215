"""The demo and `up`, from start to end, as a process of their own."""

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from embedded.demo_samples import SAMPLES


class Runs:
    """Runs of `pakhuis` in one home."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._started: list[asyncio.subprocess.Process] = []

    async def start(self, *words: str) -> tuple[asyncio.subprocess.Process, asyncio.StreamReader]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "starter.cli", *words, "--home", str(self.home), "--ports", "auto"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        )
        self._started.append(process)
        assert process.stdout is not None
        return process, process.stdout

    async def play(self) -> dict[str, Any]:
        """The demo from start to end; what it says as JSON."""
        process, _ = await self.start("demo", "--exit", "--json")
        async with asyncio.timeout(120):
            out, _ = await process.communicate()
        assert process.returncode == 0, out.decode()
        content: dict[str, Any] = json.loads(out)
        return content

    async def end(self) -> None:
        """End what a test that failed has left."""
        for process in self._started:
            if process.returncode is None:
                process.terminate()
                await process.communicate()


@pytest.fixture
async def runs() -> AsyncIterator[Runs]:
    folder = Path(tempfile.mkdtemp(prefix="pakhuis-demo-"))
    folder.chmod(0o711)  # PostgreSQL never runs as root.
    runs = Runs(folder / "home")
    yield runs
    await runs.end()
    shutil.rmtree(folder, ignore_errors=True)


async def test_every_order_of_the_demo_reaches_its_end_and_is_found_there_the_next_time(runs: Runs) -> None:
    first = await runs.play()
    mails = len(list((runs.home / "mails").glob("*.eml")))
    second = await runs.play()

    assert len(first["orders"]) == len(SAMPLES)
    assert all(order["reached"] for order in first["orders"])
    assert first["orders"] == second["orders"]
    assert mails == len(list((runs.home / "mails").glob("*.eml"))) > len(SAMPLES)
    assert not (runs.home / "stack.json").exists()
    assert processes_of(runs.home) == []


async def test_up_tells_where_everything_is_and_ctrl_c_leaves_nothing(runs: Runs) -> None:
    process, out = await runs.start("up", "--json")
    told = ""
    async with asyncio.timeout(60):
        while not told.endswith("\n}\n"):
            line = await out.readline()
            assert line, told
            told += line.decode()
    addresses = json.loads(told)
    async with httpx.AsyncClient(trust_env=False) as browser:
        key = {"Authorization": f"Bearer {addresses['keys']['staff']}"}
        orders = await browser.get(f"{addresses['api']}/v1/orders", headers=key)
        mails = await browser.get(f"{addresses['mail_page']}/mails.json")
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(20):
        code = await process.wait()

    assert orders.json() == {"orders": [], "next": None}
    assert mails.json()["count"] == 0
    assert code == 0
    assert processes_of(runs.home) == []


async def test_ctrl_c_in_the_middle_of_the_demo_leaves_nothing_and_the_next_run_goes_on(runs: Runs) -> None:
    process, out = await runs.start("demo")
    async with asyncio.timeout(60):
        while "Ecwid" not in (line := (await out.readline()).decode()):
            assert line
        process.send_signal(signal.SIGINT)
        code = await process.wait()
    left = processes_of(runs.home)
    again = await runs.play()

    assert code == 130
    assert left == []
    assert all(order["reached"] for order in again["orders"])


def processes_of(home: Path) -> list[str]:
    """The command lines of the processes that speak of this home."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(home) in command:
            found.append(command)
    return found
