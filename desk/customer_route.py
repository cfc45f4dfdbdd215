"""A route of the customers' pages: whatever goes wrong in it, a person gets a page that says what to do."""

import logging
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from desk.customer_pages import draw
from desk.dead_link import plain_page
from desk.same_origin import is_from_here
from orders.errors import Unavailable
from starter.http.problems import TooLarge

AGAIN_AFTER_SECONDS: Final = 5

log = logging.getLogger("pakhuis.pages")


class CustomerRoute(APIRoute):
    """Refuses what a page elsewhere sent, before it is read, and lets no error out of it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            if not is_from_here(request):
                return _sorry(request, "elsewhere", HTTPStatus.FORBIDDEN)
            try:
                return await handle(request)
            except Unavailable:
                answer = _sorry(request, "away", HTTPStatus.SERVICE_UNAVAILABLE)
                answer.headers["Retry-After"] = str(AGAIN_AFTER_SECONDS)
                return answer
            except TooLarge:
                return _sorry(request, "elsewhere", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            except ClientDisconnect:
                return Response(status_code=HTTPStatus.BAD_REQUEST)  # Nobody reads it.
            except Exception as error:
                request_id = getattr(request.state, "request_id", "-")
                log.error("unexpected error", exc_info=error, extra={"request_id": request_id})
                return _sorry(request, "wrong", HTTPStatus.INTERNAL_SERVER_ERROR)

        return handled


def customer_router() -> APIRouter:
    """A router whose routes are such."""
    return APIRouter(route_class=CustomerRoute, include_in_schema=False)


def _sorry(request: Request, reason: str, status: HTTPStatus) -> Response:
    return draw(plain_page(request.headers.get("accept-language", ""), reason), status_code=status)
