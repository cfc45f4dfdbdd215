"""How the desk says no: each error a page that helps, in its reader's language."""

import logging
from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any, Final, Literal
from urllib.parse import quote

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, RedirectResponse, Response

from desk.staff.shell import HEADERS, Shell, draw, is_fragment, local
from orders.errors import OrderError, OrderNotFound, StoreNotFound, Unavailable
from orders.store import Language
from orders.words import in_words, say
from starter.http.languages import wanted_language
from starter.http.problems import TooLarge

log = logging.getLogger("pakhuis.desk")


DESK: Final = "/desk"


class NotSignedIn(Exception):
    """Nobody is signed in, or not any more."""


class NotAllowed(Exception):
    """This role has no right to do that."""


class NotHere(Exception):
    """There is no such page or thing for this reader; what is another store's is none of theirs."""


class FromElsewhere(Exception):
    """A click that did not come from a page of ours."""


Why = Literal["not_found", "not_allowed", "elsewhere", "away", "wrong", "too_large", "refused"]
_STATUS: Final[Mapping[Why, HTTPStatus]] = {
    "not_found": HTTPStatus.NOT_FOUND,
    "not_allowed": HTTPStatus.FORBIDDEN,
    "elsewhere": HTTPStatus.FORBIDDEN,
    "away": HTTPStatus.SERVICE_UNAVAILABLE,
    "wrong": HTTPStatus.INTERNAL_SERVER_ERROR,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "refused": HTTPStatus.BAD_REQUEST,
}


class Sorry(BaseModel, frozen=True):
    template: Literal["staff/sorry.html"] = "staff/sorry.html"
    title: str
    text: str
    back: str = "/desk"


_ONCE_MORE: Final = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Pakhuis</title>'
    '<meta http-equiv="refresh" content="0"></html>'
)
"""Asks for itself again. Who comes by a link on another site, such as a web mail, comes without the cookie:
it goes only with what our own pages ask for, and now one of ours asks."""


def page_for(request: Request, error: Exception) -> Response:
    """The page that says what happened, and what to do; a bug of ours is logged."""
    match error:
        case NotSignedIn():
            return _to_sign_in(request)
        case NotAllowed():
            return _sorry(request, "not_allowed")
        case FromElsewhere():
            return _sorry(request, "elsewhere")
        case HTTPException(status_code=HTTPStatus.NOT_FOUND):
            return _sorry(request, "not_found")
        case NotHere() | OrderNotFound() | StoreNotFound() | RequestValidationError():
            return _sorry(request, "not_found")
        case Unavailable():
            return _sorry(request, "away")
        case TooLarge():
            return _sorry(request, "too_large")
        case OrderError():
            return _sorry(request, "refused", said=in_words(_language(request), error.sentence))
        case ClientDisconnect():
            return _sorry(request, "refused", said="")  # Nobody reads it.
        case _:
            request_id = getattr(request.state, "request_id", "-")
            log.error("unexpected error", exc_info=error, extra={"request_id": request_id})
            return _sorry(request, "wrong")


class PageRoute(APIRoute):
    """A route of the desk: whatever goes wrong in it, a person waits for a page."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except Exception as error:
                return page_for(request, error)

        return handled


def _to_sign_in(request: Request) -> Response:
    """To the page where one signs in, and from there back to where one wanted to be."""
    if request.method == "GET" and request.headers.get("sec-fetch-site") == "cross-site":
        return HTMLResponse(_ONCE_MORE, headers=dict(HEADERS))
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    # Only a page can be gone back to: what a form would have sent is gone.
    back = local(wanted) if request.method == "GET" and not is_fragment(request) else DESK
    address = f"/desk/sign-in?next={quote(back, safe='')}"
    if is_fragment(request):
        return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={**HEADERS, "HX-Redirect": address})
    if request.headers.get("accept") == "text/event-stream":
        return Response(status_code=HTTPStatus.NO_CONTENT)  # Tells a browser to stop asking.
    return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER, headers=dict(HEADERS))


def _language(request: Request) -> Language:
    """Of who is signed in, as the gate noted it; else what the browser asks for."""
    known: Language | None = getattr(request.state, "language", None)
    return known or wanted_language(request.headers.get("accept-language", ""))


def _sorry(request: Request, why: Why, said: str = "") -> HTMLResponse:
    language = _language(request)
    request_id = getattr(request.state, "request_id", "-")
    model = Sorry(
        title=say(language, f"desk.error.{why}_title"),
        text=said or say(language, f"desk.error.{why}", request_id=request_id),
    )
    html = draw(model.template, language, page=model, shell=Shell(name="", language=language, nav=()))
    return HTMLResponse(html, status_code=_STATUS[why], headers={**HEADERS, "Content-Language": language})
