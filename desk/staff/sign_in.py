"""Signing in: the password, then the code of the second factor where there is one; and signing out."""

from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from db import audit, sessions, staff
from db.audit import Act
from db.pool import within_reach
from db.sessions import Stage
from db.throttle import MustWait
from desk.staff.access import Gate
from desk.staff.checks import Begun, Checks
from desk.staff.cookies import forget_session, keep_device, keep_session
from desk.staff.enrolling import doer_of, prove, to_enrol
from desk.staff.forms import form_of
from desk.staff.routes import desk_router
from desk.staff.shell import Desk, local, page, see_other
from desk.staff.sign_in_pages import CodePage, RecoveryPage, SignInPage
from orders.store import Language
from orders.words import say
from starter.http.languages import wanted_language

SIGN_IN = "/desk/sign-in"
CODE = "/desk/sign-in/code"
ENROL = "/desk/sign-in/second-factor"
_NEXT_STEP = {Stage.CODE: CODE, Stage.ENROL: ENROL}

Next = Annotated[str, Query(max_length=2000)]


def sign_in_router(desk: Desk, gate: Gate) -> APIRouter:
    """`/desk/sign-in` with its steps, and `/desk/sign-out`."""
    router = desk_router(gate)
    checks = Checks(desk)

    @router.get(SIGN_IN)
    async def form(request: Request, next: Next = "") -> Response:
        session = await gate.session(request)
        if session is not None and session.stage is Stage.SIGNED:
            return see_other(local(next))
        return await page(
            desk, request, None, SignInPage(next=local(next, "")), language=language_of(request)
        )

    @router.post(SIGN_IN)
    async def sign_in(request: Request) -> Response:
        sent = await form_of(request)
        staff_id, wanted = sent.text("staff_id", 80).casefold(), local(sent.text("next"), "")
        language = language_of(request)
        try:
            begun = await checks.sign_in(request, staff_id, sent.exact("password"))
            status, problem = HTTPStatus.UNAUTHORIZED, say(language, "account.sign_in.wrong")
        except MustWait as wait:
            begun, status, problem = None, HTTPStatus.TOO_MANY_REQUESTS, must_wait(language, wait)
        if begun is None:
            model = SignInPage(staff_id=staff_id, next=wanted, problem=problem)
            return await page(desk, request, None, model, status_code=status, language=language)
        return await go_on(desk, gate, request, begun, wanted)

    @router.get(CODE)
    async def code_form(request: Request, next: Next = "") -> Response:
        session = await gate.session(request)
        if session is None or session.stage is not Stage.CODE:
            return see_other(_with_next(SIGN_IN, local(next, "")))
        model = CodePage(next=local(next, ""))
        return await page(desk, request, None, model, language=session.language)

    @router.post(CODE)
    async def code(request: Request) -> Response:
        sent = await form_of(request)
        wanted = local(sent.text("next"), "")
        session = await gate.session(request)
        if session is None or session.stage is not Stage.CODE:
            return see_other(_with_next(SIGN_IN, wanted))
        try:
            token = await checks.code(request, session, sent.text("code", 100))
            status, problem = HTTPStatus.UNAUTHORIZED, say(session.language, "account.code.wrong")
        except MustWait as wait:
            token, status = None, HTTPStatus.TOO_MANY_REQUESTS
            problem = must_wait(session.language, wait)
        if token is None:
            model = CodePage(next=wanted, problem=problem)
            return await page(desk, request, None, model, status_code=status, language=session.language)
        return _signed_in(desk, request, token, session.staff_id, wanted)

    @router.get(ENROL)
    async def enrol_form(request: Request, next: Next = "") -> Response:
        session = await gate.session(request)
        if session is None or session.stage is not Stage.ENROL:
            return see_other(_with_next(SIGN_IN, local(next, "")))
        model = await to_enrol(desk, session, ENROL, next_=local(next, ""), is_required=True)
        return await page(desk, request, None, model, language=session.language)

    @router.post(ENROL)
    async def enrol(request: Request) -> Response:
        sent = await form_of(request)
        wanted = local(sent.text("next"), "")
        session = await gate.session(request)
        if session is None or session.stage is not Stage.ENROL:
            return see_other(_with_next(SIGN_IN, wanted))
        done = await prove(desk, request, session, sent.text("code", 100))
        if done is None:
            problem = say(session.language, "account.code.wrong")
            model = await to_enrol(desk, session, ENROL, next_=wanted, is_required=True, problem=problem)
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return await page(desk, request, None, model, status_code=status, language=session.language)
        token, codes = done
        async with within_reach(desk.pool) as connection:
            await staff.signed_in(connection, session.staff_id)
            await audit.add(connection, doer_of(request, session), Act.SIGNED_IN)
        shown = RecoveryPage(codes=codes, next=local(wanted))
        response: Response = await page(desk, request, None, shown, language=session.language)
        keep_session(response, token)
        keep_device(response, request, desk.vault, session.staff_id)
        return response

    @router.post("/desk/sign-out")
    async def sign_out(request: Request) -> Response:
        session = await gate.session(request)
        if session is not None:
            async with within_reach(desk.pool) as connection:
                await sessions.end(connection, session.staff_id, session.session_hash)
                await audit.add(connection, doer_of(request, session), Act.SIGNED_OUT)
        response = see_other(SIGN_IN)
        forget_session(response)
        return response

    return router


async def go_on(desk: Desk, gate: Gate, request: Request, begun: Begun, wanted: str) -> Response:
    """After the password: to the next step, or in. The session there was before ends: a new one, a new id."""
    before = await gate.session(request)
    if before is not None:
        async with within_reach(desk.pool) as connection:
            await sessions.end(connection, before.staff_id, before.session_hash)
    if begun.stage is Stage.SIGNED:
        return _signed_in(desk, request, begun.token, begun.staff_id, wanted)
    response = see_other(_with_next(_NEXT_STEP[begun.stage], wanted))
    keep_session(response, begun.token)
    return response


def must_wait(language: Language, wait: MustWait) -> str:
    return say(language, "account.sign_in.wait", count=wait.seconds)


def language_of(request: Request) -> Language:
    """Of who is not signed in: as the browser asks."""
    return wanted_language(request.headers.get("accept-language", ""))


def _signed_in(desk: Desk, request: Request, token: str, staff_id: str, wanted: str) -> Response:
    response = see_other(local(wanted))
    keep_session(response, token)
    keep_device(response, request, desk.vault, staff_id)
    return response


def _with_next(path: str, wanted: str) -> str:
    return f"{path}?next={quote(wanted, safe='')}" if wanted else path
