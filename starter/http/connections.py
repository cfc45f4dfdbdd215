"""Connections of the front door: how long a request may take to come in, and how long its head may be."""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

COME_IN_WITHIN_SECONDS: Final = 30.0
"""From the opening of a connection, or the first byte of a request, to the last byte of the request."""
LONGEST_HEAD: Final = 65_536
"""Bytes of the request line and the headers."""


class Connection(HttpToolsProtocol):
    """One connection. uvicorn's own waits for a request for ever, and keeps headers without end."""

    within_seconds = COME_IN_WITHIN_SECONDS

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._late: asyncio.TimerHandle | None = None
        self._head: int | None = 0
        """How much of a head has come in; None while no head is awaited."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._in_time()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._head is not None:
            self._head += len(data)
        super().data_received(data)
        if self._head is not None and self._head > LONGEST_HEAD:
            self._close(b"431 Request Header Fields Too Large")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head = self._head or 0
        self._watch()

    def on_headers_complete(self) -> None:
        self._head = None
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_time()
        super().on_message_complete()

    def _watch(self) -> None:
        self._in_time()
        self._late = self.loop.call_later(self.within_seconds, self._too_late)

    def _in_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _too_late(self) -> None:
        self._close(b"408 Request Timeout")

    def _close(self, status: bytes) -> None:
        if self.transport.is_closing():
            return
        if self.cycle is None or not self.cycle.response_started or self.cycle.response_complete:
            self.transport.write(
                b"HTTP/1.1 " + status + b"\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
            )
        self.transport.close()


def patient_for(seconds: float) -> type[Connection]:
    """Connections on which a request may take so long to come in."""
    return type("Connection", (Connection,), {"within_seconds": seconds})
