"""One's own account: password, second factor, language, and where one is signed in."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from db import audit, passwords, second_factor, sessions, staff
from db.audit import Act
from db.pool import within_reach
from db.sessions import Session, Stage
from db.throttle import MustWait
from desk.staff.access import Gate
from desk.staff.account_page import account_page
from desk.staff.checks import Checks
from desk.staff.cookies import keep_session
from desk.staff.enrolling import prove, to_enrol
from desk.staff.errors import NotSignedIn
from desk.staff.forms import Form, form_of
from desk.staff.routes import desk_router
from desk.staff.shell import Desk, Notice, page, see_other, tell
from desk.staff.sign_in import must_wait
from desk.staff.sign_in_pages import RecoveryPage
from desk.staff.signed import Signed
from desk.staff.welcome import chosen
from orders.staff import MemberChange
from orders.store import LANGUAGES
from orders.words import say

ACCOUNT = "/desk/account"
ENROL = "/desk/account/second-factor"


def account_router(desk: Desk, gate: Gate) -> APIRouter:
    """`/desk/account` and its forms."""
    router = desk_router(gate)
    checks = Checks(desk)
    who = Annotated[Signed, Depends(gate.signed)]

    async def answer(request: Request, signed: Signed, status: int = 200, **problem: str) -> Response:
        async with within_reach(desk.pool) as connection:
            model = account_page(
                await staff.find(connection, signed.staff_id),
                await sessions.of(connection, signed.staff_id),
                signed.session_id,
                required=await staff.second_factor_required(connection),
                codes_left=await second_factor.recovery_codes_left(connection, signed.staff_id),
                problem_in=problem.get("problem_in", ""),
                problem=problem.get("problem", ""),
            )
        return await page(desk, request, signed, model, status_code=status)

    async def wrong_password(request: Request, signed: Signed, sent: Form) -> tuple[int, str] | None:
        """Why the form is refused that must hold the present password; None if it does."""
        try:
            if await checks.password(request, signed.staff_id, sent.exact("current")):
                return None
        except MustWait as wait:
            return HTTPStatus.TOO_MANY_REQUESTS, must_wait(signed.language, wait)
        return HTTPStatus.UNPROCESSABLE_ENTITY, say(signed.language, "account.password.wrong")

    async def session_of(request: Request) -> Session:
        session = await gate.session(request)
        if session is None:
            raise NotSignedIn
        return session

    async def done(signed: Signed, key: str, to: str = ACCOUNT) -> Response:
        await tell(desk, signed, Notice(text=say(signed.language, key)))
        return see_other(to)

    @router.get(ACCOUNT)
    async def account(request: Request, signed: who) -> Response:
        return await answer(request, signed)

    @router.post("/desk/account/password")
    async def change_password(request: Request, signed: who) -> Response:
        sent = await form_of(request)
        if (refused := await wrong_password(request, signed, sent)) is not None:
            return await answer(request, signed, refused[0], problem_in="password", problem=refused[1])
        async with within_reach(desk.pool) as connection:
            member = await staff.find(connection, signed.staff_id)
        password, problem = chosen(sent, member, signed.language)
        if problem is not None:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return await answer(request, signed, status, problem_in="password", problem=problem)
        password_hash = await passwords.hashed(password)
        async with within_reach(desk.pool) as connection, connection.transaction():
            await staff.set_password(
                connection, signed.staff_id, password_hash, keep_session=signed.session_id
            )
            await audit.add(connection, signed.doer, Act.PASSWORD_CHANGED, signed.actor)
            notice = Notice(text=say(signed.language, "account.password.changed"))
            await sessions.set_notice(connection, signed.session_id, notice.model_dump(mode="json"))
            token = await sessions.renew(connection, signed.session_id, Stage.SIGNED)
        response = see_other(ACCOUNT)
        if token is not None:
            keep_session(response, token)
        return response

    @router.post("/desk/account/language")
    async def change_language(request: Request, signed: who) -> Response:
        wanted = (await form_of(request)).text("language")
        for language in LANGUAGES:
            if language == wanted:
                async with within_reach(desk.pool) as connection:
                    await staff.change(connection, signed.staff_id, MemberChange(language=language))
                await tell(desk, signed, Notice(text=say(language, "account.language.changed")))
        return see_other(ACCOUNT)

    @router.get(ENROL)
    async def enrol_form(request: Request, signed: who) -> Response:
        model = await to_enrol(desk, await session_of(request), ENROL, asks_password=True)
        return await page(desk, request, signed, model)

    @router.post(ENROL)
    async def enrol(request: Request, signed: who) -> Response:
        sent = await form_of(request)
        session = await session_of(request)
        refused = await wrong_password(request, signed, sent)
        proved = None if refused else await prove(desk, request, session, sent.text("code", 100))
        if proved is None:
            wrong = (HTTPStatus.UNPROCESSABLE_ENTITY, say(signed.language, "account.code.wrong"))
            status, problem = refused or wrong
            more: dict[str, Any] = {"asks_password": True, "problem": problem}
            model = await to_enrol(desk, session, ENROL, **more)
            return await page(desk, request, signed, model, status_code=status)
        token, codes = proved
        shown = RecoveryPage(codes=codes, next=ACCOUNT)
        response: Response = await page(desk, request, signed, shown)
        keep_session(response, token)
        return response

    @router.post("/desk/account/second-factor/off")
    async def turn_off(request: Request, signed: who) -> Response:
        sent = await form_of(request)
        async with within_reach(desk.pool) as connection:
            required = await staff.second_factor_required(connection)
        refused = await wrong_password(request, signed, sent)
        if required:
            refused = HTTPStatus.CONFLICT, say(signed.language, "account.second_factor.is_required")
        if refused is not None:
            return await answer(request, signed, refused[0], problem_in="second_factor", problem=refused[1])
        async with within_reach(desk.pool) as connection, connection.transaction():
            if await second_factor.turn_off(connection, signed.staff_id):
                await audit.add(connection, signed.doer, Act.SECOND_FACTOR_OFF, signed.actor)
        return await done(signed, "account.second_factor.turned_off")

    @router.post("/desk/account/recovery-codes")
    async def renew_codes(request: Request, signed: who) -> Response:
        refused = await wrong_password(request, signed, await form_of(request))
        if refused is not None:
            return await answer(request, signed, refused[0], problem_in="recovery_codes", problem=refused[1])
        if not signed.has_second_factor:
            return see_other(ACCOUNT)
        async with within_reach(desk.pool) as connection, connection.transaction():
            codes = await second_factor.renew_recovery_codes(connection, desk.vault, signed.staff_id)
            await audit.add(connection, signed.doer, Act.RECOVERY_CODES_RENEWED, signed.actor)
        return await page(desk, request, signed, RecoveryPage(codes=codes, next=ACCOUNT))

    @router.post("/desk/account/sessions")
    async def end_sessions(request: Request, signed: who) -> Response:
        sent = await form_of(request)
        name = sent.text("session", 64)
        async with within_reach(desk.pool) as connection, connection.transaction():
            if sent.has("others"):
                await sessions.end_all(connection, signed.staff_id, but=signed.session_id)
            elif len(name) == 64 and all(each in "0123456789abcdef" for each in name):
                await sessions.end(connection, signed.staff_id, bytes.fromhex(name))
            else:
                return see_other(ACCOUNT)
            await audit.add(connection, signed.doer, Act.SESSION_ENDED, signed.actor)
        return await done(signed, "account.sessions.ended")

    return router
