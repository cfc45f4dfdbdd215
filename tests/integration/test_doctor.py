"""The doctor finds nothing wrong with a sound set-up, and what is wrong with a PostgreSQL, on real ones."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from db.migrate import all_migrations
from embedded.files import put_samples
from embedded.mailbox import Mailbox
from embedded.ports import free_port
from embedded.postgres import Postgres
from embedded.supervisor import Supervisor
from embedded.temporal import Temporal
from starter.cli.doctor.database import database
from tests.doctoring import execute, found, look, readable_only_by_us, set_up, skewed, until
from tests.house import SECRET, fresh_database

TOP = Path(__file__).parents[2]
PAKHUIS = (sys.executable, "-m", "starter.cli")


@pytest.fixture(scope="module")
async def durable_url(servers_folder: Path) -> AsyncIterator[str]:
    """A PostgreSQL that keeps what it has committed, as one that is not for tests."""
    postgres = Postgres(servers_folder / "durable", free_port(), servers_folder / "durable.log")
    async with Supervisor(postgres):
        yield postgres.url


@pytest.fixture
async def a_database(postgres_url: str) -> str:
    return await fresh_database(postgres_url)


async def start(*words: str, environment: dict[str, str]) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(*words, stdout=pipe, stderr=pipe, env=environment, cwd=TOP)


async def examined(environment: dict[str, str], *words: str) -> tuple[int | None, str]:
    process = await start(*PAKHUIS, "doctor", *words, environment=environment)
    out, err = await process.communicate()
    assert b"Traceback" not in err, err
    return process.returncode, out.decode()


async def how_many_run(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM processes"))
    finally:
        await connection.close()


async def test_a_sound_set_up_has_nothing_wrong(durable_url: str, servers_folder: Path) -> None:
    engine = Temporal(servers_folder / "sound" / "temporal.db", free_port(), servers_folder / "sound.log")
    url = await fresh_database(durable_url)
    folder = servers_folder / "sound"
    folder.mkdir(mode=0o700, exist_ok=True)
    put_samples(folder / "files")
    async with Supervisor(engine), Mailbox(folder / "mails") as mailbox:
        environment = {
            "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8",
            "PAKHUIS_HOME": str(folder / "nothing"),
            "PAKHUIS_DATABASE_URL": url,
            "PAKHUIS_SMTP_URL": mailbox.smtp_url,
            "PAKHUIS_SECRET_KEY_FILE": str(readable_only_by_us(folder / "key", SECRET)),
            "PAKHUIS_PUBLIC_URL": "http://127.0.0.1:8080",
            "PAKHUIS_FILES": str(folder / "files"),
            "TEMPORAL_ADDRESS": engine.address,
        }
        await execute(url, """UPDATE stores SET settings = '{"mail_from": "orders@pakhuis.nl"}'""")
        worker = await start(sys.executable, "-m", "worker", environment=environment)
        api = await start(*PAKHUIS, "serve", "--port", str(free_port()), environment=environment)

        async def both_are_there() -> bool:
            return await how_many_run(url) == 2

        async def nobody_is_there() -> bool:
            return await how_many_run(url) == 0

        async def no_worker_is_missed() -> tuple[int | None, str] | None:
            ran = await examined(environment, "--json")
            return None if "no_worker" in ran[1] else ran

        try:
            await until(both_are_there)
            code, out = await until(no_worker_is_missed)
            dutch = await examined(environment, "--language", "nl")
        finally:
            for process in (worker, api):
                process.send_signal(signal.SIGTERM)
                await process.wait()
        await until(nobody_is_there)

    findings = json.loads(out)
    troubled = {each["check"]: each["text"] for each in findings["checks"] if each["state"] != "well"}
    assert (code, findings["well"]) == (0, True)
    # The Python of this machine may be an older one, and the shop's domain is not asked for by the test.
    assert troubled.keys() <= {"python", "senders"}
    assert {each["check"] for each in findings["checks"]} == {
        "settings", "public_address", "python", "secret_key", "secrets", "files", "postgres",
        "database_clock", "durability", "migrations", "processes", "sweep", "files_wanted", "senders",
        "temporal", "namespace", "retention", "search_attributes", "temporal_clock", "task_queue",
        "authorisation", "smtp", "stopped",
    }  # fmt: skip
    assert dutch[0] == 0
    assert "wat is vastgelegd, overleeft een crash" in dutch[1]


async def test_a_database_that_forgets_at_a_crash_is_named_with_each_setting(a_database: str) -> None:
    finding = await found(database, set_up(a_database), "durability")

    assert (finding.state, finding.key) == ("wrong", "off")
    assert "fsync, full_page_writes: off" in finding.text
    assert "postgresql.conf" in finding.text


@pytest.mark.parametrize(
    ("statement", "cure"),
    [
        ("ALTER DATABASE {database} SET synchronous_commit = off", "ALTER DATABASE {database} RESET"),
        ("ALTER DATABASE {database} SET synchronous_commit = 'false'", "ALTER DATABASE {database} RESET"),
        (
            "ALTER ROLE pakhuis IN DATABASE {database} SET synchronous_commit = off",
            "ALTER ROLE pakhuis IN DATABASE {database} RESET",
        ),
    ],
)
async def test_a_commit_that_does_not_wait_is_found_where_it_was_set(
    durable_url: str, statement: str, cure: str
) -> None:
    url = await fresh_database(durable_url)
    name = url.rsplit("/", 1)[1]
    await execute(url, statement.format(database=name))

    finding = await found(database, set_up(url), "durability")

    assert (finding.state, finding.key) == ("wrong", "off_for_some")
    assert f"{cure.format(database=name)} synchronous_commit" in finding.text


async def test_a_role_whose_commits_do_not_wait_is_found(durable_url: str) -> None:
    url = await fresh_database(durable_url)
    await execute(url, "ALTER ROLE pakhuis SET synchronous_commit = off")
    try:
        finding = await found(database, set_up(url), "durability")
    finally:
        await execute(url, "ALTER ROLE pakhuis RESET synchronous_commit")

    assert "ALTER ROLE pakhuis RESET synchronous_commit" in finding.text
    assert (await found(database, set_up(url), "durability")).state == "well"


async def test_a_url_that_switches_waiting_off_is_found(durable_url: str) -> None:
    url = await fresh_database(durable_url)

    finding = await found(database, set_up(f"{url}?synchronous_commit=off"), "durability")

    assert (finding.state, finding.key) == ("wrong", "off_in_url")


@pytest.mark.parametrize(
    ("statement", "key", "cure"),
    [
        ("DELETE FROM migrations WHERE name = '{last}'", "older", "pakhuis migrate"),
        ("INSERT INTO migrations VALUES ('9999_from_the_future.sql', '')", "newer", "Upgrade Pakhuis"),
        ("UPDATE migrations SET sha256 = 'other' WHERE name = '{last}'", "changed", "restore the file"),
        ("DROP TABLE migrations", "older", "pakhuis migrate"),
    ],
)
async def test_a_database_that_does_not_fit_this_code_is_told_apart(
    a_database: str, statement: str, key: str, cure: str
) -> None:
    await execute(a_database, statement.format(last=max(all_migrations())))

    finding = await found(database, set_up(a_database), "migrations")

    assert (finding.state, finding.key) == ("wrong", key)
    assert cure in finding.text


@pytest.mark.parametrize(
    ("seconds", "state", "key"),
    [(0, "well", "well"), (5, "warning", "behind"), (-5, "warning", "ahead"), (60, "wrong", "behind")],
)
async def test_a_database_whose_clock_is_apart_is_found(
    a_database: str, seconds: float, state: str, key: str
) -> None:
    finding = await found(database, set_up(a_database, clock=skewed(seconds)), "database_clock")

    assert (finding.state, finding.key) == (state, key)
    if seconds:
        assert f"{abs(seconds)} s" in finding.text
        assert "NTP" in finding.text


async def test_a_database_that_is_away_is_one_finding() -> None:
    gone = f"postgresql://127.0.0.1:{free_port()}/pakhuis"

    findings = await look(database, set_up(gone))

    assert [(each.check, each.key) for each in findings] == [("postgres", "away")]
