"""A raw client of the judge's SMTP server, that tells what it sees, and what it is to see in each mode."""

import asyncio
import json
from typing import Any, Final
from urllib.parse import quote

from torture.book import read
from torture.smtp import SmtpServer
from torture.smtp_modes import Mode

PATIENCE: Final = 5.0
SILENCE: Final = 0.4
BODY: Final = (
    b"From: shop@example.com\r\nTo: sanne@example.com\r\nMessage-ID: <abc.1@shop.example>\r\n"
    b"X-Pakhuis-Mail: mail-1\r\nSubject: =?utf-8?q?Je_bestelling_is_er_bijna_=C3=A9n?=\r\n"
    b" =?utf-8?q?_meer?=\r\n"
    b"\r\nHallo\r\n.zo\r\n"
)

SEEN: Final[dict[Mode, tuple[str, str]]] = {
    Mode.WELL: ("quit", "221"),
    Mode.SLOW: ("quit", "221"),
    Mode.REFUSED: ("greeting", "gone"),
    Mode.GREETING_421: ("greeting", "421"),
    Mode.DROP_AT_GREETING: ("greeting", "gone"),
    Mode.DROP_AT_MAIL: ("mail", "gone"),
    Mode.DROP_AT_RCPT: ("rcpt", "gone"),
    Mode.DROP_BEFORE_354: ("data", "gone"),
    Mode.DROP_MID_BODY: ("dot", "gone"),
    Mode.DROP_AFTER_DOT_UNTAKEN: ("dot", "gone"),
    Mode.DROP_AFTER_DOT_TAKEN: ("dot", "gone"),
    Mode.HANG_AT_GREETING: ("greeting", "silence"),
    Mode.HANG_AT_MAIL: ("mail", "silence"),
    Mode.HANG_AT_RCPT: ("rcpt", "silence"),
    Mode.HANG_BEFORE_354: ("data", "silence"),
    Mode.HANG_MID_BODY: ("dot", "silence"),
    Mode.HANG_AFTER_DOT_UNTAKEN: ("dot", "silence"),
    Mode.HANG_AFTER_DOT_TAKEN: ("dot", "silence"),
    Mode.RCPT_451: ("rcpt", "451"),
    Mode.RCPT_550: ("rcpt", "550"),
    Mode.DOT_451: ("dot", "451"),
    Mode.DOT_552: ("dot", "552"),
    Mode.DROP_AFTER_250: ("quit", "gone"),
    Mode.HANG_AT_QUIT: ("quit", "silence"),
}
"""The last step of a client that goes as far as it can, and what it was answered there."""


class Client:
    """A raw SMTP client that tells what it sees: a code, "gone" or, where the mode is a hang, "silence"."""

    def __init__(self, port: int, mode: Mode = Mode.WELL) -> None:
        self._port = port
        self._patience = SILENCE if mode.value.startswith("hang") else PATIENCE

    async def __aenter__(self) -> "Client":
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()

    async def hear(self) -> str:
        try:
            line = await asyncio.wait_for(self.reader.readline(), self._patience)
            while line[3:4] == b"-":
                line = await self.reader.readline()
        except TimeoutError:
            return "silence"
        except ConnectionError:
            return "gone"
        return line[:3].decode() or "gone"

    async def say(self, words: bytes) -> str:
        self.writer.write(words + b"\r\n")
        return await self.hear()

    async def send(self, body: bytes = BODY, number: int = 1) -> tuple[str, str]:
        """One mail on this connection: the last step and what was answered there."""
        step, said = "", ""
        for step, words in [  # noqa: B007
            ("mail", b"MAIL FROM:<shop@example.com> SIZE=%d" % len(body)),
            ("rcpt", b"RCPT TO:<customer%d@example.com>" % number),
            ("data", b"DATA"),
            ("dot", b"\r\n".join(_stuffed(line) for line in body.split(b"\r\n")) + b"."),
        ]:
            said = await self.say(words)
            if said not in ("250", "354"):
                break
        return step, said


def _stuffed(line: bytes) -> bytes:
    return b"." + line if line.startswith(b".") else line


async def deliver(port: int, mode: Mode = Mode.WELL) -> tuple[str, str]:
    """A mail on a connection of its own, as far as the server in that mode lets it."""
    async with Client(port, mode) as client:
        greeting = await client.hear()
        if greeting != "220":
            return "greeting", greeting
        assert await client.say(b"EHLO test") == "250"
        step, said = await client.send()
        return (step, said) if said != "250" else ("quit", await client.say(b"QUIT"))


async def lines_of(server: SmtpServer, count: int) -> list[dict[str, Any]]:
    """The book, once it has so many lines."""
    async with asyncio.timeout(PATIENCE):
        while len(lines := list(read(server.book.path))) < count:
            await asyncio.sleep(0.01)
    return lines


async def look_up(port: int, target: str) -> tuple[int, dict[str, Any]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {target} HTTP/1.1\r\nHost: judge\r\n\r\n".encode())
    head, _, content = (await asyncio.wait_for(reader.read(), PATIENCE)).partition(b"\r\n\r\n")
    writer.close()
    return int(head.split()[1]), json.loads(content)


def by_message_id(message_id: str) -> str:
    return "/api/v1/search?query=" + quote(f'message-id:"{message_id}"')
