"""The one-time link: where somebody new, or somebody who lost theirs, chooses a password."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import Response

from db import audit, passwords, staff
from db.audit import Act, Doer
from db.pool import within_reach
from db.staff import LinkState, SeenLink
from desk.staff.access import Gate
from desk.staff.checks import Checks
from desk.staff.forms import Form, form_of
from desk.staff.network import network_of
from desk.staff.routes import desk_router
from desk.staff.shell import Desk, page
from desk.staff.sign_in import go_on, language_of
from desk.staff.sign_in_pages import DeadWelcomePage, WelcomePage
from orders.passwords import must_be_fit, normalised
from orders.staff import Member, PasswordUnfit
from orders.store import Language
from orders.words import in_words, say


def welcome_router(desk: Desk, gate: Gate) -> APIRouter:
    """`/desk/welcome/{token}`: looking at it changes nothing, since programs that scan mails look too."""
    router = desk_router(gate)
    checks = Checks(desk)

    async def owner(token: str) -> tuple[SeenLink, Member] | None:
        async with within_reach(desk.pool) as connection:
            seen = await staff.see_link(connection, token)
            return (seen, await staff.find(connection, seen.staff_id)) if seen else None

    async def dead(request: Request, seen: SeenLink | None) -> Response:
        reason = DeadWelcomePage(
            reason="unknown" if seen is None else "used" if seen.state is LinkState.USED else "ended"
        )
        status = HTTPStatus.NOT_FOUND if seen is None else HTTPStatus.GONE
        return await page(desk, request, None, reason, status_code=status, language=language_of(request))

    @router.get("/desk/welcome/{token}")
    async def form(request: Request, token: str) -> Response:
        known = await owner(token)
        if known is None or known[0].state is not LinkState.ALIVE:
            return await dead(request, known[0] if known else None)
        seen, member = known
        return await page(desk, request, None, _page(token, seen, member), language=member.language)

    @router.post("/desk/welcome/{token}")
    async def choose(request: Request, token: str) -> Response:
        known = await owner(token)
        if known is None or known[0].state is not LinkState.ALIVE:
            return await dead(request, known[0] if known else None)
        seen, member = known
        password, problem = chosen(await form_of(request), member, member.language)
        if problem is not None:
            model = _page(token, seen, member, problem)
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return await page(desk, request, None, model, status_code=status, language=member.language)
        password_hash = await passwords.hashed(password)
        async with within_reach(desk.pool) as connection, connection.transaction():
            used_by = await staff.use_link(connection, token, password_hash)
            if used_by is not None:
                request_id = getattr(request.state, "request_id", None)
                doer = Doer(f"staff:{used_by}", request_id, network_of(request))
                await audit.add(connection, doer, Act.STAFF_LINK_USED, doer.actor)
        if used_by is None:
            return await dead(request, await _seen(token))
        async with within_reach(desk.pool) as connection:
            now = await staff.find(connection, used_by)
        begun = await checks.begin(request, used_by, has_second_factor=now.has_second_factor)
        return await go_on(desk, gate, request, begun, "")

    async def _seen(token: str) -> SeenLink | None:
        async with within_reach(desk.pool) as connection:
            return await staff.see_link(connection, token)

    return router


def chosen(form: Form, member: Member, language: Language) -> tuple[str, str | None]:
    """The new password of a form that asks for it twice, and what is wrong with it, in a sentence."""
    password = form.exact("password")
    try:
        password = must_be_fit(password, member.staff_id, member.name, *(member.stores or ()))
    except PasswordUnfit as unfit:
        return "", in_words(language, unfit.sentence)
    if password != normalised(form.exact("repeat")):
        return "", say(language, "account.password.differs")
    return password, None


def _page(token: str, seen: SeenLink, member: Member, problem: str | None = None) -> WelcomePage:
    return WelcomePage(
        token=token,
        name=member.name,
        staff_id=member.staff_id,
        resets_second_factor=seen.resets_second_factor and member.has_second_factor,
        problem=problem,
    )
