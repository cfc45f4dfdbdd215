"""The cookies of the order page: one per order, so that several stand side by side in one browser."""

import base64
import hashlib
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from db.order_pages import VISIT

PREFIX: Final = "__Host-pakhuis-order-"
MOST_COOKIES: Final = 20
"""Orders one browser is let in to at once: a server refuses a request with endless cookies."""
_REF_CHARACTERS: Final = 12


def ref_of(token_hash: bytes) -> str:
    """What an order is called in the address of its page: it says nothing of the order, and opens nothing."""
    digest = hashlib.sha256(b"page address" + token_hash).digest()
    return base64.b32encode(digest).decode().lower()[:_REF_CHARACTERS]


def page_address(ref: str) -> str:
    """The clean address of an order's page: worth nothing to who finds it."""
    return f"/o/order/{ref}"


def cookie_of(request: Request, ref: str) -> str | None:
    """What this browser was let in with; None if it was not, or shows no cookies."""
    return request.cookies.get(PREFIX + ref)


def keep_cookie(response: Response, request: Request, ref: str, cookie: str) -> None:
    """Let the browser in. Lax, since the first step comes from a mailbox on another site; nothing can be
    changed with it. The oldest make room where there are too many."""
    seconds = int(VISIT.total_seconds())
    response.set_cookie(
        PREFIX + ref, cookie, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax"
    )
    # A browser sends those it got first in front.
    known = [name for name in request.cookies if name.startswith(PREFIX) and name != PREFIX + ref]
    for name in known[: max(0, len(known) - MOST_COOKIES + 1)]:
        forget_cookie(response, name.removeprefix(PREFIX))


def forget_cookie(response: Response, ref: str) -> None:
    response.delete_cookie(PREFIX + ref, path="/", secure=True, httponly=True, samesite="lax")
