"""Sessions of the staff: kept here under the hash of their id, and ended here."""

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, Field

from db.pool import Connection
from db.queries import load
from orders.rights import Role
from orders.store import Language

SQL = load("sessions")
IDLE: Final = timedelta(hours=2)
"""A session ends so long after the last click."""
LONGEST: Final = timedelta(hours=12)
"""And so long after the sign-in, whatever happens: a working day."""
UNFINISHED: Final = timedelta(minutes=10)
"""How long a sign-in may take from its password to its code."""
_LONGEST_DEVICE: Final = 200


class Stage(StrEnum):
    """How far a sign-in has come."""

    CODE = "code"
    """The password was right; a code of the second factor is due."""
    ENROL = "enrol"
    """The password was right; a second factor must be set up first."""
    SIGNED = "signed"


class Session(BaseModel, frozen=True):
    """A session, and whose it is."""

    session_hash: bytes = Field(repr=False)
    stage: Stage
    enrolling_sealed: bytes | None = Field(repr=False)
    staff_id: str
    name: str
    role: Role
    stores: tuple[str, ...] | None
    language: Language
    has_second_factor: bool


class KnownSession(NamedTuple):
    """One of somebody's own sessions, as they are shown."""

    session_hash: bytes
    device: str
    network: str
    created_at: datetime
    seen_at: datetime


async def open_session(connection: Connection, staff_id: str, stage: Stage, device: str, network: str) -> str:
    """A new session; its id, 256 random bits, for the browser alone."""
    token = secrets.token_urlsafe(32)
    await connection.execute(SQL["end_old"], IDLE)
    await connection.execute(
        SQL["open"], hash_of(token), staff_id, str(stage), _one_line(device), network, _lives(stage)
    )
    return token


async def find(connection: Connection, token: str, *, is_click: bool = True) -> Session | None:
    """The session of this id, whatever its stage; None for one that ended. A click keeps it from going idle,
    a page that refreshes by itself does not."""
    row = await connection.fetchrow(SQL["find"], hash_of(token), IDLE)
    if row is None:
        return None
    if row["is_stale"] and is_click:
        await connection.execute(SQL["seen"], row["session_hash"])
    return Session.model_validate({name: value for name, value in row.items() if name != "is_stale"})


async def lives(connection: Connection, session_hash: bytes) -> bool:
    """Whether somebody is still signed in by it: for what stays open long, such as the live stream."""
    return bool(await connection.fetchval(SQL["lives"], session_hash))


async def renew(connection: Connection, session_hash: bytes, stage: Stage) -> str | None:
    """Go on to this stage under a new id, so that whoever knew the old one has nothing; None if it ended."""
    token = secrets.token_urlsafe(32)
    renewed = await connection.fetchval(SQL["renew"], session_hash, hash_of(token), str(stage), _lives(stage))
    return token if renewed else None


async def enrol(connection: Connection, session_hash: bytes, sealed: bytes) -> None:
    """Remember the second factor that is being set up in this session."""
    await connection.execute(SQL["enrol"], session_hash, sealed)


async def end(connection: Connection, staff_id: str, session_hash: bytes) -> bool:
    """End one session of this person. Whether there was one."""
    return bool(await connection.fetchval(SQL["end_one"], staff_id, session_hash))


async def end_all(connection: Connection, staff_id: str, *, but: bytes | None = None) -> None:
    """End every session of this person, but for one that may go on."""
    await connection.execute(SQL["end_all"], staff_id, but)


async def of(connection: Connection, staff_id: str) -> list[KnownSession]:
    """The sessions in which this person is signed in, the last used first."""
    rows = await connection.fetch(SQL["of_person"], staff_id, IDLE)
    return [KnownSession(*row.values()) for row in rows]


async def set_notice(connection: Connection, session_hash: bytes, notice: dict[str, Any]) -> None:
    """A message for the next page of this session; it takes the place of one that nobody saw."""
    await connection.execute(SQL["set_notice"], session_hash, notice)


async def take_notice(connection: Connection, session_hash: bytes) -> dict[str, Any] | None:
    """The message that waits, once."""
    notice: dict[str, Any] | None = await connection.fetchval(SQL["take_notice"], session_hash)
    return notice


def hash_of(token: str) -> bytes:
    """How a session's id is kept."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _lives(stage: Stage) -> timedelta:
    return LONGEST if stage is Stage.SIGNED else UNFINISHED


def _one_line(device: str) -> str:
    return "".join(each if each.isprintable() else " " for each in device)[:_LONGEST_DEVICE].strip()
