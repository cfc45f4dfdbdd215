"""One connection to the judge's SMTP server, from greeting to goodbye, well or badly treated."""

import asyncio
import hashlib
import re
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Any, Final

from torture.smtp_modes import Act, Choice, Mode, Stage

LONGEST_LINE: Final = 1 << 20
LARGEST_MAIL: Final = 32 << 20
_LOOK_SECONDS: Final = 0.05
_ESTABLISHED: Final = 1
_NOT_NOW: Final = "421 4.3.2 come again"
_USUAL: Final = {
    Stage.GREETING: "220 judge ESMTP",
    Stage.MAIL: "250 2.1.0 ok",
    Stage.RCPT: "250 2.1.5 ok",
    Stage.DATA: "354 go on",
    Stage.DOT: "250 2.0.0 taken",
    Stage.QUIT: "221 2.0.0 bye",
}


@dataclass(frozen=True)
class Habits:
    """How long the server hangs at most, how late it answers if slow, and how long it waits for a client."""

    hang_seconds: float = 900.0
    slow_seconds: float = 0.5
    idle_seconds: float = 300.0


@dataclass
class _Mail:
    """A mail under way."""

    sender: str
    recipient: str = ""
    reached: Stage = Stage.MAIL
    content: dict[str, Any] = field(
        default_factory=lambda: {"message_id": "", "mail_id": "", "subject": "", "sha256": "", "size": 0}
    )


class _Over(Exception):
    """This connection is at its end."""


