"""The stack as a whole: complete, alive, private, and gone when it should be."""

import asyncio
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import asyncpg
import pytest

from embedded.errors import HomeInUse, PortTaken
from embedded.ports import Ports
from embedded.stack import Prepare, Stack
from tests.embedded_programs import api_command, worker_command

NOTHING_SET = {"PATH": os.environ["PATH"]}


async def prepare(database_url: str, temporal_address: str, keys: Mapping[str, str]) -> None:
    """A database that says it has been prepared, with the names of the keys."""
    connection = await asyncpg.connect(database_url)
    await connection.execute("CREATE TABLE IF NOT EXISTS prepared (scope text)")
    await connection.executemany("INSERT INTO prepared VALUES ($1)", [(scope,) for scope in keys])
    await connection.close()


def stack_in(
    home: Path,
    environment: Mapping[str, str] = NOTHING_SET,
    ports: Ports | None = None,
    prepare: Prepare = prepare,
) -> Stack:
    return Stack(
        home,
        prepare=prepare,
        ports=ports or Ports.free(),
        api_command=api_command,
        worker_command=worker_command,
        environment=environment,
    )


def read_stack_file(home: Path) -> dict[str, object]:
    content: dict[str, object] = json.loads((home / "stack.json").read_text())
    return content


def pids_of(home: Path) -> dict[str, int]:
    pids = read_stack_file(home)["pids"]
    assert isinstance(pids, dict)
    return pids


async def environment_of_api(stack: Stack) -> dict[str, str]:
    def ask() -> dict[str, str]:
        with urllib.request.urlopen(f"{stack.addresses.api}/anything", timeout=5) as answer:
            environment: dict[str, str] = json.load(answer)
            return environment

    return await asyncio.to_thread(ask)


async def test_stack_json_is_private_complete_and_there_only_while_the_stack_is(tmp_path: Path) -> None:
    home = tmp_path / "a home"
    async with stack_in(home) as stack:
        mode = stat.S_IMODE((home / "stack.json").stat().st_mode)
        content = read_stack_file(home)
        environment = await environment_of_api(stack)
        connection = await asyncpg.connect(str(content["database_url"]))
        prepared = await connection.fetch("SELECT scope FROM prepared")
        await connection.close()
        nearer = await asyncpg.connect(environment["PAKHUIS_DATABASE_URL"])
        prepared_too = await nearer.fetch("SELECT scope FROM prepared")
        await nearer.close()

    assert mode == 0o600
    assert list(content) == [
        "api", "desk", "mail_page", "temporal", "temporal_ui", "database_url", "smtp_url", "keys", "pids"
    ]  # fmt: skip
    assert all(content.values())
    assert content["keys"].keys() == {"checkout", "staff", "ops"}  # type: ignore[attr-defined]
    assert {row["scope"] for row in prepared} == {"checkout", "staff", "ops"}
    assert content["pids"].keys() == {"supervisor", "postgres", "temporal", "mailbox", "api", "worker"}  # type: ignore[attr-defined]
    assert prepared_too == prepared  # The API's own way, by a socket where there is one, leads to the same.
    assert environment["PAKHUIS_SMTP_URL"] == content["smtp_url"]
    assert environment["PAKHUIS_PUBLIC_URL"] == content["api"]
    assert environment["PAKHUIS_TEMPORAL_UI_URL"] == content["temporal_ui"]
    assert environment["TEMPORAL_ADDRESS"] == content["temporal"]
    assert environment["TEMPORAL_NAMESPACE"] == "default"
    assert Path(environment["PAKHUIS_SECRET_KEY_FILE"]).stat().st_mode & 0o077 == 0
    assert Path(environment["PAKHUIS_FILES"], "ebook-1.epub").exists()
    assert not (home / "stack.json").exists()


async def test_a_second_stack_in_the_same_home_is_refused(tmp_path: Path) -> None:
    async with stack_in(tmp_path):
        with pytest.raises(HomeInUse, match="already running"):
            await stack_in(tmp_path).__aenter__()

        assert (tmp_path / "stack.json").exists()


async def test_secrets_and_data_are_the_same_the_next_time(tmp_path: Path) -> None:
    async with stack_in(tmp_path) as first:
        before = first.addresses
        secret = first.home.secret_key.read_text()
    async with stack_in(tmp_path) as second:
        after = second.addresses
        connection = await asyncpg.connect(after.database_url)
        prepared = await connection.fetchval("SELECT count(*) FROM prepared")
        await connection.close()

    assert after.keys == before.keys
    assert second.home.secret_key.read_text() == secret
    assert prepared == 6


