"""The processes that run: each says that it is there, and what code it runs."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from db.pool import Connection
from db.queries import load

SQL = load("processes")
FORGOTTEN_AFTER: Final = timedelta(hours=1)


class Kind(StrEnum):
    API = "api"
    WORKER = "worker"


@dataclass(frozen=True)
class Process:
    """One process, from its start to its end. `build` is a fingerprint of its code."""

    process_id: UUID
    kind: Kind
    version: str
    build: str
    host: str


async def tell(connection: Connection, process: Process) -> None:
    """Say that this process is there, and forget those that have long been silent."""
    await connection.execute(
        SQL["tell"], process.process_id, process.kind, process.version, process.build, process.host
    )
    await connection.execute(SQL["forget"], FORGOTTEN_AFTER)


async def leave(connection: Connection, process: Process) -> None:
    """Say that this process ends."""
    await connection.execute(SQL["leave"], process.process_id)


async def seen(connection: Connection, within: timedelta) -> tuple[Process, ...]:
    """The processes that said so within this time, by the clock of the database; oldest first, by kind."""
    return tuple(
        Process(row["process_id"], Kind(row["kind"]), row["version"], row["build"], row["host"])
        for row in await connection.fetch(SQL["seen"], within)
    )
