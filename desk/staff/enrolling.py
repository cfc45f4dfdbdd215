"""Setting up a second factor: its secret waits in the session until a code proves that an app has it."""

from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request

from db import audit, second_factor, sessions
from db.audit import Act, Doer
from db.pool import within_reach
from db.sessions import Session, Stage
from desk.staff.network import network_of
from desk.staff.shell import Desk
from desk.staff.sign_in_pages import EnrolPage, enrol_page


async def to_enrol(desk: Desk, session: Session, action: str, **more: Any) -> EnrolPage:
    """The page with the square code; its form goes to `action`. The secret is made at the first look, and is
    the same at the next."""
    if session.enrolling_sealed is not None:
        secret = second_factor.unseal(desk.vault, session.staff_id, session.enrolling_sealed)
    else:
        secret = second_factor.fresh_secret()
        async with within_reach(desk.pool) as connection:
            sealed = second_factor.seal(desk.vault, session.staff_id, secret)
            await sessions.enrol(connection, session.session_hash, sealed)
    host = urlsplit(desk.settings.public_url).hostname or ""
    return enrol_page(secret, session.staff_id, f"Pakhuis {host}".strip(), action, **more)


async def prove(
    desk: Desk, request: Request, session: Session, code: str
) -> tuple[str, tuple[str, ...]] | None:
    """Turn the second factor on that this session is setting up, if the code is of it: the session's new id
    and the recovery codes. None if the code is wrong, or nothing is being set up."""
    if session.enrolling_sealed is None:
        return None
    secret = second_factor.unseal(desk.vault, session.staff_id, session.enrolling_sealed)
    step = second_factor.step_of(secret, code)
    if step is None:
        return None
    async with within_reach(desk.pool) as connection, connection.transaction():
        token = await sessions.renew(connection, session.session_hash, Stage.SIGNED)
        if token is None:
            return None
        codes = await second_factor.turn_on(connection, desk.vault, session.staff_id, secret, step)
        await audit.add(connection, doer_of(request, session), Act.SECOND_FACTOR_ON)
    return token, codes


def doer_of(request: Request, session: Session) -> Doer:
    request_id = getattr(request.state, "request_id", None)
    return Doer(f"staff:{session.staff_id}", request_id, network_of(request))
