"""The cookies of the desk: the session, and the mark of a browser that somebody signed in with before."""

import secrets
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from db.vault import Vault
from desk.staff.access import COOKIE

DEVICE_COOKIE: Final = "__Host-pakhuis-device"
DEVICE_SECONDS: Final = 365 * 24 * 3600
_PURPOSE: Final = "known device"
_MOST_PEOPLE: Final = 10
"""How many people one browser is known for: those who share a packing table."""


def keep_session(response: Response, token: str) -> None:
    """Without an end of its own: the session's end is kept by us, and the browser's end ends it too."""
    _set(response, COOKIE, token, None)


def forget_session(response: Response) -> None:
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")


def keep_device(response: Response, request: Request, vault: Vault, staff_id: str) -> None:
    """Note that this person has signed in with this browser."""
    known = _marks(request)
    if _mark_of(known, vault, staff_id) is None:
        nonce = secrets.token_urlsafe(16)
        known = [f"{nonce}:{vault.token(_PURPOSE, staff_id, nonce)}", *known]
    _set(response, DEVICE_COOKIE, ".".join(known[:_MOST_PEOPLE]), DEVICE_SECONDS)


def device_of(request: Request, vault: Vault, staff_id: str) -> str | None:
    """The name of the browser if this person signed in with it before; else None. Nobody can make one up."""
    return _mark_of(_marks(request), vault, staff_id)


def _marks(request: Request) -> list[str]:
    text = request.cookies.get(DEVICE_COOKIE, "")
    return text.split(".")[:_MOST_PEOPLE] if 0 < len(text) < 4000 else []


def _mark_of(marks: list[str], vault: Vault, staff_id: str) -> str | None:
    for mark in marks:
        nonce, _, token = mark.partition(":")
        if token and vault.token_behind(Vault.token_hash(token), _PURPOSE, staff_id, nonce) is not None:
            return nonce
    return None


def _set(response: Response, name: str, value: str, seconds: int | None) -> None:
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="strict")
