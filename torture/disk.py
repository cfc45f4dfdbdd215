"""A disk of little room, and the ballast that fills it."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path


@asynccontextmanager
async def small_disk(folder: Path, megabytes: int) -> AsyncIterator[bool]:
    """A file system of this size mounted at `folder`; False inside where this machine lets nobody mount."""
    folder.mkdir(parents=True, exist_ok=True)
    options = f"size={megabytes}m,mode=711"
    mount = ("mount", "-t", "tmpfs", "-o", options, "pakhuis", str(folder))
    mounted = shutil.which("mount") is not None and subprocess.run(mount, capture_output=True).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            deadline = asyncio.get_running_loop().time() + 10
            while subprocess.run(("umount", str(folder)), capture_output=True).returncode:
                if asyncio.get_running_loop().time() > deadline:
                    break
                await asyncio.sleep(0.2)


class Ballast:
    """A file that fills a disk to its last octet, as long as the block lasts."""

    def __init__(self, disk: Path) -> None:
        self._file = disk / "ballast"

    def __enter__(self) -> None:
        with suppress(OSError), self._file.open("wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 65536)

    def __exit__(self, *_: object) -> None:
        self._file.unlink(missing_ok=True)
