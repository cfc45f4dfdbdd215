"""The same-origin check: a request that changes something counts only if it comes from a page of ours.

No token in any form: the browser itself says where a request comes from, and no page elsewhere can make it
say anything else. Sessions are kept from other sites by SameSite=Strict besides. The API and webhooks have
keys and signatures instead, and are not touched. The desk asks at its gate (desk/staff/access.py); a router
of customers' pages has SameOriginRoute as its class.
"""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from orders.words import say
from starter.http.languages import wanted_language

SAFE: Final = ("GET", "HEAD", "OPTIONS", "TRACE")


def is_from_here(request: Request) -> bool:
    """Whether a page of this very origin, or a person by hand, made the request; always for one that changes
    nothing. A browser too old to say it by Sec-Fetch-Site says it by Origin; without either nobody can tell,
    so it is not."""
    if request.method in SAFE:
        return True
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = urlsplit(request.headers.get("origin", "")).netloc.lower()
    return bool(origin) and origin == request.headers.get("host", "").lower()


class SameOriginRoute(APIRoute):
    """A route of the customers' pages that refuses what a page elsewhere made, before it is read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            if is_from_here(request):
                return await handle(request)
            language = wanted_language(request.headers.get("accept-language", ""))
            return PlainTextResponse(say(language, "account.elsewhere"), HTTPStatus.FORBIDDEN)

        return handled