@dataclass
class Session:
    """One connection. `keep` books a line and raises OSError if it could not; `released` ends hangs."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    number: int
    choice: Choice
    habits: Habits
    keep: Callable[[dict[str, Any]], None]
    released: Callable[[], asyncio.Event]

    def __post_init__(self) -> None:
        self._mode = Mode.WELL
        self._mail: _Mail | None = None

    async def run(self) -> None:
        """Serve the client until one of both goes away. Every mail that was begun has a line by then."""
        try:
            await self._converse()
        except (_Over, OSError, EOFError, TimeoutError, asyncio.LimitOverrunError):
            pass
        finally:
            with suppress(OSError):
                self._book("nothing")
            self.writer.close()

    async def _converse(self) -> None:
        self._mode = self.choice.at_connection()
        if self._mode.meets_connections:
            self._mail = _Mail("", reached=Stage.CONNECT)
        await self._strike(Stage.CONNECT)
        await self._answer(Stage.GREETING)
        while True:
            line = (await self._line(b"\n")).decode("utf-8", errors="replace").strip()
            match re.split("[ :]", line, maxsplit=1)[0].upper():
                case "EHLO":
                    await self._say("250-judge\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE")
                case "HELO":
                    await self._say("250 judge")
                case "MAIL":
                    await self._begin(line)
                case "RCPT":
                    await self._address(line)
                case "DATA":
                    await self._receive()
                case "RSET":
                    self._book("250", "rset")
                    await self._say("250 2.0.0 ok")
                case "NOOP":
                    await self._say("250 2.0.0 ok")
                case "QUIT":
                    self._book("221", "quit")
                    await self._answer(Stage.QUIT)
                    raise _Over
                case _:
                    await self._say("502 5.5.1 not here")

    async def _begin(self, line: str) -> None:
        if self._mail is not None:
            await self._say("503 5.5.1 one mail at a time")
            return
        hangs_at_quit = self._mode is Mode.HANG_AT_QUIT
        self._mode = self.choice.at_mail()
        self._mail = _Mail(_between_brackets(line))
        if self._mode.meets_connections:
            self._book("421")
            await self._say(_NOT_NOW)
            raise _Over
        if hangs_at_quit and self._mode is Mode.WELL:
            # The connection is still to end as it was chosen for an earlier mail on it.
            self._mode = Mode.HANG_AT_QUIT
        await self._answer(Stage.MAIL)

    async def _address(self, line: str) -> None:
        if self._mail is None:
            await self._say("503 5.5.1 MAIL first")
        elif self._mail.recipient:
            # Nobody may count on a second recipient: a reply after the dot would speak for both.
            await self._say("452 4.5.3 one recipient a mail")
        else:
            self._mail.recipient = _between_brackets(line)
            await self._answer(Stage.RCPT)

    async def _receive(self) -> None:
        if self._mail is None or not self._mail.recipient:
            await self._say("503 5.5.1 RCPT first")
            return
        if not await self._answer(Stage.DATA):
            return
        self._mail.reached = Stage.BODY
        body = bytearray()
        # Only a line that is a dot and nothing else, between full line ends, is the end.
        while (line := await self._line(b"\r\n")) != b".\r\n":
            await self._strike(Stage.BODY)
            if len(body) <= LARGEST_MAIL:
                body += line[1:] if line.startswith(b".") else line
        await self._strike(Stage.BODY)
        self._mail.reached = Stage.DOT
        self._mail.content = _content(bytes(body))
        if len(body) > LARGEST_MAIL:
            self._book("552")
            await self._say("552 5.3.4 too large")
        elif await self._answer(Stage.DOT):
            await self._strike(Stage.DONE)

    async def _answer(self, stage: Stage) -> bool:
        """Give the answer that is usual at this stage, or do what the mode has here; whether the usual."""
        if self._mail is not None:
            self._mail.reached = stage
        if await self._strike(stage):
            return False
        if stage is Stage.DOT:
            try:
                self._book("250")
            except OSError:
                self._mail = None
                await self._say("452 4.3.1 the book is full")
                return False
        await self._say(_USUAL[stage])
        return True

    async def _strike(self, stage: Stage) -> bool:
        """Do what the mode has for this stage, if anything, after booking it; whether it had."""
        trouble = self._mode.trouble
        if trouble is None or trouble.stage is not stage:
            return False
        match trouble.act:
            case Act.DROP:
                self._book("nothing")
                if stage in (Stage.CONNECT, Stage.BODY):
                    self._reset()
            case Act.HANG:
                self._book("nothing")
                await self._hang()
            case Act.REPLY:
                self._book(trouble.reply[:3])
                await self._say(trouble.reply)
                if not trouble.reply.startswith("421"):
                    return True
        raise _Over

    def _book(self, told: str, reached: str = "") -> None:
        """Write the line of the mail under way, if there is one: it ends here."""
        if (mail := self._mail) is None:
            return
        self.keep(
            {
                "at": time.time(),
                "connection": self.number,
                "sender": mail.sender,
                "recipient": mail.recipient,
                **mail.content,
                "mode": self._mode.value,
                "taken": mail.reached is Stage.DOT and self._mode.takes and told in ("250", "nothing"),
                "reached": reached or mail.reached.value,
                "told": told,
            }
        )
        self._mail = None

    async def _hang(self) -> None:
        """Do nothing, and read nothing, until the client goes, the hangs are ended, or the time is up."""
        transport = self.writer.transport
        if isinstance(transport, asyncio.Transport):
            transport.pause_reading()
        released = self.released()
        with suppress(TimeoutError):
            async with asyncio.timeout(self.habits.hang_seconds):
                # Without reading, no event tells that the client is gone; the kernel knows it.
                while not transport.is_closing() and _is_established(self.writer):
                    with suppress(TimeoutError):
                        await asyncio.wait_for(released.wait(), _LOOK_SECONDS)
                        return

    def _reset(self) -> None:
        """End the connection as one that broke, not as one that was closed."""
        connection: socket.socket = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def _line(self, end: bytes) -> bytes:
        async with asyncio.timeout(self.habits.idle_seconds):
            return await self.reader.readuntil(end)

    async def _say(self, reply: str) -> None:
        if self._mode is Mode.SLOW:
            await asyncio.sleep(self.habits.slow_seconds)
        self.writer.write(reply.encode() + b"\r\n")
        await self.writer.drain()


def _is_established(writer: asyncio.StreamWriter) -> bool:
    connection: socket.socket = writer.get_extra_info("socket")
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == _ESTABLISHED


def _between_brackets(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]


def _content(raw: bytes) -> dict[str, Any]:
    """What the book says about these bytes; a missing header is empty, one in no known code left raw."""
    head = BytesHeaderParser().parsebytes(raw)
    return {
        "message_id": _header(head, "Message-ID"),
        "mail_id": _header(head, "X-Pakhuis-Mail"),
        "subject": _decoded(_header(head, "Subject")),
        "sha256": hashlib.sha256(raw).hexdigest(),
        "size": len(raw),
    }


def _header(head: Message, name: str) -> str:
    return re.sub(r"\r?\n", "", str(head.get(name, ""))).strip()


def _decoded(text: str) -> str:
    try:
        return str(make_header(decode_header(text)))
    except (ValueError, LookupError):
        return text
