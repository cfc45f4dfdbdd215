"""Which code this process runs: its version, and a fingerprint that also tells apart what has no version."""

import hashlib
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Final

ROOMS: Final = ("orders", "workflows", "db", "mails", "documents", "activities", "starter", "desk")
"""What a production machine runs; the embedded parts and the tests are beside it."""
FOLDER: Final = Path(__file__).parents[1]


def version() -> str:
    """As the package says; `source` where the code runs without being installed."""
    try:
        return metadata.version("pakhuis")
    except metadata.PackageNotFoundError:
        return "source"


@cache
def build() -> str:
    """12 hexadecimal digits that change with any file of the code. Reads all of it the first time: ask
    early, for what was loaded is meant. Blocks; not for the event loop."""
    return fingerprint(FOLDER)


def fingerprint(folder: Path) -> str:
    """The fingerprint of the code in this folder; compiled copies of it do not count."""
    files = [folder / "worker.py"]
    for room in ROOMS:
        files += (
            file
            for file in (folder / room).rglob("*")
            if file.is_file() and "__pycache__" not in file.parts and not file.name.startswith(".")
        )
    digest = hashlib.sha256()
    for file in sorted(files):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:12]
