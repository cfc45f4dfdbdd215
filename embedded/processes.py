"""A child process: started, watched, heard, stopped, and never left behind."""

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from embedded.errors import DidNotStart

PR_SET_PDEATHSIG = 1
MOST_LOG_BYTES = 10_000_000
LAST_LINES = 12
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run, and how it wants to be treated."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 5.0
    # What the kernel sends when the supervisor is gone; by default what nobody can ignore.
    orphan_signal: signal.Signals = signal.SIGKILL
    user: int | None = None
    group: int | None = None
    folder: Path | None = None


class Child:
    """
    One run of a program, in a session of its own, with its output in a log file.

    On Linux it dies with the thread that started it, also when that is killed with -9; so start it from
    the thread of the event loop. Elsewhere the kernel has no such promise.
    """

    def __init__(self, program: Program, *, keep_open: Sequence[int] = ()) -> None:
        """Start the program. Raises OSError if it cannot be executed."""
        self.program = program
        self.gone = asyncio.Event()
        program.log.parent.mkdir(parents=True, exist_ok=True)
        _keep_log_small(program.log)
        with program.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(
                program.command,
                env=dict(program.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent(program.orphan_signal),
                user=program.user,
                group=program.group,
                extra_groups=None if program.user is None else [],
                cwd=program.folder,
                pass_fds=keep_open,
            )
        self._watch = asyncio.create_task(self._wait_for_end(), name=f"watch {program.name}")

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def succeeded(self) -> bool:
        """Whether it has ended, with exit code 0."""
        return self._process.poll() == 0

    @property
    def end(self) -> str:
        """How the process ended, in words."""
        match self._process.poll():
            case None:
                return "it is still running"
            case code if code < 0:
                return f"it was killed by {signal.Signals(-code).name}"
            case code:
                return f"it ended with exit code {code}"

    def last_lines(self) -> tuple[str, ...]:
        """The last lines this run wrote, oldest first."""
        with self.program.log.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(min(self._log_start, size), size - 8_000))
            lines = log.read().decode(errors="replace").splitlines()
        return tuple(line.rstrip() for line in lines if line.strip())[-LAST_LINES:]

    async def wait_ready(self, is_ready: Callable[[], Awaitable[bool]], timeout_seconds: float) -> None:
        """
        Wait until `is_ready` says so.

        Raises:
            DidNotStart: if the process ends before, or the time is over; with its last lines.
        """
        deadline = time.monotonic() + timeout_seconds
        pause = 0.005
        while not self.gone.is_set():
            if await is_ready():
                return
            if time.monotonic() > deadline:
                raise self._did_not_start(f"it was not ready within {timeout_seconds:.0f} seconds")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.gone.wait(), pause)
            pause = min(pause * 1.2, 0.05)
        raise self._did_not_start(self.end)

    async def stop(self) -> None:
        """Ask it to end, wait for its grace, and then end it. Harmless if it has ended already."""
        self._process.send_signal(self.program.stop_signal)
        try:
            async with asyncio.timeout(self.program.grace_seconds):
                await self.gone.wait()
        except (TimeoutError, asyncio.CancelledError) as impatience:
            self._process.kill()
            await self.gone.wait()
            if isinstance(impatience, asyncio.CancelledError):
                raise

    async def _wait_for_end(self) -> None:
        await _wait_for_death(self._process)
        # Before its exit code is taken, while the number of its group is surely its own: whatever it
        # started in its session goes with it.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self.gone.set()

    def _did_not_start(self, why: str) -> DidNotStart:
        return DidNotStart(self.program.name, why, self.last_lines(), self.program.log)


async def run_to_end(program: Program, timeout_seconds: float, *, keep_open: Sequence[int] = ()) -> None:
    """
    Run a program that does one thing and ends.

    Raises:
        DidNotStart: if it ends with anything but exit code 0, or not in time.
    """
    child = Child(program, keep_open=keep_open)
    try:
        async with asyncio.timeout(timeout_seconds):
            await child.gone.wait()
    finally:
        await child.stop()
    if not child.succeeded:
        raise DidNotStart(program.name, child.end, child.last_lines(), program.log)


async def _wait_for_death(process: "subprocess.Popen[bytes]") -> None:
    """Wait until our child has ended; on Linux its exit code is still with the kernel then."""
    try:
        descriptor = os.pidfd_open(process.pid)
    except (AttributeError, OSError):  # Not Linux, or before 5.3.
        while process.poll() is None:  # noqa: ASYNC110 (nobody tells us)
            await asyncio.sleep(0.02)
        return
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def _keep_log_small(log: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > MOST_LOG_BYTES:
            log.replace(log.with_suffix(".old.log"))


def _die_with_parent(death: signal.Signals) -> Callable[[], None] | None:
    """What the child does just before it becomes the program; nothing but one call of the kernel."""
    if _LIBC is None:
        return None
    prctl, parent, number = _LIBC.prctl, os.getpid(), int(death)

    def ask_the_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # It died before we asked.
            os._exit(1)

    return ask_the_kernel
