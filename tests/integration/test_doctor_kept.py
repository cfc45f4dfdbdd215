"""The doctor finds what is wrong with what PostgreSQL keeps: who runs, what lies, which files, who writes."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from db import processes
from db.pool import Pool, connect
from db.processes import Kind, Process
from orders.store import StoreSettings
from starter.build import FOLDER, ROOMS, build, fingerprint, version
from starter.cli.doctor.database import database
from starter.cli.doctor.domains import ADDRESS, MAIL_EXCHANGER, NAME_SERVER
from starter.cli.doctor.findings import Finding, SetUp
from starter.presence import present
from tests.digital import EBOOK, MUGS, Shop, an_order
from tests.doctoring import PUBLIC, look, name_server, set_up, until
from tests.house import fresh_database

WORLD = {("", NAME_SERVER): (0, 13)}
"""What every name server knows that knows the world."""


@pytest.fixture
async def url(postgres_url: str) -> str:
    return await fresh_database(postgres_url)


@pytest.fixture
async def pool(url: str) -> AsyncIterator[Pool]:
    opened = await connect(url, most=4)
    yield opened
    await opened.close()


@pytest.fixture
def shop(pool: Pool) -> Shop:
    return Shop(pool)


async def about(matter: str, examined: SetUp) -> list[Finding]:
    return [each for each in await look(database, examined) if each.check == matter]


def a_process(kind: Kind = Kind.WORKER, code: str = "") -> Process:
    return Process(uuid.uuid4(), kind, version(), code or build(), "stapelhuis")


async def tell(pool: Pool, *told: Process) -> None:
    async with pool.acquire() as connection:
        for process in told:
            await processes.tell(connection, process)


async def test_a_process_that_runs_is_seen_and_one_that_ended_is_not(url: str, pool: Pool) -> None:
    async def findings() -> list[Finding]:
        return [each for each in await about("processes", set_up(url)) if each.state == "well"]

    async with present(pool, Kind.WORKER):
        (seen,) = await until(findings)
    after = await about("processes", set_up(url))

    assert f"{version()}+{build()}" in seen.text
    assert [(each.state, each.key) for each in after] == [("warning", "no_worker")]


async def test_a_process_tells_that_it_is_there_again_and_again(pool: Pool) -> None:
    async def told_twice() -> bool:
        return bool(await pool.fetchval("SELECT bool_or(seen_at > started_at) FROM processes"))

    async with present(pool, Kind.API, beat_seconds=0.02):
        assert await until(told_twice)


async def test_a_database_without_the_table_stops_no_process(pool: Pool) -> None:
    await pool.execute("DROP TABLE processes")

    async with present(pool, Kind.WORKER, beat_seconds=0.02):
        assert await pool.fetchval("SELECT 1") == 1


async def test_a_worker_that_has_been_silent_for_two_minutes_is_missed(url: str, pool: Pool) -> None:
    await tell(pool, a_process(Kind.API), a_process(Kind.WORKER))
    before = await about("processes", set_up(url))
    await pool.execute("UPDATE processes SET seen_at = now() - interval '130 seconds' WHERE kind = 'worker'")

    after = await about("processes", set_up(url))

    assert [each.state for each in before] == ["well"]
    assert ("warning", "no_worker") in [(each.state, each.key) for each in after]


async def test_processes_that_were_silent_for_an_hour_are_forgotten(pool: Pool) -> None:
    await tell(pool, a_process())
    await pool.execute("UPDATE processes SET seen_at = now() - interval '61 minutes'")

    await tell(pool, replace(a_process(), host="anders"))

    assert [row["host"] for row in await pool.fetch("SELECT host FROM processes")] == ["anders"]


async def test_processes_with_different_code_are_named(url: str, pool: Pool) -> None:
    await tell(pool, a_process(), a_process(code="0123456789ab"), a_process(Kind.API))

    (finding,) = await about("processes", set_up(url))

    assert (finding.state, finding.key) == ("warning", "apart")
    assert f"worker stapelhuis {version()}+0123456789ab" in finding.text


async def test_processes_with_other_code_than_the_doctor_s_are_named(url: str, pool: Pool) -> None:
    await tell(pool, a_process(code="0123456789ab"))

    (finding,) = await about("processes", set_up(url))

    assert (finding.state, finding.key) == ("warning", "other_code")


def test_any_change_of_the_code_changes_its_fingerprint(tmp_path: Path) -> None:
    for room in ROOMS:
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").write_text(f'"""{room}"""\n')
    (tmp_path / "worker.py").write_text("")
    first = fingerprint(tmp_path)
    (tmp_path / "db" / "__pycache__").mkdir()
    (tmp_path / "db" / "__pycache__" / "x.pyc").write_bytes(b"compiled")
    same = fingerprint(tmp_path)
    (tmp_path / "db" / "__init__.py").write_text('"""db."""\n')
    other = fingerprint(tmp_path)
    (tmp_path / "db" / "__init__.py").rename(tmp_path / "db" / "moved.py")

    assert first == same
    assert len({first, other, fingerprint(tmp_path)}) == 3
    assert all((FOLDER / room).is_dir() for room in ROOMS)


LAGS = {
    "unstarted": "UPDATE orders SET started_at = NULL, accepted_at = now() - interval '{long}'",
    "undelivered": (
        "INSERT INTO commands (store, order_id, command_id, type, actor, payload, fingerprint, received_at)"
        " SELECT store, order_id, 'c', 'hold', 'staff:a', '{{}}', '', now() - interval '{long}' FROM orders"
    ),
    "untried": "UPDATE mails SET created_at = now() - interval '{long}' WHERE state = 'queued'",
    "overdue": "UPDATE orders SET due_at = now() - interval '{long}'",
}


@pytest.mark.parametrize(
    ("what", "long", "is_found"),
    [
        ("unstarted", "50 seconds", False),
        ("unstarted", "70 seconds", True),
        ("undelivered", "50 seconds", False),
        ("undelivered", "70 seconds", True),
        ("untried", "290 seconds", False),
        ("untried", "310 seconds", True),
        ("overdue", "590 seconds", False),
        ("overdue", "610 seconds", True),
    ],
)
async def test_what_lies_longer_than_it_should_is_found(
    url: str, pool: Pool, shop: Shop, what: str, long: str, is_found: bool
) -> None:
    order = await shop.keep(an_order(MUGS, method="shipping"))
    await pool.execute("UPDATE orders SET started_at = now()")
    await pool.execute(LAGS[what].format(long=long))

    (finding,) = await about("sweep", set_up(url))

    assert (finding.state, finding.key) == (("wrong", what) if is_found else ("well", "well"))
    assert (order.order_id in finding.text) == is_found


async def test_a_payment_whose_order_never_came_is_no_lag(url: str, pool: Pool) -> None:
    await pool.execute(
        "INSERT INTO commands (store, order_id, command_id, type, actor, payload, fingerprint, received_at)"
        " VALUES ('', 'K1', 'c', 'payment', 'checkout:shop', '{}', '', now() - interval '1 day')"
    )

    (finding,) = await about("sweep", set_up(url))

    assert finding.state == "well"


async def test_a_file_that_an_open_order_promises_and_that_is_not_there_is_named(
    url: str, shop: Shop, tmp_path: Path
) -> None:
    (tmp_path / "ebook-1.epub").write_text("het boek")
    order = await shop.keep(an_order(EBOOK))

    (finding,) = await about("files_wanted", set_up(url, PAKHUIS_FILES=str(tmp_path)))
    (tmp_path / "ebook-1.pdf").write_text("het boek")
    (mended,) = await about("files_wanted", set_up(url, PAKHUIS_FILES=str(tmp_path)))

    assert (finding.state, finding.key) == ("wrong", "missing")
    assert finding.text.startswith(f"ebook-1.pdf is missing from {tmp_path}")
    assert order.order_id in finding.text
    assert mended.state == "well"


async def test_a_file_that_only_a_cancelled_line_promised_is_not_missed(
    url: str, pool: Pool, shop: Shop, tmp_path: Path
) -> None:
    await shop.keep(an_order(EBOOK, MUGS, method="shipping"))
    await pool.execute("UPDATE order_lines SET cancelled = ordered WHERE line_id = 'book'")

    (finding,) = await about("files_wanted", set_up(url, PAKHUIS_FILES=str(tmp_path)))

    assert finding.state == "well"


async def test_a_file_that_a_living_link_leads_to_is_missed(
    url: str, pool: Pool, shop: Shop, tmp_path: Path
) -> None:
    order = await shop.keep(an_order(EBOOK))
    await pool.execute("UPDATE orders SET is_open = false")
    await pool.execute(
        "INSERT INTO downloads (token_hash, store, order_id, line_id, file, issue)"
        " VALUES ('hash', 'default', $1, 'book', 'ebook-1.epub', '-first')",
        order.order_id,
    )
    (finding,) = await about("files_wanted", set_up(url, PAKHUIS_FILES=str(tmp_path)))
    await pool.execute("UPDATE downloads SET expires_at = now()")
    (later,) = await about("files_wanted", set_up(url, PAKHUIS_FILES=str(tmp_path)))

    assert finding.text.startswith("ebook-1.epub is missing")
    assert later.state == "well"


@pytest.mark.parametrize("sender", ["orders@winkel", "orders@mokken.example", "a@b.test", "a@example.com"])
@pytest.mark.parametrize(("public_url", "state"), [(PUBLIC, "wrong"), ("http://localhost", "warning")])
async def test_a_store_without_a_domain_to_write_from_is_named(
    url: str, shop: Shop, sender: str, public_url: str, state: str
) -> None:
    await shop.set_up(mail_from=sender)

    (finding,) = await about("senders", set_up(url, public_url))

    assert (finding.state, finding.key) == (state, "placeholder")
    assert f"store default writes from {sender}" in finding.text
    assert "pakhuis stores set default" in finding.text


async def test_a_store_that_was_never_set_up_has_no_domain_to_write_from(url: str) -> None:
    (finding,) = await about("senders", set_up(url, PUBLIC))

    assert (finding.state, finding.key) == ("wrong", "placeholder")
    assert StoreSettings().mail_from in finding.text


@pytest.mark.parametrize(
    ("answers", "state", "key"),
    [
        (WORLD, "wrong", "unknown"),
        ({**WORLD, ("mokken.nl", MAIL_EXCHANGER): (0, 1)}, "well", "well"),
        (
            {**WORLD, ("mokken.nl", MAIL_EXCHANGER): (0, 0), ("mokken.nl", ADDRESS): (0, 2)},
            "well",
            "well",
        ),
        ({**WORLD, **{("mokken.nl", kind): (0, 0) for kind in (1, 15, 28)}}, "warning", "without_mail"),
        ({}, "well", "not_asked"),
        ({**WORLD, ("mokken.nl", MAIL_EXCHANGER): (2, 0)}, "well", "not_asked"),
    ],
)
async def test_a_domain_is_asked_for_where_somebody_answers(
    url: str,
    shop: Shop,
    answers: dict[tuple[str, int], tuple[int, int]],
    state: str,
    key: str,
) -> None:
    await shop.set_up(mail_from="orders@mokken.nl")
    async with name_server(answers) as server:
        (finding,) = await about("senders", set_up(url, PUBLIC, name_servers=(server,)))

    assert (finding.state, finding.key) == (state, key)
