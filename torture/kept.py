"""A process that is kept up: started again whenever it ends."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from embedded.errors import EmbeddedError
from embedded.processes import Child
from embedded.supervisor import Part

RESTART_AFTER_SECONDS: Final = 0.2


class Kept:
    """A process that is started again whenever it ends, as `restart: always` would, until it is let go.

    Where its `environment` is given, TORTURE_START in it says how often it was started before.
    """

    def __init__(self, name: str, part: Part, environment: dict[str, str] | None = None) -> None:
        self.name = name
        self.deaths = 0
        self._part = part
        self._environment = environment
        self._starts = 0
        self._child: Child | None = None
        self._task: asyncio.Task[None] | None = None
        self._wanted = asyncio.Event()
        self._wanted.set()
        self._ready = asyncio.Event()

    @property
    def pid(self) -> int | None:
        """The process of this moment; None while there is none."""
        return None if self._child is None or self._child.gone.is_set() else self._child.pid

    async def start(self) -> None:
        """Start it, and wait until it is ready."""
        self._task = asyncio.create_task(self._keep(), name=f"keep {self.name}")
        await self.until_ready(60)

    async def until_ready(self, seconds: float) -> None:
        async with asyncio.timeout(seconds):
            await self._ready.wait()

    async def stop(self) -> None:
        """For good."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._child is not None:
            self.signal(signal.SIGCONT)
            await self._child.stop()

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it runs."""
        if (pid := self.pid) is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    @asynccontextmanager
    async def down(self, *, softly: bool = False) -> AsyncIterator[None]:
        """Killed inside, and up again after; `softly` lets it drain."""
        self._wanted.clear()
        self._ready.clear()
        child = self._child
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM if softly else signal.SIGKILL)
        if child is not None:
            await child.gone.wait()
        try:
            yield
        finally:
            self._wanted.set()

    async def _keep(self) -> None:
        while True:
            await self._wanted.wait()
            if self._environment is not None:
                self._environment["TORTURE_START"] = str(self._starts)
            self._starts += 1
            try:
                child = self._child = Child(await self._part.program())
                ready = partial(self._part.is_ready, child.pid)
                await child.wait_ready(ready, self._part.patience_seconds)
                self._ready.set()
                await child.gone.wait()
            except (EmbeddedError, OSError):
                # What it needs may be down just now; whoever keeps it alive tries again.
                if self._child is not None:
                    self.signal(signal.SIGCONT)
                    await self._child.stop()
            self._ready.clear()
            self.deaths += 1
            await asyncio.sleep(RESTART_AFTER_SECONDS)
