"""A TCP proxy that can be slow, silent, cut off or closed, while it runs."""

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Final, cast

from torture.doors import Door

_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)
_MOST_WAITING: Final = 1 << 20


class Proxy:
    """`async with Proxy("127.0.0.1", 5432) as proxy`: what connects to `proxy.port` reaches that target.

    All methods work at once, on open connections and on those to come, and add up until `heal`. They are
    called from the event loop that the proxy runs in.
    """

    def __init__(self, target_host: str, target_port: int, *, port: int = 0) -> None:
        self.target = (target_host, target_port)
        self.port = port
        self.met = 0
        """How many connections there have been."""
        self.delay_seconds = 0.0
        self.is_held = False
        self.cuts: dict[bool, int | None] = {True: None, False: None}
        """How many octets a new connection may carry from the client (True) and to it (False)."""
        self._links: set[_Link] = set()
        self._listener: socket.socket | None = None

    @property
    def open_connections(self) -> int:
        return len(self._links)

    def delay(self, seconds: float) -> None:
        """Pass everything on so much later, in each direction: a round trip takes twice as long."""
        self.delay_seconds = seconds

    def hold(self) -> None:
        """Half-open: pass nothing on, not even an end. Connections stay, and new ones are taken in.

        As behind a broken line, what was sent meanwhile arrives once it is healed.
        """
        self.is_held = True
        self._settle()

    def cut(self) -> None:
        """Reset every open connection, now, to both ends. New ones are as good as before."""
        for link in list(self._links):
            link.reset()

    def cut_after(self, octets: int, *, answers: bool = False) -> None:
        """Reset each connection, old or new, when it has carried so many more octets from its client.

        They reach the target, and no octet after them. With `answers` those from the target are counted: 0
        loses the very next answer, so what was asked is done and the caller does not hear of it.
        """
        self.cuts[not answers] = octets
        for link in self._links:
            link.side(from_client=not answers).octets_left = octets

    def refuse(self) -> None:
        """Refuse new connections; open ones live on."""
        if self._listener is not None:
            self._loop.remove_reader(self._listener)
            self._listener.close()
            self._listener = None

    def heal(self) -> None:
        """Work as it should again, and pass on at once what was held or delayed."""
        self.delay_seconds = 0.0
        self.is_held = False
        self.cuts = {True: None, False: None}
        for link in self._links:
            for from_client in (True, False):
                link.side(from_client=from_client).octets_left = None
        if self._listener is None:
            self._listen()
        self._settle()

    async def __aenter__(self) -> "Proxy":
        self._loop = asyncio.get_running_loop()
        self._door = Door(self.port)
        self.port = self._door.port
        self._listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.refuse()
        opening = [link.opening for link in self._links if link.opening is not None]
        self.cut()
        await asyncio.gather(*opening, return_exceptions=True)
        self._door.close()

    def forget(self, link: "_Link") -> None:
        self._links.discard(link)

    def _listen(self) -> None:
        self._listener = self._door.listener()
        self._loop.add_reader(self._listener, self._accept, self._listener)

    def _accept(self, listener: socket.socket) -> None:
        with suppress(BlockingIOError):
            while True:
                accepted, _ = listener.accept()
                accepted.setblocking(False)
                self.met += 1
                link = _Link(self, self._loop)
                self._links.add(link)
                link.opening = self._loop.create_task(link.open(accepted))

    def _settle(self) -> None:
        for link in list(self._links):
            link.settle()


