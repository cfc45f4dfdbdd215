"""The outages: servers killed and frozen, roads closed, disks slow and full; each noted in the tally."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext, suppress
from typing import Final

import asyncpg

from torture.disk import Ballast
from torture.leading import Play
from torture.processes import descendants
from torture.tally import Tally
from torture.town import Town

SERVERS: Final = ("postgres", "temporal", "smtp")
TEMPORAL_BACK: Final = "Temporal back, to the next command answered"
BACK: Final = {"temporal": TEMPORAL_BACK, "postgres": "PostgreSQL back, to the next command answered"}
WAYS: Final = ("cut", "held", "slow", "refused", "reply lost")
"""What may happen to a road."""
PROGRESS_WITHIN_SECONDS: Final = 60.0
CHECKOUTS_MEANWHILE: Final = 10
"""So many customers come while Temporal is down, to see how long their checkout takes."""
CHECKOUT_EVERY_SECONDS: Final = 0.3
DISK_SECONDS: Final = 2.0
LATER_BY_SECONDS: Final = 0.1


class Outages:
    """What is done to the servers of a town, and undone."""

    def __init__(self, town: Town, tally: Tally, play: Play) -> None:
        self._town = town
        self._tally = tally
        self._play = play

    async def kill(self, name: str, seconds: float) -> bool:
        """It starts again by itself; so long nothing else is done."""
        self._town.processes[name].signal(signal.SIGKILL)
        await asyncio.sleep(seconds)
        return True

    async def freeze(self, name: str, seconds: float) -> bool:
        """It and all that it started stand still; their connections stay."""
        pid = self._town.processes[name].pid
        pids = [] if pid is None else [pid, *descendants(pid)]
        with self._tally.outage(f"{name} frozen") if name in SERVERS else nullcontext():
            _to_all(pids, signal.SIGSTOP)
            await asyncio.sleep(seconds)
            _to_all(pids, signal.SIGCONT)
        return True

    async def down(self, name: str, seconds: float) -> bool:
        """Killed, and away for so long."""
        kept = self._town.processes[name]
        with self._tally.outage(name):
            async with kept.down():
                if name == "temporal":
                    await self._checkouts(seconds)
                else:
                    await asyncio.sleep(seconds)
            await kept.until_ready(120)
        if name in BACK:
            await self._until_progress(BACK[name])
        return True

    async def close(self, name: str, way: str, seconds: float) -> bool:
        """The road to a server."""
        road = self._town.roads[name]
        with self._tally.outage(f"network to {name}"):
            try:
                match way:
                    case "cut":
                        road.cut()
                    case "held":
                        road.hold()
                    case "slow":
                        road.delay(LATER_BY_SECONDS)
                    case "refused":
                        road.refuse()
                        road.cut()
                    case "reply lost":
                        road.cut_after(0, answers=True)
                await asyncio.sleep(seconds)
            finally:
                road.heal()
        return True

    async def slow_disk(self) -> bool:
        """Every commit waits a tenth of a second more for the disk, by PostgreSQL's own setting."""
        with self._tally.outage("disk slow"):
            async with _setting(self._town, "commit_delay", "100000"):
                await asyncio.sleep(DISK_SECONDS)
        return True

    async def full_disk(self) -> bool:
        """No octet more can be written; False where this machine lets nobody mount a small file system."""
        disk = self._town.small_disk
        if disk is None:
            return False
        with self._tally.outage("disk full"):
            with Ballast(disk):
                await asyncio.sleep(DISK_SECONDS)
            await self._town.processes["postgres"].until_ready(120)
        await self._until_progress("disk no longer full, to the next command answered")
        return True

    async def _checkouts(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        for _ in range(CHECKOUTS_MEANWHILE):
            self._play("one_parcel")
            await asyncio.sleep(min(CHECKOUT_EVERY_SECONDS, max(0.0, until - time.monotonic())))
        await asyncio.sleep(max(0.0, until - time.monotonic()))

    async def _until_progress(self, what: str) -> None:
        """Note how long it took, or that it took longer than we looked."""
        began = time.monotonic()
        connection = await asyncpg.connect(self._town.database_url)
        try:
            since = await connection.fetchval("SELECT now()")
            count = "SELECT count(*) FROM commands WHERE answered_at > $1"
            while time.monotonic() < began + PROGRESS_WITHIN_SECONDS:
                if await connection.fetchval(count, since):
                    break
                await asyncio.sleep(0.1)
        finally:
            await connection.close()
        self._tally.recoveries.setdefault(what, []).append(time.monotonic() - began)


@asynccontextmanager
async def _setting(town: Town, name: str, value: str) -> AsyncIterator[None]:
    async def change(statement: str) -> None:
        connection = await asyncpg.connect(town.database_url)
        try:
            await connection.execute(statement)
            await connection.execute("SELECT pg_reload_conf()")
        finally:
            await connection.close()

    await change(f"ALTER SYSTEM SET {name} = {value}")
    await change("ALTER SYSTEM SET commit_siblings = 0")
    try:
        yield
    finally:
        await change(f"ALTER SYSTEM RESET {name}")


def _to_all(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
