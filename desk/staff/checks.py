"""Checks at the sign-in: is this the password, is this the code; counted before they are looked at."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from db import audit, passwords, second_factor, sessions, staff, throttle
from db.audit import Act, Doer
from db.pool import within_reach
from db.sessions import Session, Stage
from db.throttle import ACCOUNT, CODE, NETWORK, Attempt, Limit
from desk.staff.cookies import device_of
from desk.staff.network import network_of
from desk.staff.shell import Desk

NOBODY: Final = "unknown"
_PURPOSE: Final = "sign-in"


@dataclass(frozen=True)
class Begun:
    """A sign-in whose password was right: the id of its session, and what comes next."""

    token: str
    staff_id: str
    stage: Stage


class Checks:
    """What a sign-in is checked by. All raise MustWait where there were too many attempts."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def sign_in(self, request: Request, staff_id: str, password: str) -> Begun | None:
        """Begin a session if this is the password; None if not. Who is unknown, disabled or has no password
        yet gets the same answer after the same time."""
        attempts = self._attempts(request, staff_id)
        async with within_reach(self._desk.pool) as connection:
            await throttle.count(connection, *attempts)
            account = await staff.account(connection, staff_id)
        may = account is not None and not account.is_disabled
        kept = account.password_hash if account is not None and may else None
        checked = await passwords.check(password, kept)
        async with within_reach(self._desk.pool) as connection:
            if account is None or kept is None or not checked.is_right:
                known = f"staff:{account.staff_id}" if account else NOBODY
                await audit.add(connection, _doer(request, known), Act.PASSWORD_REFUSED)
                return None
            if checked.rehashed is not None:
                await staff.rehash(connection, staff_id, kept, checked.rehashed)
            await throttle.forget(connection, attempts[0].subject)
        return await self.begin(request, staff_id, has_second_factor=account.has_second_factor)

    async def begin(self, request: Request, staff_id: str, *, has_second_factor: bool) -> Begun:
        """A session for who proved the password, as far as it goes without the second factor."""
        async with within_reach(self._desk.pool) as connection, connection.transaction():
            stage = Stage.CODE if has_second_factor else Stage.SIGNED
            if stage is Stage.SIGNED and await staff.second_factor_required(connection):
                stage = Stage.ENROL
            device = request.headers.get("user-agent", "")
            token = await sessions.open_session(connection, staff_id, stage, device, network_of(request))
            if stage is Stage.SIGNED:
                await staff.signed_in(connection, staff_id)
                await audit.add(connection, _doer(request, f"staff:{staff_id}"), Act.SIGNED_IN)
        return Begun(token, staff_id, stage)

    async def code(self, request: Request, session: Session, code: str) -> str | None:
        """Finish a sign-in by a code of the second factor; the session's new id. None if the code is wrong,
        was used before, or the session ended meanwhile."""
        staff_id = session.staff_id
        attempt = self._attempt(CODE, "code", staff_id)
        doer = _doer(request, f"staff:{staff_id}")
        async with within_reach(self._desk.pool) as connection:
            await throttle.count(connection, attempt)
            taken = await second_factor.take(connection, self._desk.vault, staff_id, code)
            if taken is None:
                await audit.add(connection, doer, Act.CODE_REFUSED)
                return None
            await throttle.forget(connection, attempt.subject)
            async with connection.transaction():
                token = await sessions.renew(connection, session.session_hash, Stage.SIGNED)
                if token is not None:
                    await staff.signed_in(connection, staff_id)
                    act = Act.RECOVERY_CODE_USED if taken == "recovery" else Act.SIGNED_IN
                    await audit.add(connection, doer, act)
        return token

    async def password(self, request: Request, staff_id: str, password: str) -> bool:
        """Whether this is the password of who is signed in, asked once more before something that matters."""
        attempt = self._attempt(ACCOUNT, "password", staff_id)
        async with within_reach(self._desk.pool) as connection:
            await throttle.count(connection, attempt)
            account = await staff.account(connection, staff_id)
        checked = await passwords.check(password, account.password_hash if account else None)
        async with within_reach(self._desk.pool) as connection:
            if checked.is_right:
                await throttle.forget(connection, attempt.subject)
            else:
                await audit.add(connection, _doer(request, f"staff:{staff_id}"), Act.PASSWORD_REFUSED)
        return checked.is_right

    def _attempts(self, request: Request, staff_id: str) -> tuple[Attempt, ...]:
        """Under what an attempt is counted: first whose account it is for."""
        device = device_of(request, self._desk.vault, staff_id)
        if device is not None:
            return (self._attempt(ACCOUNT, "device", staff_id, device),)
        return (
            self._attempt(ACCOUNT, "account", staff_id),
            self._attempt(NETWORK, "network", network_of(request)),
        )

    def _attempt(self, limit: Limit, *about: str) -> Attempt:
        return Attempt(self._desk.vault.keyed_hash(_PURPOSE, "\0".join(about)), limit)


def _doer(request: Request, actor: str) -> Doer:
    return Doer(actor, getattr(request.state, "request_id", None), network_of(request))
