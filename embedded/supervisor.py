"""The supervisor: keeps one part of the stack running, and starts it again when it dies."""

import asyncio
import subprocess
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from typing import Self

from embedded.errors import DidNotStart, EmbeddedError, GaveUp
from embedded.processes import Child, Program

MOST_DEATHS = 5
DEATHS_WITHIN_SECONDS = 60.0
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0


class Part(ABC):
    """One server of the stack: what to run, and how to see that it is ready."""

    name: str
    patience_seconds: float = 30.0

    @abstractmethod
    async def program(self) -> Program:
        """Make whatever a start needs (each time: the last run may have been killed) and say what to run."""

    @abstractmethod
    async def is_ready(self, pid: int) -> bool:
        """Whether this run of it answers now; never raises for "not yet"."""


class Supervisor:
    """
    Runs one part until it is told to stop, with its data and its ports the same over every start.

    As a context manager: started and ready inside, stopped after.
    """

    def __init__(self, part: Part, *, when_started: Callable[[], None] = lambda: None) -> None:
        self.part = part
        self._when_started = when_started
        self._child: Child | None = None
        self._deaths: deque[float] = deque(maxlen=MOST_DEATHS)
        self._keeping: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def pid(self) -> int | None:
        """The process that runs it now, or ran it last; None before the first start."""
        return None if self._child is None else self._child.pid

    async def start(self) -> None:
        """
        Start the part, wait until it is ready, and keep it so.

        Raises:
            EmbeddedError: if it does not become ready the first time; nothing is left running then.
        """
        try:
            await self._start_once()
        except BaseException:
            await self._end_child()
            raise
        self._keeping = asyncio.create_task(self._keep(), name=f"keep {self.part.name}")

    async def stop(self) -> None:
        """Stop it, in its own way if it can, within its grace. Harmless if it is not running."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        await self._end_child()

    async def until_given_up(self) -> None:
        """
        Wait, for as long as the part is kept running.

        Raises:
            EmbeddedError: when it cannot be kept running: GaveUp after too many deaths.
        """
        if self._keeping is None:
            raise RuntimeError(f"{self.part.name} has not been started")
        await asyncio.shield(self._keeping)

    async def _start_once(self) -> None:
        program = await self.part.program()
        try:
            child = self._child = Child(program)
        except (OSError, subprocess.SubprocessError) as error:
            raise DidNotStart(program.name, f"it cannot be run ({error})", (), program.log) from error
        self._when_started()
        await child.wait_ready(lambda: self.part.is_ready(child.pid), self.part.patience_seconds)

    async def _keep(self) -> None:
        while True:
            child = self._running()
            await child.gone.wait()
            self._remember_death(child)
            await asyncio.sleep(self._pause_seconds())
            try:
                await self._start_once()
            except DidNotStart:
                await self._end_child()  # Not ready is as good as dead; the loop counts it.
            except EmbeddedError:
                await self._end_child()
                raise

    def _remember_death(self, child: Child) -> None:
        now = time.monotonic()
        self._deaths.append(now)
        if len(self._deaths) == MOST_DEATHS and now - self._deaths[0] <= DEATHS_WITHIN_SECONDS:
            raise GaveUp(
                self.part.name, MOST_DEATHS, DEATHS_WITHIN_SECONDS, child.last_lines(), child.program.log
            )

    def _pause_seconds(self) -> float:
        """Short after the first death, twice as long after each one that follows soon."""
        soon = sum(time.monotonic() - death <= DEATHS_WITHIN_SECONDS for death in self._deaths)
        return float(min(FIRST_PAUSE_SECONDS * 2 ** (soon - 1), LONGEST_PAUSE_SECONDS))

    def _running(self) -> Child:
        if self._child is None:
            raise RuntimeError(f"{self.part.name} has not been started")
        return self._child

    async def _end_child(self) -> None:
        if self._child is not None:
            await self._child.stop()
