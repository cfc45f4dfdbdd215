"""What happens to every request: an id, a limit on its size, one log line, and no secrets in it."""

import logging
import re
import time
import uuid

from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orders.paths import scrub_path

REQUESTS = Counter("pakhuis_http_requests_total", "Requests by route and status.", ["route", "status"])
SECONDS = Histogram(
    "pakhuis_http_request_seconds",
    "Seconds per request.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")

log = logging.getLogger("pakhuis.access")


class RequestIds:
    """Gives every request an id (the caller's own if it is a sensible one), every response carries it, and
    one line is logged when it is over."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.match(given) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        began = time.perf_counter()
        status = 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            seconds = time.perf_counter() - began
            route = getattr(scope.get("route"), "path", "-")
            REQUESTS.labels(route, str(status)).inc()
            SECONDS.labels(route).observe(seconds)
            log.info(
                "request",
                extra={
                    "request_id": request_id,
                    "order": _order_of(scope),
                    "method": scope["method"],
                    "path": scrub_path(scope["path"])[:200],
                    "status": status,
                    "milliseconds": round(seconds * 1000, 1),
                },
            )


def _order_of(scope: Scope) -> str | None:
    """The order a request was about: from its path, or as the call itself noted it."""
    known = scope.get("path_params", {}).get("order_id") or scope["state"].get("order")
    return str(known)[:64] if known else None
