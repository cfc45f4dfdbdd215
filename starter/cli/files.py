"""Files that a person names on the command line; `-` is what comes in."""

import sys
from pathlib import Path

from starter.cli.running import CliError


def contents(name: str, largest: int) -> bytes:
    """The bytes of a file. Raises CliError for one that cannot be read, or is larger than so many bytes."""
    try:
        if name == "-":
            raw = sys.stdin.buffer.read(largest + 1)
        else:
            with Path(name).open("rb") as file:
                raw = file.read(largest + 1)
    except OSError as error:
        raise CliError("file_unreadable", file=name, why=error.strerror or type(error).__name__) from None
    if len(raw) > largest:
        raise CliError("file_too_large", file=name, limit=largest // 1_000_000)
    return raw
