"""Striking a process at a crash point: armed, led to, and seen to have fired."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import Final

from torture.book import Reader
from torture.leading import Leads

TRIES: Final = 3
FIRED_WITHIN_SECONDS: Final = 20.0
CHOSEN_WITHIN_SECONDS: Final = 8.0
"""So long a point waits for the one process that the seed has chosen; then any will do."""
LOOK_SECONDS: Final = 0.05


class Striker:
    """Arms the points of the processes whose mines lie in this folder."""

    def __init__(
        self,
        mines: Path,
        leads: Leads,
        within_seconds: float = FIRED_WITHIN_SECONDS,
        chosen_within_seconds: float = CHOSEN_WITHIN_SECONDS,
    ) -> None:
        self._armed = mines / "armed"
        self._leads = leads
        self._within_seconds = within_seconds
        self._chosen_within_seconds = chosen_within_seconds
        self.fired = Reader(mines / "fired.jsonl")

    async def strike(self, point: str, fate: str, chosen: str) -> int | None:
        """Have this happen at the point, to the chosen process if it comes by in time, else to any of its
        kind. The process; None if none came by, however it was led."""
        self.fired.read_on()
        for attempt in range(TRIES):
            is_led = self._leads.is_needed(point) or attempt > 0
            armed = self._armed / (point if is_led else f"{point}@{chosen}")
            armed.write_text(fate)
            try:
                pid = await self._fired(point, fate, armed, is_led=is_led)
            finally:
                for each in (armed, self._armed / point):
                    each.unlink(missing_ok=True)
            if pid is not None:
                return pid
        return None

    async def _fired(self, point: str, fate: str, armed: Path, *, is_led: bool) -> int | None:
        lead: AbstractAsyncContextManager[None] = self._leads.towards(point) if is_led else nullcontext()
        began = time.monotonic()
        async with lead:
            while (waited := time.monotonic() - began) < self._within_seconds:
                for line in self.fired.read_on():
                    if (line["point"], line["fate"]) == (point, fate):
                        return int(line["pid"])
                if waited > self._chosen_within_seconds and armed.name != point and armed.exists():
                    armed.rename(armed.with_name(point))
                await asyncio.sleep(LOOK_SECONDS)
        return None
