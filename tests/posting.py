"""A postman for tests, and the mails it is given."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

from activities.postman import Delivery, Envelope, NotBegun, Postman

RAW: Final = b"Subject: x\r\n\r\n.a line with a period\r\n..two\r\nend\r\n"
HUGE: Final = RAW + b"x" * 70 + (b"\r\n" + b"y" * 70) * 120_000
SHORT: Final = timedelta(seconds=0.25)
LONG: Final = timedelta(seconds=5)


def a_postman(url: str, **options: Any) -> Postman:
    """One of little patience, that does not rest after a connection that could not be made."""
    return Postman(
        url, **({"envelope_timeout": SHORT, "data_timeout": SHORT, "rest": timedelta(0)} | options)
    )


async def post(
    postman: Postman, raw: bytes = RAW, recipient: str = "sanne@example.com"
) -> Delivery | NotBegun:
    """Hand one mail over; what came of it."""
    async with postman.envelope("orders@shop.example", recipient) as envelope:
        if isinstance(envelope, Envelope):
            return await envelope.deliver(raw)
        return envelope


@asynccontextmanager
async def begun(postman: Postman, recipient: str = "b@example.com", **more: str) -> AsyncIterator[Envelope]:
    """An envelope that the server has taken the addresses of; fails if it has not."""
    async with postman.envelope("a@shop.example", recipient, **more) as envelope:
        assert isinstance(envelope, Envelope)
        yield envelope


async def until(is_so: Callable[[], bool]) -> None:
    """Wait until this is so; fails after five seconds."""
    deadline = time.monotonic() + 5
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to be so"
        await asyncio.sleep(0.005)
