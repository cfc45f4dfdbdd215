"""What the tests of the judge share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from torture.book import Book
from torture.smtp import SmtpServer
from torture.smtp_session import Habits


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[SmtpServer]:
    """The judge's SMTP server, in this process, with a book and a control of its own."""
    with Book(tmp_path / "mails.jsonl") as book:
        habits = Habits(slow_seconds=0.02)
        async with SmtpServer(book, control=str(tmp_path / "control"), habits=habits) as server:
            yield server
