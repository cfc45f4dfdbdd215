"""A real SMTP server on a free port of this machine that can misbehave at every step, with its own ledger."""

import asyncio
import base64
import re
import socket
import ssl
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final


class Stage(StrEnum):
    """Where the server can be told to misbehave."""

    GREETING = "greeting"
    EHLO = "ehlo"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    DOT = "dot"
    DONE = "done"
    """After the 250 for the mail was sent."""
    RSET = "rset"
    QUIT = "quit"


DROP: Final = "drop"
HANG: Final = "hang"
SLOW: Final = "slow"
"""Besides these, an action is a reply, such as "451 4.3.0 later"."""

_SLOWNESS_SECONDS: Final = 0.05
_BODY_BEFORE_TROUBLE: Final = 2000
_LONGEST_LINE: Final = 1 << 20


@dataclass(frozen=True)
class Taken:
    """A mail the server took responsibility for, whatever it told the client."""

    at: datetime
    sender: str
    recipient: str
    raw: bytes
    connection: int


@dataclass
class _Session:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    number: int
    sender: str = ""
    recipient: str = ""
    has_logged_in: bool = False
    is_encrypted: bool = False


class _Gone(Exception):
    """This connection is over."""


@dataclass
class SmtpServer:
    """`async with SmtpServer() as server`: listens until the block ends. `taken` is the ledger."""

    extensions: tuple[str, ...] = ("8BITMIME", "ENHANCEDSTATUSCODES")
    tls: ssl.SSLContext | None = None
    tls_from_the_start: bool = False
    login: tuple[str, str] | None = None
    receive_buffer: int | None = None
    taken: list[Taken] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    open_connections: int = 0
    most_open_at_once: int = 0
    port: int = 0

    def __post_init__(self) -> None:
        self._trouble: dict[Stage, str] = {}
        self._times: Counter[Stage] = Counter()
        self._sessions: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._released = asyncio.Event()

    @property
    def url(self) -> str:
        return f"{'smtps' if self.tls_from_the_start else 'smtp'}://127.0.0.1:{self.port}"

    def misbehave(self, stage: Stage, action: str, *, times: int = 1_000_000) -> None:
        """From now on do this at that stage, so many times."""
        self._trouble[stage] = action
        self._times[stage] = times

    def behave(self) -> None:
        """From now on do all as one should."""
        self._trouble.clear()

    def drop_all(self) -> None:
        """Close every open connection, as a server does with idle ones."""
        for writer in self._writers:
            writer.close()

    async def __aenter__(self) -> "SmtpServer":
        listener = socket.socket()
        if self.receive_buffer:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer)
        listener.bind(("127.0.0.1", 0))
        self._server = await asyncio.start_server(
            self._meet,
            sock=listener,
            ssl=self.tls if self.tls_from_the_start else None,
            limit=_LONGEST_LINE,
        )
        self.port = listener.getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for session in self._sessions:
            session.cancel()
        if self._sessions:
            await asyncio.wait(self._sessions)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._sessions.add(task)
        self._writers.add(writer)
        self.connections += 1
        self.open_connections += 1
        self.most_open_at_once = max(self.most_open_at_once, self.open_connections)
        session = _Session(reader, writer, self.connections, is_encrypted=self.tls_from_the_start)
        try:
            await self._converse(session)
        except (_Gone, ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
            pass
        finally:
            self.open_connections -= 1
            self._sessions.discard(task)
            self._writers.discard(writer)
            writer.close()

    async def _converse(self, session: _Session) -> None:
        await self._reply(session, Stage.GREETING, "220 test ESMTP")
        while True:
            line = (await session.reader.readuntil(b"\n")).decode("ascii").strip()
            self.commands.append(line)
            match line.split(" ")[0].split(":")[0].upper():
                case "EHLO" | "HELO":
                    await self._reply(session, Stage.EHLO, self._greeting(session))
                case "STARTTLS":
                    await self._say(session, "220 go on")
                    assert self.tls is not None
                    await session.writer.start_tls(self.tls)
                    session.is_encrypted = True
                case "AUTH":
                    await self._log_in(session, line)
                case "MAIL":
                    if self.login and not session.has_logged_in:
                        await self._say(session, "530 5.7.0 log in first")
                        continue
                    if session.sender:
                        await self._say(session, "503 5.5.1 one mail at a time")
                        continue
                    session.sender = _address(line)
                    if not await self._reply(session, Stage.MAIL, "250 2.1.0 ok"):
                        session.sender = ""
                case "RCPT":
                    session.recipient = _address(line)
                    await self._reply(session, Stage.RCPT, "250 2.1.5 ok")
                case "DATA":
                    if await self._reply(session, Stage.DATA, "354 go on"):
                        await self._receive(session)
                case "RSET":
                    session.sender = session.recipient = ""
                    await self._reply(session, Stage.RSET, "250 2.0.0 ok")
                case "QUIT":
                    await self._reply(session, Stage.QUIT, "221 2.0.0 bye")
                    raise _Gone
                case _:
                    await self._say(session, "502 5.5.2 what?")

    async def _receive(self, session: _Session) -> None:
        received = bytearray()
        while not received.endswith(b"\r\n.\r\n"):
            received += await session.reader.read(_BODY_BEFORE_TROUBLE)
            if session.reader.at_eof():
                raise _Gone
            if Stage.BODY in self._trouble:
                await self._act(session, Stage.BODY)
        raw = re.sub(rb"(?m)^\.\.", b".", bytes(received[:-3]))
        trouble = self._trouble.get(Stage.DOT)
        if (
            trouble is None
            or trouble in (DROP, HANG, SLOW)
            or trouble.startswith("2")
            or not trouble[0].isdigit()
        ):
            self.taken.append(
                Taken(datetime.now(UTC), session.sender, session.recipient, raw, session.number)
            )
        session.sender = session.recipient = ""
        await self._reply(session, Stage.DOT, f"250 2.0.0 queued as {len(self.taken)}")
        await self._act(session, Stage.DONE)

    async def _log_in(self, session: _Session, line: str) -> None:
        kind, _, secret = line.removeprefix("AUTH ").partition(" ")
        given = base64.b64decode(secret).decode().split("\0")[1:]
        if kind == "PLAIN" and self.login and tuple(given) == self.login:
            session.has_logged_in = True
            await self._say(session, "235 2.7.0 ok")
        else:
            await self._say(session, "535 5.7.8 no")

    def _greeting(self, session: _Session) -> str:
        lines = ["test", *self.extensions]
        if self.tls is not None and not session.is_encrypted:
            lines.append("STARTTLS")
        if self.login:
            lines.append("AUTH PLAIN")
        return "\r\n".join(
            f"250{'-' if at < len(lines) else ' '}{line}" for at, line in enumerate(lines, start=1)
        )

    async def _reply(self, session: _Session, stage: Stage, usual: str) -> bool:
        """Say the usual or what we were told to; whether it was the usual."""
        said = await self._act(session, stage)
        if not said:
            await self._say(session, usual)
        return not said

    async def _act(self, session: _Session, stage: Stage) -> bool:
        """Misbehave if told to; whether a reply was given in the place of the usual one."""
        trouble = self._trouble.get(stage)
        if trouble is None or self._times[stage] <= 0:
            return False
        self._times[stage] -= 1
        match trouble:
            case "drop":
                if stage is Stage.BODY:
                    session.writer.transport.abort()
                raise _Gone
            case "hang":
                await self._released.wait()
            case "slow":
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._released.wait(), _SLOWNESS_SECONDS)
                return False
            case reply:
                await self._say(session, reply)
                if reply.startswith("421"):
                    raise _Gone
        return True

    async def _say(self, session: _Session, reply: str) -> None:
        session.writer.write(reply.encode() + b"\r\n")
        await session.writer.drain()


def _address(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]
