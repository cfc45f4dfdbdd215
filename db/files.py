"""The files of digital goods: one folder, and nothing outside it."""

import os
import stat
from email.utils import formatdate
from pathlib import Path
from types import TracebackType
from typing import Final, Self

_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class OpenFile:
    """A plain file, open for reading: it stays the same file whatever happens to its name. Blocks; not for
    the event loop."""

    def __init__(self, descriptor: int, status: os.stat_result) -> None:
        self._descriptor = descriptor
        self.size: int = status.st_size
        self.entity_tag = f'"{status.st_mtime_ns:x}-{status.st_size:x}-{status.st_ino:x}"'
        """Changes when the file does; with its quotes, as HTTP writes it."""
        self.modified = formatdate(status.st_mtime, usegmt=True)

    def read(self, start: int, length: int) -> bytes:
        """Up to `length` bytes from `start`; fewer only at the end of the file."""
        return os.pread(self._descriptor, length, start)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.close()


class FilesFolder:
    """Plain files directly under one folder. A name that leads out of it is a name of nothing here, and so
    is a symbolic link, a folder, a pipe, or a file we may not read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, name: str) -> OpenFile | None:
        """The file of this name; None if there is none. Blocks; not for the event loop."""
        if name in ("", ".", "..") or "/" in name or "\\" in name or "\x00" in name:
            return None
        try:
            descriptor = os.open(self._folder / name, _FLAGS)
        except (OSError, UnicodeEncodeError):
            return None
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            os.close(descriptor)
            return None
        return OpenFile(descriptor, status)

    def has(self, name: str) -> bool:
        """Whether the file is there and can be read. Blocks; not for the event loop."""
        file = self.open(name)
        if file is None:
            return False
        file.close()
        return True
