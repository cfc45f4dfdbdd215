"""PostgreSQL starts wherever its folder lies and whoever we are, and forgets nothing."""

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from embedded.ports import free_port
from embedded.postgres import Postgres
from embedded.runner import runner_for
from embedded.supervisor import Supervisor

IS_ROOT = os.geteuid() == 0


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everybody may pass; pytest's own are closed for all but us."""
    folder = Path(tempfile.mkdtemp(prefix="pakhuis-postgres-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def postgres_in(folder: Path) -> Postgres:
    return Postgres(folder / "postgres", free_port(), folder / "postgres.log", durable=False)


async def ask(postgres: Postgres, question: str) -> object:
    connection = await asyncpg.connect(postgres.url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def answer_after_restart(postgres: Postgres, question: str) -> object:
    async with asyncio.timeout(10):
        while True:
            try:
                return await ask(postgres, question)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await asyncio.sleep(0.01)


async def test_it_starts_in_a_path_with_a_space_and_quotes(folder: Path) -> None:
    odd = folder / "mijn \"beste\" pakhuis, 'nr 1'"
    odd.mkdir(mode=0o711)
    async with Supervisor(postgres_in(odd)) as supervisor:
        assert isinstance(supervisor.part, Postgres)
        assert await ask(supervisor.part, "SELECT current_database()::text") == "pakhuis"


async def test_text_is_sorted_the_same_on_every_system(folder: Path) -> None:
    postgres = postgres_in(folder)
    question = "SELECT datlocprovider::text || ' ' || datlocale FROM pg_database WHERE datname = 'pakhuis'"
    async with Supervisor(postgres):
        assert await ask(postgres, question) == "b C.UTF-8"


async def test_it_syncs_to_disk_unless_a_test_asks_for_less(folder: Path) -> None:
    postgres = Postgres(folder / "postgres", free_port(), folder / "postgres.log")
    async with Supervisor(postgres):
        settings = "SELECT current_setting('fsync') || current_setting('synchronous_commit')"
        assert await ask(postgres, settings) == "onon"


async def test_it_listens_on_a_unix_socket_where_the_path_is_short_enough(folder: Path) -> None:
    postgres = postgres_in(folder)
    async with Supervisor(postgres):
        assert postgres.socket_folder is not None
        assert list(postgres.socket_folder.glob(".s.PGSQL.*"))


async def test_it_starts_without_a_socket_where_the_path_is_too_long(folder: Path) -> None:
    deep = folder / ("l" * 60) / ("o" * 60)
    deep.mkdir(parents=True, mode=0o711)
    deep.parent.chmod(0o711)
    postgres = postgres_in(deep)
    async with Supervisor(postgres):
        assert postgres.socket_folder is None
        assert await ask(postgres, "SELECT 1") == 1


async def test_what_is_committed_survives_kill_9_and_a_restart_by_itself(folder: Path) -> None:
    postgres = postgres_in(folder)
    async with Supervisor(postgres) as supervisor:
        await ask(postgres, "CREATE TABLE kept AS SELECT 42 AS answer")
        assert supervisor.pid is not None
        os.kill(supervisor.pid, signal.SIGKILL)

        assert await answer_after_restart(postgres, "SELECT answer FROM kept") == 42


async def test_the_lock_of_a_zombie_does_not_hold_the_data_for_ever(folder: Path) -> None:
    first = postgres_in(folder)
    async with Supervisor(first):
        await ask(first, "CREATE TABLE kept AS SELECT 42 AS answer")
    # Dead and not reaped: what a killed server is where the first process of the machine reaps nobody.
    data = folder / "postgres" / "data"
    zombie = subprocess.Popen(["true"], user=data.stat().st_uid if IS_ROOT else None)
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
    lock = data / "postmaster.pid"
    lock.write_text(f"{zombie.pid}\n{data}\n0\n5433\n\n127.0.0.1\n0 0\nready\n")

    again = postgres_in(folder)
    async with Supervisor(again):
        assert await ask(again, "SELECT answer FROM kept") == 42
    zombie.wait()


async def test_data_that_was_only_half_made_is_made_anew(folder: Path) -> None:
    half = folder / "postgres" / "data.new"
    half.mkdir(parents=True)
    (folder / "postgres").chmod(0o711)
    (half / "PG_VERSION").write_text("18\n")
    postgres = postgres_in(folder)
    async with Supervisor(postgres):
        assert await ask(postgres, "SELECT 1") == 1


@pytest.mark.skipif(not IS_ROOT, reason="who is not root runs PostgreSQL as oneself")
async def test_root_runs_it_as_nobody(folder: Path) -> None:
    async with Supervisor(postgres_in(folder)) as supervisor:
        owner = Path("/proc", str(supervisor.pid)).stat().st_uid

    assert owner != 0


@pytest.mark.skipif(not IS_ROOT, reason="who is not root cannot become somebody else")
def test_who_has_given_up_root_runs_both_servers(folder: Path) -> None:
    folder.chmod(0o777)
    command = [sys.executable, "-m", "tests.embedded_programs", "servers-as-nobody", str(folder)]
    environment = os.environ | {"HOME": str(folder)}
    finished = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )

    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith("pakhuis 65534")


def can_make_a_user_namespace() -> bool:
    return (
        IS_ROOT
        and not subprocess.run(
            ["unshare", "--user", "--map-user=65534", "true"], check=False, capture_output=True
        ).returncode
    )


@pytest.mark.skipif(not can_make_a_user_namespace(), reason="needs root, and a kernel that lets it")
async def test_root_runs_it_where_only_root_can_come_and_opens_nothing(folder: Path) -> None:
    closed = folder / "closed"
    home = closed / "home"
    home.mkdir(parents=True)
    closed.chmod(0o700)
    postgres = postgres_in(home)
    async with Supervisor(postgres):
        assert await ask(postgres, "SELECT 1") == 1

    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@pytest.mark.skipif(not can_make_a_user_namespace(), reason="needs root, and a kernel that lets it")
async def test_data_made_as_nobody_is_still_there_once_the_tree_is_closed(folder: Path) -> None:
    inner = folder / "inner"
    inner.mkdir()
    first = postgres_in(inner)
    async with Supervisor(first):
        await ask(first, "CREATE TABLE kept AS SELECT 42 AS answer")
    folder.chmod(0o700)

    again = postgres_in(inner)
    async with Supervisor(again):
        assert await ask(again, "SELECT answer FROM kept") == 42


@pytest.mark.skipif(not IS_ROOT, reason="only root looks for somebody else")
def test_in_the_closed_home_of_a_user_root_runs_it_as_that_user(folder: Path) -> None:
    home = folder / "anna"
    (home / "venv" / "bin").mkdir(parents=True)
    home.chmod(0o700)
    os.chown(home, 4242, 4242)

    assert runner_for(home / "venv" / "bin", home / "data").user == 4242