async def test_every_part_that_is_killed_comes_back_on_its_port_and_in_stack_json(tmp_path: Path) -> None:
    async with stack_in(tmp_path) as stack:
        before = pids_of(tmp_path)
        addresses = stack.addresses
        for name, pid in before.items():
            if name != "supervisor":
                os.kill(pid, signal.SIGKILL)
        async with asyncio.timeout(20):
            while any(pid == before[name] for name, pid in pids_of(tmp_path).items() if name != "supervisor"):
                await asyncio.sleep(0.02)
            for port in (addresses.api, addresses.mail_page, addresses.temporal_ui):
                while not await answers(str(port)):
                    await asyncio.sleep(0.02)

        assert replace(stack.addresses, pids=before) == addresses


async def answers(address: str) -> bool:
    def ask() -> bool:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return True
        except OSError:
            return False

    return await asyncio.to_thread(ask)


async def test_what_the_environment_names_is_used_and_not_embedded(tmp_path: Path, postgres_url: str) -> None:
    given = {
        "PAKHUIS_DATABASE_URL": postgres_url,
        "TEMPORAL_ADDRESS": "temporal.example:7233",
        "TEMPORAL_NAMESPACE": "shop",
        "PAKHUIS_SMTP_URL": "smtp://relay.example:25",
        "PAKHUIS_SECRET_KEY": "known",
        "PAKHUIS_PUBLIC_URL": "https://shop.example",
    }
    async with stack_in(tmp_path, NOTHING_SET | given) as stack:
        environment = await environment_of_api(stack)
        addresses = stack.addresses

    assert addresses.pids.keys() == {"supervisor", "api", "worker"}
    assert addresses.mail_page is None
    assert addresses.temporal == "temporal.example:7233"
    assert given.items() <= environment.items()
    assert "PAKHUIS_SECRET_KEY_FILE" not in environment


async def test_an_embedded_server_is_not_reached_with_the_settings_of_another(tmp_path: Path) -> None:
    others = {"TEMPORAL_API_KEY": "of the cloud", "PGSSLMODE": "verify-full"}
    async with stack_in(tmp_path, NOTHING_SET | others) as stack:
        environment = await environment_of_api(stack)

    assert not others.keys() & environment.keys()


async def test_a_taken_port_stops_the_start_before_anything_runs(tmp_path: Path) -> None:
    ports = Ports.free()
    with socket.create_server(("127.0.0.1", ports.smtp)), pytest.raises(PortTaken, match="the mail catcher"):
        await stack_in(tmp_path, ports=ports).__aenter__()

    assert not (tmp_path / "postgres").exists()


async def test_a_preparation_that_fails_leaves_nothing_running(tmp_path: Path) -> None:
    async def fail(database_url: str, temporal_address: str, keys: Mapping[str, str]) -> None:
        raise ArithmeticError("the migration failed")

    stack = stack_in(tmp_path, prepare=fail)
    with pytest.raises(ArithmeticError, match="the migration failed"):
        await stack.__aenter__()

    assert all_are_gone(pid for name, pid in stack.addresses.pids.items() if name != "supervisor")


@pytest.mark.parametrize("mode", [0o711, 0o700], ids=["open", "closed"])
def test_kill_9_of_the_supervisor_leaves_no_process_and_the_home_can_be_used_again(mode: int) -> None:
    with tempfile.TemporaryDirectory(prefix="pakhuis-stack-") as folder:
        Path(folder).chmod(mode)
        home = Path(folder, "home")
        command = [sys.executable, "-m", "tests.embedded_programs", "stack", str(home)]
        for _ in range(2):
            with subprocess.Popen(command, env=NOTHING_SET) as supervisor:
                wait_for(partial(is_up, home, supervisor.pid))
                pids = pids_of(home).values()
                supervisor.kill()

            wait_for(partial(all_are_gone, pids))


def is_up(home: Path, supervisor: int) -> bool:
    return (home / "stack.json").exists() and pids_of(home)["supervisor"] == supervisor


def all_are_gone(pids: Iterable[int]) -> bool:
    return not any(is_running(pid) for pid in pids)


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    """Whether the process is there and no zombie; where nobody reaps, the dead stay on the list."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False
