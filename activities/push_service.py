"""Bringing one message to a push service: only to one on the internet, and without believing what it says."""

import asyncio
import socket
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import httpx

from orders.push import Subscription, is_on_the_internet, origin_of

PATIENCE: Final = httpx.Timeout(10.0, connect=5.0)
RESOLVE_WITHIN_SECONDS: Final = 5.0
LONGEST_WAIT: Final = timedelta(hours=1)
"""No service makes us wait longer than that, whatever it asks for."""
MOST_ADDRESSES: Final = 3
_GONE: Final = (404, 410)

Resolve = Callable[[str, int], Coroutine[Any, Any, Sequence[str]]]


class Taken(NamedTuple):
    """The push service has the message, and brings it when the device can be reached."""


class Gone(NamedTuple):
    """The browser gave its subscription up: nothing will ever get through to it."""


class NotNow(NamedTuple):
    """It did not get through; `problem` says why in a word."""

    problem: str
    wait: timedelta = timedelta(0)
    """How long the service asks us to wait."""


class NotPublic(Exception):
    """The name of a push service leads into a network that is not everybody's."""


async def resolved(host: str, port: int) -> Sequence[str]:
    """The network addresses of a name. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return [str(address[0]) for *_, address in found]


class PushServices:
    """The push services of all browsers. `trusted` is the origin of one that is believed wherever it is."""

    def __init__(
        self,
        trusted: str = "",
        resolve: Resolve = resolved,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._trusted = trusted.lower()
        self._resolve = resolve
        # No proxy, no redirect, no connection that outlives its message: each goes where it was looked at.
        self._http = httpx.AsyncClient(
            timeout=PATIENCE,
            follow_redirects=False,
            trust_env=False,
            transport=transport,
            limits=httpx.Limits(max_connections=50, max_keepalive_connections=0),
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def bring(
        self, subscription: Subscription, body: bytes, headers: dict[str, str]
    ) -> Taken | Gone | NotNow:
        """Hand one message over. Never raises for what the service or the network does."""
        try:
            answer = await self._post(subscription, body, headers)
        except NotPublic:
            return NotNow("not_public")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError) as error:
            return NotNow(type(error).__name__)
        if answer.is_success:
            return Taken()
        if answer.status_code in _GONE:
            return Gone()
        return NotNow(str(answer.status_code), _asked_to_wait(answer.headers.get("retry-after", "")))

    async def _post(self, subscription: Subscription, body: bytes, headers: dict[str, str]) -> httpx.Response:
        address = httpx.URL(subscription.endpoint)
        if self._trusted and origin_of(subscription.endpoint) == self._trusted:
            return await self._send(address, body, headers)
        if not subscription.leads_out():
            raise NotPublic
        host = urlsplit(subscription.endpoint).hostname or ""
        async with asyncio.timeout(RESOLVE_WITHIN_SECONDS):
            found = await self._resolve(host, 443)
        # Every one of them, or none: else whoever owns the name chooses which we take.
        if not found or not all(is_on_the_internet(each) for each in found):
            raise NotPublic
        *others, last = found[:MOST_ADDRESSES]
        for number in others:
            try:
                return await self._send(address, body, headers, number)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue  # Nothing has left yet.
        return await self._send(address, body, headers, last)

    async def _send(
        self, address: httpx.URL, body: bytes, headers: dict[str, str], number: str = ""
    ) -> httpx.Response:
        """With a `number`, to that address and to no other, whatever the name leads to a moment later; the
        certificate is the name's all the same."""
        if number:
            headers = {**headers, "Host": address.host}
        request = self._http.build_request(
            "POST",
            address.copy_with(host=number) if number else address,
            content=body,
            headers=headers,
            extensions={"sni_hostname": address.host} if number else {},
        )
        answer = await self._http.send(request, stream=True)
        await answer.aclose()  # What it says besides its status is not read.
        return answer


def _asked_to_wait(said: str) -> timedelta:
    """What Retry-After asks for: seconds, or a moment."""
    try:
        wait = timedelta(seconds=int(said)) if said.isdecimal() else parsedate_to_datetime(said) - _now()
    except (ValueError, TypeError, OverflowError):
        return timedelta(0)
    return min(max(wait, timedelta(0)), LONGEST_WAIT)


def _now() -> datetime:
    return datetime.now(UTC)
