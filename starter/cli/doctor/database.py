"""Checks of PostgreSQL: reached, fitting this code, durable, on time; and of what it keeps."""

from collections.abc import AsyncIterator
from typing import Final

import asyncpg

from db import pool
from db.migrate import compare
from db.pool import OUTAGES, Connection
from starter.cli.doctor import clocks
from starter.cli.doctor.findings import SECONDS, Finding, SetUp, first_line, well, wrong
from starter.cli.doctor.kept import KEPT

AWAY: Final[tuple[type[BaseException], ...]] = (*OUTAGES, asyncpg.PostgresError, ValueError)
DURABLE: Final = ("fsync", "synchronous_commit", "full_page_writes")
OFF: Final = ("off", "false", "no", "0")
"""How a setting of a role or a database may say it; PostgreSQL keeps the word as it was written."""
_FOR_SOME: Final = """
    SELECT setting, CASE WHEN setrole = 0 THEN '' ELSE setrole::regrole::text END AS role,
        CASE WHEN setdatabase = 0 THEN '' ELSE quote_ident(current_database()) END AS database
    FROM pg_db_role_setting, unnest(setconfig) AS setting
    WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
        AND (setdatabase <> 0 OR setrole IN (0, current_user::regrole))
"""
"""What is set for our database, for our role, or for both. Another role's own settings are its own."""
BY_ROLE_OR_DATABASE: Final = ("global", "database", "user", "database user")


async def database(set_up: SetUp) -> AsyncIterator[Finding]:
    url = set_up.setting("PAKHUIS_DATABASE_URL")
    if not url:
        yield wrong("postgres", "not_set")
        return
    try:
        connection = await asyncpg.connect(url, timeout=SECONDS, command_timeout=SECONDS)
    except AWAY as error:
        yield wrong("postgres", "away", why=first_line(error))
        return
    try:
        await pool.prepare(connection)
        async for finding in _server(set_up, connection):
            yield finding
    except AWAY as error:
        yield wrong("postgres", "failed", why=first_line(error))
    finally:
        connection.terminate()  # Polite words to a server that hangs would be waited for.


async def _server(set_up: SetUp, connection: Connection) -> AsyncIterator[Finding]:
    version = ".".join(map(str, connection.get_server_version()[:2]))
    yield well("postgres", version=version)
    before = set_up.clock()
    now = await connection.fetchval("SELECT clock_timestamp()")
    yield clocks.judged("database_clock", clocks.Reading(before, now, set_up.clock()))
    differs = await compare(connection)
    for key, names in (
        ("newer", differs.unknown), ("older", differs.missing), ("changed", differs.changed)
    ):  # fmt: skip
        if names:
            yield wrong("migrations", key, names=", ".join(names))
    if not any(differs):
        yield well("migrations")
    async for finding in _durability(connection):
        yield finding
    if not any(differs):
        for check in KEPT:
            async for finding in check(set_up, connection):
                yield finding


async def _durability(connection: Connection) -> AsyncIterator[Finding]:
    are_well = True
    for row in await connection.fetch(_FOR_SOME):
        name, _, value = row["setting"].partition("=")
        if name in DURABLE and value.lower() in OFF:
            are_well = False
            yield wrong("durability", "off_for_some", name=name, statement=_reset(name, **_whose(row)))
    in_server = []
    for name in DURABLE:
        found = await connection.fetchrow("SELECT setting, source FROM pg_settings WHERE name = $1", name)
        if found is None or found["setting"] != "off" or found["source"] in BY_ROLE_OR_DATABASE:
            continue
        are_well = False
        if found["source"] == "client":
            yield wrong("durability", "off_in_url", name=name)
        else:
            in_server.append(name)
    if in_server:
        yield wrong("durability", "off", names=", ".join(in_server))
    if are_well:
        yield well("durability")


def _whose(row: asyncpg.Record) -> dict[str, str]:
    return {"role": row["role"], "database": row["database"]}


def _reset(name: str, role: str, database: str) -> str:
    """The statement that takes back a setting."""
    if role and database:
        return f"ALTER ROLE {role} IN DATABASE {database} RESET {name}"
    if database:
        return f"ALTER DATABASE {database} RESET {name}"
    return f"ALTER ROLE {role or 'ALL'} RESET {name}"
