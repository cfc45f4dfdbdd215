"""What is said to the judge's SMTP server: ends of mails, many commands in one go, hangs and silences."""

import asyncio
import hashlib
from pathlib import Path

import pytest

from tests.torture.smtp_client import PATIENCE, SEEN, Client, deliver, lines_of
from torture.book import Book
from torture.smtp import SmtpServer
from torture.smtp_control import tell
from torture.smtp_modes import Mode
from torture.smtp_session import Habits


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
