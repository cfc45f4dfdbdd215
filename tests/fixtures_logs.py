"""What the system says in its log, as a production process writes it."""

import logging
from collections.abc import Iterator

import pytest

from starter.logs import LIBRARIES, Lines


class Kept(logging.Handler):
    """Every log line of the process, as the API and the worker write them."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(Lines())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        # The mail catcher and the test's own client run in this process too: they are the outside world.
        if record.name != "mail.log" and (
            not record.name.startswith(LIBRARIES) or record.levelno > logging.INFO
        ):
            self.lines.append(self.format(record))


@pytest.fixture
def log_lines() -> Iterator[list[str]]:
    """Every log line of this process while the test runs, oldest first; more are added as they come."""
    kept, root = Kept(), logging.getLogger()
    before = root.level
    root.addHandler(kept)
    root.setLevel(logging.INFO)
    yield kept.lines
    root.removeHandler(kept)
    root.setLevel(before)
