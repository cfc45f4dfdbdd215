"""Who works here: their accounts, the one-time links to choose a password with, and what all must do."""

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from db import second_factor, sessions
from db.passwords import hashed
from db.pool import Connection
from db.queries import load
from orders.rights import Role
from orders.staff import LastAdmin, Member, MemberChange, NewMember, StaffNotFound, StaffTaken
from orders.store import Language

SQL = load("staff")
FIRST_LINK_LIVES: Final = timedelta(hours=1)
"""The link for the very first account, whose maker sits before the machine."""
LINK_LIVES: Final = timedelta(hours=72)


class LinkState(StrEnum):
    ALIVE = "alive"
    USED = "used"
    ENDED = "ended"


class Link(NamedTuple):
    """A one-time link; `token` goes to its owner, and nowhere else."""

    token: str
    ends_at: datetime


class SeenLink(NamedTuple):
    staff_id: str
    resets_second_factor: bool
    ends_at: datetime
    state: LinkState


class Account(NamedTuple):
    """What a sign-in is checked against."""

    staff_id: str
    password_hash: str | None
    has_second_factor: bool
    is_disabled: bool


async def everyone(connection: Connection) -> list[Member]:
    """Who works here, and after them who did."""
    return [Member.model_validate(dict(row)) for row in await connection.fetch(SQL["everyone"])]


async def find(connection: Connection, staff_id: str) -> Member:
    """Raises StaffNotFound."""
    row = await connection.fetchrow(SQL["one"], staff_id)
    if row is None:
        raise StaffNotFound(staff_id)
    return Member.model_validate(dict(row))


async def has_anybody(connection: Connection) -> bool:
    """Whether anybody can sign in at all."""
    return bool(await connection.fetchval(SQL["has_anybody"]))


async def add(connection: Connection, member: NewMember, password_hash: str | None = None) -> None:
    """Make an account; without a password it needs a link first. Raises StaffTaken."""
    added = await connection.fetchval(
        SQL["add"],
        member.staff_id,
        member.name,
        str(member.role),
        member.stores,
        member.language,
        password_hash,
    )
    if added is None:
        raise StaffTaken(member.staff_id)


async def make_ready(
    connection: Connection,
    staff_id: str,
    name: str,
    role: Role,
    password: str,
    *,
    stores: tuple[str, ...] | None = None,
    language: Language = "en",
) -> None:
    """An account that can sign in at once, such as the demo's. Making it again sets its password anew."""
    member = NewMember(staff_id=staff_id, name=name, role=role, stores=stores, language=language)
    password_hash = await hashed(password)
    async with connection.transaction():
        try:
            async with connection.transaction():
                await add(connection, member, password_hash)
        except StaffTaken:
            await set_password(connection, staff_id, password_hash)


async def change(connection: Connection, staff_id: str, wanted: MemberChange) -> Member:
    """Change what is set. Their sessions end where they are disabled, or may do or see something else then.
    Raises StaffNotFound, LastAdmin where nobody would be left who can let others in."""
    async with connection.transaction():
        admins = [row["staff_id"] for row in await connection.fetch(SQL["lock_admins"])]
        was = await find(connection, staff_id)
        changes = wanted.model_dump(exclude_unset=True, exclude={"disabled"})
        # Only `stores` has a None that says something: every store.
        changes = {name: value for name, value in changes.items() if value is not None or name == "stores"}
        now = was.model_copy(update=changes)
        is_disabled = was.disabled_at is not None if wanted.disabled is None else wanted.disabled
        if admins == [staff_id] and (now.role is not Role.ADMIN or is_disabled):
            raise LastAdmin
        await connection.execute(SQL["change"], staff_id, now.name, str(now.role), now.stores, now.language)
        switched = await connection.fetchval(SQL["switch"], staff_id, is_disabled)
        if switched and is_disabled:
            await connection.execute(SQL["end_links"], staff_id)
        if switched or (now.role, now.stores) != (was.role, was.stores):
            await sessions.end_all(connection, staff_id)
        return await find(connection, staff_id)


async def account(connection: Connection, staff_id: str) -> Account | None:
    row = await connection.fetchrow(SQL["password_of"], staff_id)
    if row is None:
        return None
    return Account(row["staff_id"], row["password_hash"], row["has_second_factor"], row["is_disabled"])


async def set_password(
    connection: Connection, staff_id: str, password_hash: str, *, keep_session: bytes | None = None
) -> None:
    """A new password; every session but this one ends, and so does every link."""
    async with connection.transaction():
        await connection.execute(SQL["set_password"], staff_id, password_hash)
        await connection.execute(SQL["end_links"], staff_id)
        await sessions.end_all(connection, staff_id, but=keep_session)


async def rehash(connection: Connection, staff_id: str, was: str, password_hash: str) -> None:
    """The same password, kept at today's cost."""
    await connection.execute(SQL["rehash"], staff_id, was, password_hash)


async def signed_in(connection: Connection, staff_id: str) -> None:
    await connection.execute(SQL["signed_in"], staff_id)


async def second_factor_required(connection: Connection) -> bool:
    """Whether all staff must have a second factor."""
    return bool(await connection.fetchval(SQL["policy"]))


async def require_second_factor(connection: Connection, required: bool) -> bool:
    """Whether this changed anything."""
    return bool(await connection.fetchval(SQL["set_policy"], required))


async def make_link(
    connection: Connection,
    staff_id: str,
    *,
    lives: timedelta = LINK_LIVES,
    resets_second_factor: bool = False,
) -> Link:
    """A new one-time link; those made before end. Raises StaffNotFound."""
    token = secrets.token_urlsafe(32)
    async with connection.transaction():
        await find(connection, staff_id)
        await connection.execute(SQL["end_links"], staff_id)
        ends_at = await connection.fetchval(
            SQL["make_link"], _hash(token), staff_id, resets_second_factor, lives
        )
    return Link(token, ends_at)


async def see_link(connection: Connection, token: str) -> SeenLink | None:
    """What a link is for; looking at it changes nothing, since programs that scan mails look too."""
    row = await connection.fetchrow(SQL["see_link"], _hash(token))
    if row is None:
        return None
    state = LinkState(row["state"])
    return SeenLink(row["staff_id"], row["resets_second_factor"], row["ends_at"], state)


async def use_link(connection: Connection, token: str, password_hash: str) -> str | None:
    """Set the password this link was for, take off a lost second factor where it says so, and end the link.
    Whose password it was; None where the link is dead. Of two at once, one wins."""
    async with connection.transaction():
        row = await connection.fetchrow(SQL["use_link"], _hash(token))
        if row is None:
            return None
        staff_id = str(row["staff_id"])
        await set_password(connection, staff_id, password_hash)
        if row["resets_second_factor"]:
            await second_factor.turn_off(connection, staff_id)
    return staff_id


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
