"""Looking up in the judge's SMTP server whether a mail was taken, as a relay with an HTTP API is asked."""

import time
from pathlib import Path

import pytest

from tests.torture.smtp_client import by_message_id, deliver, look_up
from torture.book import Book
from torture.smtp import SmtpServer
from torture.smtp_control import tell


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
