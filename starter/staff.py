"""Managing who works here: the same for desk, API and command line, each act written down in the audit."""

from dataclasses import dataclass
from datetime import datetime

from db import audit, push, second_factor, sessions, staff
from db.audit import Act, Doer
from db.pool import Pool, within_reach
from orders.rights import Role
from orders.staff import Member, MemberChange, NewMember
from orders.store import Language

FIRST_ADMIN = "admin"


@dataclass(frozen=True)
class Invited:
    """Somebody with the one-time link by which they choose their password; it is shown once."""

    member: Member
    link: str
    ends_at: datetime


class People:
    """Who works here. Every method raises Unavailable when PostgreSQL cannot be reached."""

    def __init__(self, pool: Pool, public_url: str) -> None:
        self._pool = pool
        self._public_url = public_url.rstrip("/")

    async def everyone(self) -> list[Member]:
        async with within_reach(self._pool) as connection:
            return await staff.everyone(connection)

    async def find(self, staff_id: str) -> Member:
        """Raises StaffNotFound."""
        async with within_reach(self._pool) as connection:
            return await staff.find(connection, staff_id)

    async def invite(self, member: NewMember, doer: Doer) -> Invited:
        """Make an account and its link: good for an hour where nobody can sign in yet, else for three days.
        Raises StaffTaken."""
        async with within_reach(self._pool) as connection, connection.transaction():
            is_first = not await staff.has_anybody(connection)
            await staff.add(connection, member)
            lives = staff.FIRST_LINK_LIVES if is_first else staff.LINK_LIVES
            link = await staff.make_link(connection, member.staff_id, lives=lives)
            await audit.add(
                connection,
                doer,
                Act.STAFF_INVITED,
                _subject(member.staff_id),
                role=str(member.role),
                stores=_written(member.stores),
            )
            return self._invited(await staff.find(connection, member.staff_id), link)

    async def change(self, staff_id: str, wanted: MemberChange, doer: Doer) -> Member:
        """Change what is set. Their sessions end where they are disabled, or may do or see something else
        then. Raises StaffNotFound, LastAdmin."""
        async with within_reach(self._pool) as connection, connection.transaction():
            was = await staff.find(connection, staff_id)
            now = await staff.change(connection, staff_id, wanted)
            before, after = _facts(was), _facts(now)
            changes: dict[str, str | int] = {
                name: value for name, value in after.items() if before[name] != value
            }
            if was.name != now.name:
                changes["renamed"] = 1
            if changes:
                await audit.add(connection, doer, Act.STAFF_CHANGED, _subject(staff_id), **changes)
            if (was.disabled_at is None) != (now.disabled_at is None):
                act = Act.STAFF_ENABLED if now.disabled_at is None else Act.STAFF_DISABLED
                await audit.add(connection, doer, act, _subject(staff_id))
            return now

    async def reset(self, staff_id: str, doer: Doer, *, second_factor: bool = False) -> Invited:
        """A new one-time link for who lost their password; using it also takes off a lost second factor where
        `second_factor` says so. Until then everything stays as it is. Raises StaffNotFound."""
        async with within_reach(self._pool) as connection, connection.transaction():
            lives = staff.LINK_LIVES if await staff.has_anybody(connection) else staff.FIRST_LINK_LIVES
            link = await staff.make_link(
                connection, staff_id, lives=lives, resets_second_factor=second_factor
            )
            await audit.add(
                connection, doer, Act.STAFF_RESET, _subject(staff_id), second_factor=int(second_factor)
            )
            return self._invited(await staff.find(connection, staff_id), link)

    async def sign_out(self, staff_id: str, doer: Doer) -> None:
        """End every session of this person, and tell their devices nothing any more. Raises StaffNotFound."""
        async with within_reach(self._pool) as connection, connection.transaction():
            await staff.find(connection, staff_id)
            await sessions.end_all(connection, staff_id)
            await push.end_all(connection, staff_id)
            await audit.add(connection, doer, Act.SESSION_ENDED, _subject(staff_id))

    async def turn_off_second_factor(self, staff_id: str, doer: Doer) -> bool:
        """Ask this person for no code any more. Whether one was asked for."""
        async with within_reach(self._pool) as connection, connection.transaction():
            was_on = await second_factor.turn_off(connection, staff_id)
            if was_on:
                await audit.add(connection, doer, Act.SECOND_FACTOR_OFF, _subject(staff_id))
            return was_on

    async def second_factor_required(self) -> bool:
        """Whether all staff must have a second factor."""
        async with within_reach(self._pool) as connection:
            return await staff.second_factor_required(connection)

    async def require_second_factor(self, required: bool, doer: Doer) -> None:
        """From the next sign-in on. Who has none sets one up then."""
        async with within_reach(self._pool) as connection, connection.transaction():
            if await staff.require_second_factor(connection, required):
                await audit.add(connection, doer, Act.POLICY_CHANGED, second_factor=int(required))

    async def first_admin(self, doer: Doer, *, language: Language = "en") -> Invited | None:
        """Where nobody can sign in yet: an admin's link, made anew each time. None where somebody can."""
        async with within_reach(self._pool) as connection:
            if await staff.has_anybody(connection):
                return None
            known = await staff.everyone(connection)
        for member in known:
            if member.role is Role.ADMIN and member.disabled_at is None:
                return await self.reset(member.staff_id, doer)
        taken = {member.staff_id for member in known}
        names = (FIRST_ADMIN, *(f"{FIRST_ADMIN}-{number}" for number in range(2, len(taken) + 3)))
        free = next(name for name in names if name not in taken)
        first = NewMember(staff_id=free, name="Admin", role=Role.ADMIN, language=language)
        return await self.invite(first, doer)

    def _invited(self, member: Member, link: staff.Link) -> Invited:
        return Invited(member, f"{self._public_url}/desk/welcome/{link.token}", link.ends_at)


def _subject(staff_id: str) -> str:
    return f"staff:{staff_id}"


def _written(stores: tuple[str, ...] | None) -> str:
    return "*" if stores is None else " ".join(stores)


def _facts(member: Member) -> dict[str, str]:
    """What the audit says of a change; the name itself stays out of it, so it can be forgotten."""
    return {"role": str(member.role), "stores": _written(member.stores), "language": member.language}
