"""What browsers report that our Content-Security-Policy stopped: a fault of ours, or an attack."""

import json
import logging
import time
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from starlette.responses import Response

from desk.staff.access import Gate
from desk.staff.routes import desk_router
from orders.paths import scrub_path
from starter.http.entrance import body
from starter.http.problems import TooLarge

LARGEST: Final = 16_384
SECONDS_BETWEEN: Final = 1.0
"""Anybody may report; more often than this nothing is written, so nobody fills the log."""
log = logging.getLogger("pakhuis.policy")


def policy_reports_router(gate: Gate) -> APIRouter:
    """`POST /desk/csp`, also for the customers' pages."""
    router = desk_router(gate)
    written_at = float("-inf")

    @router.post("/desk/csp")
    async def report(request: Request) -> Response:
        nonlocal written_at
        try:
            said = _read(await body(request, LARGEST))
        except TooLarge:
            said = None
        now = time.monotonic()
        if said is not None and now - written_at >= SECONDS_BETWEEN:
            written_at = now
            log.warning("content security policy was broken", extra=said)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return router


def _read(raw: bytes) -> dict[str, str] | None:
    """The facts of a report, without what an address may hide; None if it is not one."""
    try:
        said: Any = json.loads(raw)["csp-report"]
        directive = str(said.get("effective-directive") or said["violated-directive"])
        blocked = urlsplit(str(said.get("blocked-uri", "")))
        page = urlsplit(str(said.get("document-uri", "")))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return {
        "directive": _short(directive),
        # "inline" and "eval" come as bare words; of an address only whose it is.
        "blocked": _short(blocked.netloc or blocked.scheme or blocked.path),
        "page": _short(scrub_path(page.path)),
    }


def _short(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text)[:100]