class _Link:
    """One connection of a client and the one to the target that belongs to it."""

    def __init__(self, proxy: Proxy, loop: asyncio.AbstractEventLoop) -> None:
        self.proxy = proxy
        self.loop = loop
        self.opening: asyncio.Task[None] | None = None
        self._may_open = asyncio.Event()
        self._is_over = False
        self._client = _Side(self, proxy.cuts[True])
        self._target = _Side(self, proxy.cuts[False])
        self._client.other, self._target.other = self._target, self._client

    def side(self, *, from_client: bool) -> "_Side":
        return self._client if from_client else self._target

    async def open(self, accepted: socket.socket) -> None:
        await self.loop.connect_accepted_socket(lambda: self._client, accepted)
        self.settle()
        await self._may_open.wait()
        if not self._is_over:
            try:
                await self.loop.create_connection(lambda: self._target, *self.proxy.target)
            except OSError:
                self.reset()
        if self._is_over:  # It was reset while it opened.
            self.reset()
        self.settle()

    def settle(self) -> None:
        """Read, wait or pass on, as the proxy is told to now."""
        if not self.proxy.is_held:
            self._may_open.set()
        for side in (self._client, self._target):
            side.pass_on()
            side.read_if_it_may()

    def reset(self) -> None:
        """End both connections so that both ends see a reset."""
        self._is_over = True
        self._may_open.set()
        for side in (self._client, self._target):
            side.reset()
        self.proxy.forget(self)

    def close_if_both_ended(self) -> None:
        if self._client.has_ended and self._target.has_ended:
            for side in (self._client, self._target):
                if side.transport is not None:
                    side.transport.close()
            self.proxy.forget(self)


class _Side(asyncio.Protocol):
    """One end of a link: what it reads goes to the other."""

    other: "_Side"

    def __init__(self, link: _Link, octets_left: int | None) -> None:
        self._link = link
        self.octets_left = octets_left
        self.transport: asyncio.Transport | None = None
        self.has_ended = False
        """Whether its end was passed on to the other."""
        self._is_choked = False
        self._waiting: deque[tuple[float, bytes]] = deque()
        """What was read and when to pass it on; no octets stand for the end."""
        self._size = 0
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.read_if_it_may()

    def data_received(self, data: bytes) -> None:
        if self.octets_left is not None:
            if len(data) >= self.octets_left:
                self.pass_on(everything=True)
                if self.octets_left:
                    self._write(data[: self.octets_left])
                self._link.reset()
                return
            self.octets_left -= len(data)
        self._take(data)

    def eof_received(self) -> bool:
        self._take(b"")
        return True  # The other direction may still have something to say.

    def connection_lost(self, error: Exception | None) -> None:
        if error is not None:
            self._link.reset()

    def pause_writing(self) -> None:
        self._is_choked = True
        self.other.read_if_it_may()

    def resume_writing(self) -> None:
        self._is_choked = False
        self.other.read_if_it_may()

    def read_if_it_may(self) -> None:
        """Read no more while nothing may pass, or the other end is slower than this one."""
        if self.transport is None:
            return
        is_ready = self.other.transport is not None and not self.other._is_choked
        if is_ready and not self._link.proxy.is_held and self._size < _MOST_WAITING:
            self.transport.resume_reading()
        else:
            self.transport.pause_reading()

    def pass_on(self, *, everything: bool = False) -> None:
        """Write to the other end all that is due."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = self._link.loop.time()
        is_late = everything or not self._link.proxy.delay_seconds
        while self._waiting and (everything or not self._link.proxy.is_held):
            due, data = self._waiting[0]
            if due > now and not is_late:
                self._timer = self._link.loop.call_at(due, self._wake)
                return
            self._waiting.popleft()
            self._size -= len(data)
            self._write(data)

    def reset(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._waiting.clear()
        if self.transport is not None:
            end: Callable[..., None] = self.transport.get_extra_info("socket").setsockopt
            with suppress(OSError):
                end(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self.transport.abort()

    def _take(self, data: bytes) -> None:
        delay = self._link.proxy.delay_seconds
        if not delay and not self._waiting and not self._link.proxy.is_held:
            self._write(data)
            return
        self._waiting.append((self._link.loop.time() + delay, data))
        self._size += len(data)
        self.read_if_it_may()
        if self._timer is None:
            self.pass_on()

    def _wake(self) -> None:
        self._timer = None
        self.pass_on()
        self.read_if_it_may()

    def _write(self, data: bytes) -> None:
        transport = self.other.transport
        if transport is None or transport.is_closing():
            return
        if data:
            transport.write(data)
        else:
            self.has_ended = True
            with suppress(OSError):  # Its own end may have come in this very moment.
                transport.write_eof()
            self._link.close_if_both_ended()
