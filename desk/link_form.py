"""The form by which a customer asks for the link of their order: one answer, known or not."""

from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request, Response

from db import throttle
from db.pool import Pool, within_reach
from db.throttle import Attempt, Limit, MustWait
from db.vault import Vault
from desk.customer_pages import SECRET_HEADERS, ShopView, draw
from desk.customer_route import customer_router
from desk.dead_link import only_shop
from desk.link_view import LinkForm, LinkPage
from desk.staff.forms import form_of
from desk.staff.network import network_of
from orders.store import LANGUAGES, Language
from starter.front_door import FrontDoor
from starter.http.languages import wanted_language

SENT: Final = "/o/link/sent"
LARGEST_FORM: Final = 8_192
ASKING: Final = Limit(free=10, longest=throttle.NETWORK.longest)
"""By network, and by order number: a shop's counter asks often, a guesser oftener."""
_LONGEST_NUMBER: Final = 60
_LONGEST_ADDRESS: Final = 254
# This page has no secret in its address; and an older browser names no origin to who wants no referrer.
_HEADERS: Final = {"Referrer-Policy": "same-origin"}


def link_form_router(pool: Pool, vault: Vault, front_door: FrontDoor) -> APIRouter:
    """`GET` and `POST /o`, and where the latter leads. Nothing in the answer, nor how long it takes, says
    whether there is such an order."""
    router = customer_router()

    @router.get("/o")
    async def ask(request: Request) -> Response:
        return await _page(request, "ask", LinkForm(language=_language(request)))

    @router.post("/o")
    async def send(request: Request) -> Response:
        fields = await form_of(request, LARGEST_FORM)
        chosen = fields.text("language")
        form = LinkForm(
            language=_language(request, chosen),
            number=fields.text("number", 1000).lstrip("#").strip(),
            email=fields.text("email", 1000),
        )
        if not 0 < len(form.number) <= _LONGEST_NUMBER:
            return await _page(request, "ask", form.model_copy(update={"wrong": "number"}))
        if not 2 < len(form.email) <= _LONGEST_ADDRESS or "@" not in form.email[1:-1]:
            return await _page(request, "ask", form.model_copy(update={"wrong": "email"}))
        try:
            async with within_reach(pool) as connection:
                await throttle.count(connection, *_attempts(vault, network_of(request), form.number))
        except MustWait as wait:
            return await _page(request, "wait", form, seconds=wait.seconds)
        await front_door.ask_for_link(form.number, form.email)
        headers = {**SECRET_HEADERS, "Location": f"{SENT}?language={form.language}"}
        return Response(status_code=HTTPStatus.SEE_OTHER, headers=headers)

    @router.get(SENT)
    async def sent(request: Request) -> Response:
        language = _language(request, request.query_params.get("language", ""))
        return await _page(request, "sent", LinkForm(language=language))

    async def _page(request: Request, said: str, form: LinkForm, seconds: int = 0) -> Response:
        async with within_reach(pool) as connection:
            only = await only_shop(connection)
        page = LinkPage.model_validate(
            {
                "language": form.language,
                "shop": ShopView.of(only) if only else None,
                "said": said,
                "seconds": seconds,
                "form": None if said == "sent" else form,
            }
        )
        if said == "wait":
            headers = {**_HEADERS, "Retry-After": str(seconds)}
            return draw(page, status_code=HTTPStatus.TOO_MANY_REQUESTS, headers=headers)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.wrong else HTTPStatus.OK
        return draw(page, status_code=status, headers=_HEADERS)

    return router


def _attempts(vault: Vault, network: str, number: str) -> tuple[Attempt, ...]:
    return tuple(
        Attempt(vault.keyed_hash("order link", f"{what}:{text}"), ASKING)
        for what, text in (("network", network), ("number", number.lower()))
    )


def _language(request: Request, chosen: str = "") -> Language:
    """Of the page the form stood on; else what the browser asks for."""
    known = next((each for each in LANGUAGES if each == chosen), None)
    return known or wanted_language(request.headers.get("accept-language", ""))
