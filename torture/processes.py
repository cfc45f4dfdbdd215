"""Processes of this machine: stopped, continued, killed and looked at, by their id, through /proc."""

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_GONE: Final = (FileNotFoundError, ProcessLookupError)


def freeze(pid: int) -> None:
    """Stop it where it stands (SIGSTOP); its connections stay. ProcessLookupError if there is none."""
    os.kill(pid, signal.SIGSTOP)


def thaw(pid: int) -> None:
    """Let it go on (SIGCONT); harmless if it was not frozen. ProcessLookupError if there is none."""
    os.kill(pid, signal.SIGCONT)


def kill(pid: int) -> bool:
    """End it at once (SIGKILL), frozen or not. Whether it was still there; the parent has yet to reap it."""
    was_running = is_running(pid)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return was_running


def is_running(pid: int) -> bool:
    """Whether it is there and has not ended; one that was not reaped yet has ended."""
    return state(pid) not in ("", "Z", "X")


def state(pid: int) -> str:
    """The kernel's letter: R running, S asleep, D waiting for a disk, T frozen, Z ended; "" for none."""
    fields = _fields(pid)
    return fields[0] if fields else ""


def rss(pid: int) -> int:
    """How many bytes of memory it holds now; 0 if it has ended."""
    try:
        pages = int((_PROC / str(pid) / "statm").read_text("ascii").split()[1])
    except _GONE:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def descendants(pid: int) -> list[int]:
    """Its children, theirs, and so on: each parent before its children. What has ended is left out."""
    children: dict[int, list[int]] = {}
    for folder in _PROC.iterdir():
        if folder.name.isdigit() and (fields := _fields(int(folder.name))) and fields[0] not in ("Z", "X"):
            children.setdefault(int(fields[1]), []).append(int(folder.name))
    found: list[int] = []
    to_visit = [pid]
    for parent in to_visit:
        below = sorted(children.get(parent, []))
        found += below
        to_visit += below
    return found


def _fields(pid: int) -> list[str]:
    """Of its stat line what follows the name: the state, the parent's id, more; empty if there is none."""
    try:
        line = (_PROC / str(pid) / "stat").read_text("utf-8", errors="replace")
    except _GONE:
        return []
    # The name stands in brackets and may itself hold brackets and spaces.
    return line.rpartition(")")[2].split()
