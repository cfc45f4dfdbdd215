"""Migrations: the files of db/migrations, each applied once, in order, by one process at a time."""

import asyncio
import hashlib
from importlib.resources import files
from typing import NamedTuple

from db.pool import Connection

LOCK = 7_205_759_403


class MigrationRefused(Exception):
    """The database and this code do not fit together; says which is ahead."""


async def migrate(connection: Connection) -> list[str]:
    """Bring the schema to what this code expects; the names of what was applied now. Safe to run at once
    from many processes, and as often as you like. Raises MigrationRefused."""
    # Polled, not waited for: a waiting session holds a snapshot that CREATE INDEX CONCURRENTLY waits for.
    while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    try:
        return await _apply_all(connection)
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", LOCK)


async def _apply_all(connection: Connection) -> list[str]:
    await connection.execute(
        "CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, sha256 text NOT NULL,"
        " applied_at timestamptz NOT NULL DEFAULT now())"
    )
    applied = {
        row["name"]: row["sha256"] for row in await connection.fetch("SELECT name, sha256 FROM migrations")
    }
    known = all_migrations()
    for name, sha256 in applied.items():
        if name not in known:
            raise MigrationRefused(
                f"the database has {name}, which this version does not know; upgrade Pakhuis"
            )
        if hashlib.sha256(known[name].encode()).hexdigest() != sha256:
            raise MigrationRefused(f"{name} was changed after it was applied; add a new migration instead")
    fresh = [name for name in sorted(known) if name not in applied]
    for name in fresh:
        async with connection.transaction():
            await connection.execute(known[name])
            await connection.execute(
                "INSERT INTO migrations (name, sha256) VALUES ($1, $2)",
                name,
                hashlib.sha256(known[name].encode()).hexdigest(),
            )
    return fresh


def all_migrations() -> dict[str, str]:
    """Every migration this code knows, by file name."""
    folder = files("db").joinpath("migrations")
    return {each.name: each.read_text("utf-8") for each in folder.iterdir() if each.name.endswith(".sql")}


async def is_current(connection: Connection) -> bool:
    """Whether the schema is what this code expects."""
    if await connection.fetchval("SELECT to_regclass('migrations') IS NULL"):
        return False
    rows = await connection.fetch("SELECT name FROM migrations")
    return {row["name"] for row in rows} == set(all_migrations())


class Comparison(NamedTuple):
    """Migrations, by file name, in which a database and this code differ; all empty where they fit."""

    missing: tuple[str, ...]
    """Known here, and not applied there: the database is older."""
    unknown: tuple[str, ...]
    """Applied there, and not known here: the database is newer."""
    changed: tuple[str, ...]
    """Applied there with another text than this code has."""


async def compare(connection: Connection) -> Comparison:
    """How the schema differs from what this code expects. Changes nothing."""
    known = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in all_migrations().items()}
    if await connection.fetchval("SELECT to_regclass('migrations') IS NULL"):
        return Comparison(tuple(sorted(known)), (), ())
    rows = await connection.fetch("SELECT name, sha256 FROM migrations")
    applied = {row["name"]: row["sha256"] for row in rows}
    return Comparison(
        missing=tuple(sorted(known.keys() - applied.keys())),
        unknown=tuple(sorted(applied.keys() - known.keys())),
        changed=tuple(sorted(name for name in known.keys() & applied.keys() if known[name] != applied[name])),
    )
