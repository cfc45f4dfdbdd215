"""A book: what one witness saw, one JSON object a line, only ever added to."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Book:
    """A file that one witness writes to. What `write` returned from is kept, also if the witness is killed.

    One writer at a time; anybody may read while it writes. With `is_synced` each line is on the disk as well
    before `write` returns, so it outlives the machine too.
    """

    def __init__(self, path: Path | str, *, is_synced: bool = False) -> None:
        self.path = Path(path)
        self._is_synced = is_synced
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        self._cut_torn_line()

    def write(self, **fields: Any) -> None:
        """Add one line. OSError if it could not be kept whole: then nothing of it is kept."""
        line = json.dumps(fields, separators=(",", ":")).encode() + b"\n"
        written = os.write(self._file, line)
        if written < len(line):
            # A full disk takes a part. Left there, it would spoil the next line as well.
            os.ftruncate(self._file, os.fstat(self._file).st_size - written)
            raise OSError(f"only {written} of {len(line)} octets fit in {self.path}")
        if self._is_synced:
            os.fsync(self._file)

    def close(self) -> None:
        """End it; closing it again is harmless, and writing after it an OSError."""
        file, self._file = self._file, -1  # A number that was given back may soon be another's file.
        if file >= 0:
            os.close(file)

    def __enter__(self) -> "Book":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _cut_torn_line(self) -> None:
        """Take away what an earlier writer did not finish: it never said to anybody that it was kept."""
        size = os.fstat(self._file).st_size
        whole = size
        while whole and os.pread(self._file, 1, whole - 1) != b"\n":
            whole -= 1
        if whole < size:
            os.ftruncate(self._file, whole)


class Reader:
    """Follows a book while it is written: each line is read once."""

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        self._offset = 0
        self.lines: list[dict[str, Any]] = []
        """All that was read so far."""

    def read_on(self) -> list[dict[str, Any]]:
        """What was added since the last time; nothing while there is no book."""
        if not self._path.exists():
            return []
        with self._path.open("rb") as book:
            book.seek(self._offset)
            added = book.read()
        whole = added[: added.rfind(b"\n") + 1]
        self._offset += len(whole)
        new = [json.loads(line) for line in whole.splitlines()]
        self.lines += new
        return new


def read(path: Path | str) -> Iterator[dict[str, Any]]:
    """Every line, in the order of writing. A last line without its end is left out.

    ValueError if any other line is not a JSON object: then the book is damaged and proves nothing.
    """
    with Path(path).open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.endswith(b"\n"):
                return
            try:
                fields = json.loads(line)
            except ValueError as error:
                raise ValueError(f"line {number} of {path} cannot be read: {error}") from error
            if not isinstance(fields, dict):
                raise ValueError(f"line {number} of {path} is no JSON object")
            yield fields
