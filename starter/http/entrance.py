"""Who comes in over HTTP, and what they hand over."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute

from db import keys
from db.keys import Key, Scope
from db.pool import OUTAGES, Pool
from orders.errors import OrderError, OrderUnreadable, Unavailable
from orders.problems import problem
from starter import strict_json
from starter.front_door import Visitor
from starter.http.problems import Forbidden, TooLarge, Unauthorised

REMEMBER_SECONDS = 5.0
"""A revoked key may still be let in for so long."""
STRANGERS_AT_ONCE = 2
"""How many keys nobody has shown before are looked up side by side."""
LARGEST_BODY = 1_048_576
LARGEST_EXPORT = 16_777_216
"""A search answer of an Ecwid store holds up to 100 orders with all their fields."""


class Entrance:
    """Reads the key of a request, and remembers keys for a moment so that most requests ask nobody."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._known: dict[str, tuple[float, Key]] = {}
        self._strangers = asyncio.Semaphore(STRANGERS_AT_ONCE)

    def __call__(self, *scopes: Scope) -> Callable[[Request], Awaitable[Visitor]]:
        """A dependency that lets these scopes in. Raises Unauthorised or Forbidden."""

        async def visitor(request: Request) -> Visitor:
            key = await self._key(request)
            _only_known_parameters(request)
            if key.scope not in scopes:
                raise Forbidden(*scopes)
            return Visitor(actor=key.actor, scope=key.scope, request_id=request.state.request_id)

        return visitor

    async def _key(self, request: Request) -> Key:
        kind, _, secret = request.headers.get("authorization", "").partition(" ")
        secret = secret.strip()
        if kind.lower() != "bearer" or not 0 < len(secret) <= 200:
            raise Unauthorised
        known = self._known.get(secret)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        # Who guesses keys waits in line with others who do, and not in front of those who have one.
        gate = self._strangers if known is None else nullcontext()
        try:
            async with gate, self._pool.acquire() as connection:
                key = await keys.find(connection, secret)
        except OUTAGES as outage:
            raise Unavailable from outage
        if key is None:
            self._known.pop(secret, None)
            raise Unauthorised
        if len(self._known) >= 1000:
            self._known.clear()
        self._known[secret] = (time.monotonic() + REMEMBER_SECONDS, key)
        return key


def _only_known_parameters(request: Request) -> None:
    """Raises OrderUnreadable for a parameter the call does not have: a filter with a slip of the pen in its
    name would else answer every order there is."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return
    known = {field.alias for field in route.dependant.query_params}
    for name in request.query_params:
        if name not in known:
            raise OrderUnreadable.of((name[:100], problem("unknown_parameter")))


async def body(request: Request, limit: int = LARGEST_BODY) -> bytes:
    """The whole body, at most so many bytes. Raises TooLarge before more than that is read."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > limit:
        raise TooLarge(limit)
    chunks = bytearray()
    async for chunk in request.stream():
        chunks += chunk
        if len(chunks) > limit:
            raise TooLarge(limit)
    return bytes(chunks)


def parsed(raw: bytes) -> dict[str, Any]:
    """A JSON object. Raises OrderError for anything else, for repeated keys, NaN and endless nesting."""
    try:
        value = strict_json.loads(raw)
    except ValueError:
        raise OrderError("door.not_json") from None
    if not isinstance(value, dict):
        raise OrderError("door.not_json")
    return value
