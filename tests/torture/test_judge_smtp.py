"""The judge's SMTP server: what a client sees in each mode, and what the book says of it."""

import asyncio
import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from torture.book import Book, read
from torture.smtp import SmtpServer
from torture.smtp_control import tell
from torture.smtp_modes import FOURTEEN, TROUBLES, Choice, Mode
from torture.smtp_session import Habits

PATIENCE = 5.0
SILENCE = 0.4
BODY = (
    b"From: shop@example.com\r\nTo: sanne@example.com\r\nMessage-ID: <abc.1@shop.example>\r\n"
    b"X-Pakhuis-Mail: mail-1\r\nSubject: =?utf-8?q?Je_bestelling_is_er_bijna_=C3=A9n?=\r\n"
    b" =?utf-8?q?_meer?=\r\n"
    b"\r\nHallo\r\n.zo\r\n"
)

SEEN: dict[Mode, tuple[str, str]] = {
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

BOOKED: dict[Mode, tuple[bool, str, str]] = {
    Mode.WELL: (True, "dot", "250"),
    Mode.SLOW: (True, "dot", "250"),
    Mode.REFUSED: (False, "connect", "nothing"),
    Mode.GREETING_421: (False, "greeting", "421"),
    Mode.DROP_AT_GREETING: (False, "greeting", "nothing"),
    Mode.DROP_AT_MAIL: (False, "mail", "nothing"),
    Mode.DROP_AT_RCPT: (False, "rcpt", "nothing"),
    Mode.DROP_BEFORE_354: (False, "data", "nothing"),
    Mode.DROP_MID_BODY: (False, "body", "nothing"),
    Mode.DROP_AFTER_DOT_UNTAKEN: (False, "dot", "nothing"),
    Mode.DROP_AFTER_DOT_TAKEN: (True, "dot", "nothing"),
    Mode.HANG_AT_GREETING: (False, "greeting", "nothing"),
    Mode.HANG_AT_MAIL: (False, "mail", "nothing"),
    Mode.HANG_AT_RCPT: (False, "rcpt", "nothing"),
    Mode.HANG_BEFORE_354: (False, "data", "nothing"),
    Mode.HANG_MID_BODY: (False, "body", "nothing"),
    Mode.HANG_AFTER_DOT_UNTAKEN: (False, "dot", "nothing"),
    Mode.HANG_AFTER_DOT_TAKEN: (True, "dot", "nothing"),
    Mode.RCPT_451: (False, "rcpt", "451"),
    Mode.RCPT_550: (False, "rcpt", "550"),
    Mode.DOT_451: (False, "dot", "451"),
    Mode.DOT_552: (False, "dot", "552"),
    Mode.DROP_AFTER_250: (True, "dot", "250"),
    Mode.HANG_AT_QUIT: (True, "dot", "250"),
}
"""Whether the mail was taken, how far it came, and what its client was told there."""


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


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[SmtpServer]:
    with Book(tmp_path / "mails.jsonl") as book:
        habits = Habits(slow_seconds=0.02)
        async with SmtpServer(book, control=str(tmp_path / "control"), habits=habits) as server:
            yield server


@pytest.mark.parametrize("mode", Mode)
async def test_each_mode_is_seen_and_booked_as_it_is_described(server: SmtpServer, mode: Mode) -> None:
    await tell(server.control, next=1, mode=mode.value)
    seen = await deliver(server.port, mode)
    [line] = await lines_of(server, 1)

    assert seen == SEEN[mode]
    assert (line["taken"], line["reached"], line["told"]) == BOOKED[mode]
    assert line["mode"] == mode.value
    assert line["taken"] is mode.takes
    assert len(server.taken) == int(mode.takes)


@pytest.mark.parametrize(
    "mode", [Mode.GREETING_421, Mode.HANG_BEFORE_354, Mode.DROP_AFTER_DOT_TAKEN, Mode.RCPT_550, Mode.SLOW]
)
async def test_a_mode_for_all_holds_until_it_is_healed(server: SmtpServer, mode: Mode) -> None:
    await tell(server.control, all=mode.value)
    seen = [await deliver(server.port, mode) for _ in range(2)]
    await tell(server.control, heal=True)

    assert seen == [SEEN[mode]] * 2
    assert await deliver(server.port) == SEEN[Mode.WELL]


async def test_nobody_listens_while_all_are_refused(server: SmtpServer) -> None:
    await tell(server.control, all="refused")
    with pytest.raises(ConnectionRefusedError):
        await deliver(server.port)
    await tell(server.control, heal=True)

    assert await deliver(server.port) == SEEN[Mode.WELL]


async def test_the_book_names_a_mail_by_all_it_is_known_by(server: SmtpServer) -> None:
    await deliver(server.port)
    [line] = await lines_of(server, 1)
    del line["at"]

    assert line == {
        "connection": 1,
        "sender": "shop@example.com",
        "recipient": "customer1@example.com",
        "message_id": "<abc.1@shop.example>",
        "mail_id": "mail-1",
        "subject": "Je bestelling is er bijna én meer",
        "sha256": hashlib.sha256(BODY).hexdigest(),
        "size": len(BODY),
        "mode": "well",
        "taken": True,
        "reached": "dot",
        "told": "250",
    }


async def test_a_mail_is_in_the_book_before_its_client_hears_of_it(server: SmtpServer) -> None:
    async with Client(server.port) as client:
        await client.hear()
        counts = []
        for number in range(20):
            await client.send(number=number)
            counts.append(len(list(read(server.book.path))))

    assert counts == list(range(1, 21))


async def test_a_mail_that_cannot_be_booked_is_not_taken(server: SmtpServer) -> None:
    server.book.close()
    async with Client(server.port) as client:
        await client.hear()
        seen = await client.send()

    assert seen == ("dot", "452")
    assert not server.taken


@pytest.mark.parametrize(
    ("words", "reached"),
    [(["MAIL FROM:<a@b.nl>"], "mail"), (["MAIL FROM:<a@b.nl>", "RCPT TO:<c@d.nl>", "DATA", "Hallo"], "body")],
)
async def test_a_mail_whose_client_went_away_is_booked_as_far_as_it_came(
    server: SmtpServer, words: list[str], reached: str
) -> None:
    async with Client(server.port) as client:
        await client.hear()
        client.writer.write("".join(f"{each}\r\n" for each in words).encode())
        await client.writer.drain()
        # Its going must not overtake its words.
        for _ in words[:3]:
            await client.hear()
    [line] = await lines_of(server, 1)

    assert (line["taken"], line["reached"], line["told"]) == (False, reached, "nothing")


@pytest.mark.parametrize(
    ("end", "kept"), [(b"\n.\n", b"\n.\n"), (b"\n.\r\n", b"\n.\r\n"), (b"\r\n.\n", b"\r\n\n")]
)
async def test_only_a_dot_between_full_line_ends_ends_a_mail(
    server: SmtpServer, end: bytes, kept: bytes
) -> None:
    body = b"Subject: x\r\n\r\nHallo%sMAIL FROM:<a@b.nl>\r\n"
    async with Client(server.port) as client:
        await client.hear()
        for words in (b"MAIL FROM:<a@b.nl>", b"RCPT TO:<c@d.nl>", b"DATA"):
            await client.say(words)
        said = await client.say(body % end + b".")
    [line] = await lines_of(server, 1)

    assert said == "250"
    assert line["sha256"] == hashlib.sha256(body % kept).hexdigest()


async def test_commands_sent_in_one_go_are_answered_each(server: SmtpServer) -> None:
    async with Client(server.port) as client:
        await client.hear()
        client.writer.write(
            b"MAIL FROM:<a@b.nl>\r\nRCPT TO:<c@d.nl>\r\nRCPT TO:<e@f.nl>\r\nDATA\r\nHallo\r\n.\r\n"
            b"RCPT TO:<c@d.nl>\r\nMAIL FROM:<a@b.nl>\r\nRSET\r\nVRFY x\r\nQUIT\r\n"
        )
        heard = [await client.hear() for _ in range(10)]

    assert heard == ["250", "250", "452", "354", "250", "503", "250", "250", "502", "221"]


async def test_an_open_connection_ends_when_a_mode_is_due_that_strikes_before_a_mail(
    server: SmtpServer,
) -> None:
    async with Client(server.port) as client:
        await client.hear()
        await client.send()
        await tell(server.control, next=1, mode="greeting_421")
        seen = await client.send()

    assert seen == ("mail", "421")
    assert await deliver(server.port) == ("greeting", "421")
    assert await deliver(server.port) == SEEN[Mode.WELL]


async def test_a_hang_ends_when_it_is_released(server: SmtpServer) -> None:
    await tell(server.control, next=1, mode="hang_after_dot_taken")
    async with Client(server.port, Mode.HANG_AFTER_DOT_TAKEN) as client:
        await client.hear()
        hanging = await client.send()
        await tell(server.control, release=True)

        assert hanging == ("dot", "silence")
        assert await asyncio.wait_for(client.reader.read(), PATIENCE) == b""


async def test_a_hang_ends_by_itself_and_when_its_client_goes(tmp_path: Path) -> None:
    with Book(tmp_path / "book") as book:
        async with SmtpServer(book, habits=Habits(hang_seconds=0.6)) as server:
            server.choice.for_all(Mode.HANG_MID_BODY)
            async with Client(server.port, Mode.HANG_MID_BODY) as client:
                await client.hear()
                await client.send()
                assert await asyncio.wait_for(client.reader.read(), PATIENCE) == b""
        async with SmtpServer(book, habits=Habits(hang_seconds=60)) as server:
            server.choice.for_all(Mode.HANG_AT_MAIL)
            await deliver(server.port, Mode.HANG_AT_MAIL)
            async with asyncio.timeout(PATIENCE):
                while server._sessions:
                    await asyncio.sleep(0.01)


async def test_a_client_that_says_nothing_is_sent_away_in_the_end(tmp_path: Path) -> None:
    with Book(tmp_path / "book") as book:
        async with (
            SmtpServer(book, habits=Habits(idle_seconds=0.05)) as server,
            Client(server.port) as client,
        ):
            assert await client.hear() == "220"
            assert await client.hear() == "gone"


async def test_what_the_control_does_not_know_is_refused_and_changes_nothing(server: SmtpServer) -> None:
    wishes: list[dict[str, Any]] = [
        {"all": "badly"},
        {"next": 0, "mode": "slow"},
        {"next": 1},
        {"share": 0.5},
        {"share": 0.1, "modes": ["badly"]},
        {"heal": False},
        {"all": "slow", "next": 1},
        {},
    ]
    for wish in wishes:
        with pytest.raises(ValueError, match="error"):
            await tell(server.control, **wish)

    assert await deliver(server.port) == SEEN[Mode.WELL]


def test_by_chance_each_mode_has_its_share_and_one_seed_gives_one_order() -> None:
    drawn = []
    for _ in range(2):
        choice = Choice(seed=7)
        choice.for_share(0.02)
        drawn.append(
            [choice.at_mail() for _ in range(20_000)] + [choice.at_connection() for _ in range(20_000)]
        )
    counts = Counter(drawn[0])

    assert drawn[0] == drawn[1]
    assert all(300 < counts[mode] < 500 for mode in TROUBLES)


def test_the_fourteen_are_fourteen() -> None:
    assert len(set(FOURTEEN)) == 14


async def test_the_look_up_finds_what_was_taken_and_nothing_else(server: SmtpServer) -> None:
    await tell(server.control, next=1, mode="drop_after_dot_untaken")
    await deliver(server.port)
    _, before = await look_up(server.http_port, by_message_id("abc.1@shop.example"))
    await tell(server.control, next=1, mode="drop_after_dot_taken")
    await deliver(server.port)
    _, after = await look_up(server.http_port, by_message_id("<abc.1@shop.example>"))
    _, other = await look_up(server.http_port, by_message_id("abc.2@shop.example"))

    assert before["messages"] == other["messages"] == []
    [message] = after["messages"]
    assert after["messages_count"] == after["total"] == other["total"] == 1
    assert message["MessageID"] == "abc.1@shop.example"
    assert message["From"]["Address"] == "shop@example.com"
    assert message["To"][0]["Address"] == "customer1@example.com"
    assert message["Subject"] == "Je bestelling is er bijna én meer"


async def test_the_look_up_says_since_when_it_has_kept_everything(tmp_path: Path) -> None:
    with Book(tmp_path / "book") as book:
        book.write(at=time.time() - 3600, connection=1, taken=False)
        async with SmtpServer(book) as server:
            status, info = await look_up(server.http_port, "/api/v1/info")

    assert status == 200
    assert 3600 <= info["RuntimeStats"]["Uptime"] < 3700
    assert info["RuntimeStats"]["MessagesDeleted"] == 0


@pytest.mark.parametrize(
    ("target", "status"), [("/api/v1/search?query=abc", 400), ("/api/v1/messages", 404), ("/", 404)]
)
async def test_the_look_up_says_so_when_it_does_not_understand(
    server: SmtpServer, target: str, status: int
) -> None:
    assert (await look_up(server.http_port, target))[0] == status


async def test_the_process_keeps_its_book_when_it_is_killed_and_knows_it_when_started_again(
    tmp_path: Path,
) -> None:
    async def start(*more: str) -> tuple[asyncio.subprocess.Process, dict[str, Any]]:
        process = await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-m",
                "torture.smtp",
                "--book",
                str(tmp_path / "book"),
                "--fsync",
                "--seed",
                "1",
            ),
            *("--control", str(tmp_path / "control"), *more),
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        return process, json.loads(await asyncio.wait_for(process.stdout.readline(), PATIENCE))

    process, ports = await start()
    await tell(ports["control"], next=1, mode="dot_451")
    first = await deliver(ports["smtp"])
    second = await deliver(ports["smtp"])
    process.kill()
    await process.wait()
    process, again = await start("--port", str(ports["smtp"]))
    _, found = await look_up(again["http"], by_message_id("abc.1@shop.example"))
    third = await deliver(again["smtp"])
    process.kill()
    await process.wait()

    assert [first, second, third] == [("dot", "451"), SEEN[Mode.WELL], SEEN[Mode.WELL]]
    assert len(found["messages"]) == 1
    assert again["smtp"] == ports["smtp"]
    assert [(line["taken"], line["connection"]) for line in read(tmp_path / "book")] == [
        (False, 1),
        (True, 2),
        (True, 3),
    ]
