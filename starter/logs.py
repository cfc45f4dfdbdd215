"""Logs: one JSON object a line, in UTC, with ids and never with payloads."""

import logging
import sys
import traceback
from typing import Any

from pythonjsonlogger.json import JsonFormatter

LIBRARIES = ("temporalio", "uvicorn", "httpx", "asyncio")


class Lines(JsonFormatter):
    """Formats records as JSON. Of an exception it tells the kind and the way it came, not its words: they
    quote what was handed over, names and addresses among it."""

    def __init__(self) -> None:
        super().__init__(
            "%(asctime)s %(levelname)s %(name)s %(message)s",
            rename_fields={"asctime": "at", "levelname": "level", "name": "logger", "message": "event"},
            datefmt="%Y-%m-%dT%H:%M:%S%z",
        )

    def formatException(self, ei: Any) -> str:  # noqa: N802
        error: BaseException | None = ei[1]
        told: list[str] = []
        while error is not None and len(told) < 5:
            kind = f"{type(error).__module__}.{type(error).__qualname__}"
            told.append("".join(traceback.format_tb(error.__traceback__)) + kind)
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\nbecause of\n".join(told)


def set_up(level: str = "INFO") -> None:
    """Send every log line of this process to stderr as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
