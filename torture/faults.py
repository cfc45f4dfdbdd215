"""The faults: each a class with a name, and what is done to the town for it."""

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import asyncpg

from torture.book import read
from torture.points import crash_points, lost_replies
from torture.processes import descendants
from torture.smtp_control import tell
from torture.smtp_modes import Mode
from torture.town import Town

FIRED_WITHIN_SECONDS: Final = 18.0
LEAD_AGAIN_SECONDS: Final = 4.5
HANG_SECONDS: Final = 1.5


@dataclass
class Tally:
    """How often each fault was injected, by class, and what could not be."""

    injected: Counter[str] = field(default_factory=Counter)
    not_reached: list[str] = field(default_factory=list)
    impossible: list[str] = field(default_factory=list)
    recoveries: dict[str, list[float]] = field(default_factory=dict)
    """Seconds until work went on, by what had been away."""
    temporal_away: list[tuple[float, float]] = field(default_factory=list)
    """When Temporal was down: from and to, by the monotonic clock."""

    @property
    def total(self) -> int:
        return self.injected.total()


@dataclass(frozen=True)
class Fault:
    """One fault to come: its class, and what does it. False if it could not be done."""

    kind: str
    name: str
    strike: Callable[[], Awaitable[bool]]


class Faults:
    """Every fault this rig knows, for one town. The same seed gives the same faults in the same order."""

    def __init__(self, town: Town, seed: int, *, minutes_long: bool = False) -> None:
        self._town = town
        self._chance = random.Random(f"faults/{seed}")
        self._minutes_long = minutes_long
        self.tally = Tally()

    def sweep(self) -> Iterator[Fault]:
        """Each fault once: every crash point, every lost reply, every mode, every server and road."""
        each = [
            *(self._at_point("kill", "process killed at a crash point", point) for point in crash_points()),
            *(self._at_point("lose", "effect done, reply lost", point) for point in lost_replies()),
            *(self._at_point("freeze", "process frozen at a crash point", point) for point in _FREEZE_AT),
            *(self._mail(mode) for mode in Mode if mode is not Mode.WELL),
            *(self._process(name, "kill") for name in self._ours()),
            *(self._process(name, "freeze") for name in self._town.processes),
            *(self._down(name, minutes=self._minutes_long) for name in ("temporal", "postgres")),
            *(self._down(name, minutes=False) for name in ("temporal", "postgres", "smtp")),
            *(self._road(name, how) for name in ("postgres", "temporal", "smtp") for how in _ROAD),
            self._slow_disk(),
            self._full_disk(),
        ]
        self._chance.shuffle(each)
        return iter(each)

    def for_ever(self) -> Iterator[Fault]:
        """One after the other, drawn by chance."""
        while True:
            yield from self.sweep()

    @property
    def struck(self) -> int:
        """How many there were so far, with the replies lost by chance."""
        book = self._town.mines / "fired.jsonl"
        by_chance = sum(line["fate"] == "lose" for line in read(book)) if book.exists() else 0
        return self.tally.total + by_chance

    async def strike(self, fault: Fault) -> None:
        """Let it happen, and write down what became of it."""
        if await fault.strike():
            if not fault.kind.startswith("SMTP "):  # Counted by mails, from the server's own book.
                self.tally.injected[fault.kind] += 1
        else:
            self.tally.not_reached.append(f"{fault.kind}: {fault.name}")

    async def heal(self) -> None:
        """Everything up and well again."""
        for armed in (self._town.mines / "armed").iterdir():
            armed.unlink(missing_ok=True)
        for road in self._town.roads.values():
            road.heal()
        assert self._town.smtp is not None
        for kept in self._town.processes.values():
            kept.signal(signal.SIGCONT)
        for kept in self._town.processes.values():
            await kept.until_ready(120)
        await tell(str(self._town.smtp.control_port), heal=True)
        await tell(str(self._town.smtp.control_port), release=True)

    def _ours(self) -> list[str]:
        return [name for name in self._town.processes if name.startswith(("api", "worker"))]

    def _at_point(self, fate: str, kind: str, point: str) -> Fault:
        async def strike() -> bool:
            armed = self._town.mines / "armed" / point
            armed.write_text(fate)
            try:
                pid = await self._fired(point, fate)
            finally:
                armed.unlink(missing_ok=True)
                self._disarm_leads()
            if pid is None:
                return False
            if fate == "freeze":
                await asyncio.sleep(self._chance.uniform(0.5, 2.0))
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
            return True

        return Fault(kind, point, strike)

    async def _fired(self, point: str, fate: str) -> int | None:
        """The process that came by; None if none did in time."""
        book = self._town.mines / "fired.jsonl"
        before = _fired(book, point, fate)
        deadline = time.monotonic() + FIRED_WITHIN_SECONDS
        lead_again = 0.0
        while time.monotonic() < deadline:
            now = _fired(book, point, fate)
            if len(now) > len(before):
                return now[-1]
            if time.monotonic() > lead_again:
                await self._lead_to(point)
                lead_again = time.monotonic() + LEAD_AGAIN_SECONDS
            await asyncio.sleep(0.05)
        return None

    async def _lead_to(self, point: str) -> None:
        """Some steps are only taken after something else went wrong: let that happen first."""
        step = point.partition(":")[0]
        if step in _AFTER_A_DEATH:
            (self._town.mines / "armed" / _AFTER_A_DEATH[step]).write_text("kill")
        elif step.startswith("doubt.") and self._town.smtp is not None:
            with suppress(OSError):
                await tell(str(self._town.smtp.control_port), next=1, mode=str(Mode.DROP_AFTER_DOT_TAKEN))

    def _disarm_leads(self) -> None:
        for lead in _AFTER_A_DEATH.values():
            (self._town.mines / "armed" / lead).unlink(missing_ok=True)

    def _process(self, name: str, how: str) -> Fault:
        async def strike() -> bool:
            kept = self._town.processes[name]
            if how == "kill":
                kept.signal(signal.SIGKILL)
                await asyncio.sleep(self._chance.uniform(0.2, 1.0))
            else:
                pids = [
                    pid for first in (kept.pid,) if first is not None for pid in (first, *descendants(first))
                ]
                _to_all(pids, signal.SIGSTOP)
                await asyncio.sleep(self._chance.uniform(0.5, 3.0))
                _to_all(pids, signal.SIGCONT)
            return True

        kind = "process killed at random" if how == "kill" else "process frozen at random"
        return Fault(kind, name, strike)

    def _down(self, name: str, *, minutes: bool) -> Fault:
        seconds = self._chance.uniform(60, 90) if minutes else self._chance.uniform(1, 5)

        async def strike() -> bool:
            kept = self._town.processes[name]
            began = time.monotonic()
            async with kept.down():
                await asyncio.sleep(seconds)
            await kept.until_ready(120)
            if name == "temporal":
                self.tally.temporal_away.append((began, time.monotonic()))
                await self._until_progress("Temporal back, to the next command answered")
            if name == "postgres":
                await self._until_progress("PostgreSQL back, to the next command answered")
            return True

        length = "more than a minute" if minutes else "seconds"
        return Fault(f"{name} killed, and away for {length}", name, strike)

    async def _until_progress(self, what: str) -> None:
        began = time.monotonic()
        connection = await asyncpg.connect(self._town.database_url)
        try:
            since = await connection.fetchval("SELECT now()")
            count = "SELECT count(*) FROM commands WHERE answered_at > $1"
            while time.monotonic() < began + 60:
                if await connection.fetchval(count, since):
                    self.tally.recoveries.setdefault(what, []).append(time.monotonic() - began)
                    return
                await asyncio.sleep(0.1)
        finally:
            await connection.close()

    def _road(self, name: str, how: str) -> Fault:
        async def strike() -> bool:
            road = self._town.roads[name]
            match how:
                case "cut":
                    road.cut()
                case "held":
                    road.hold()
                case "slow":
                    road.delay(0.1)
                case "refused":
                    road.refuse()
                    road.cut()
                case "reply lost":
                    road.cut_after(0, answers=True)
            try:
                await asyncio.sleep(self._chance.uniform(0.3, 2.5))
            finally:
                road.heal()
            return True

        return Fault(f"road {how}", f"to {name}", strike)

    def _mail(self, mode: Mode) -> Fault:
        async def strike() -> bool:
            smtp = self._town.smtp
            assert smtp is not None
            control = str(smtp.control_port)
            try:
                await tell(control, next=2, mode=str(mode))
                await asyncio.sleep(HANG_SECONDS)
                await tell(control, release=True)
            except OSError:
                return False
            return True

        return Fault(f"SMTP {mode}", str(mode), strike)

    def _slow_disk(self) -> Fault:
        """Every commit waits a tenth of a second more for the disk, by PostgreSQL's own setting."""

        async def strike() -> bool:
            async with _setting(self._town, "commit_delay", "100000"):
                await asyncio.sleep(2.0)
            return True

        return Fault("disk slow under PostgreSQL", "commit_delay 100 ms", strike)

    def _full_disk(self) -> Fault:
        async def strike() -> bool:
            disk = self._town.small_disk
            if disk is None:
                self.tally.impossible.append("disk full: this machine lets nobody mount a small file system")
                return False
            with _Ballast(disk):
                await asyncio.sleep(2.0)
            await self._town.processes["postgres"].until_ready(120)
            await self._until_progress("disk no longer full, to the next command answered")
            return True

        return Fault("disk full under PostgreSQL", "tmpfs", strike)


_FREEZE_AT: Final = (
    "record.commit:before",
    "notify.enter_data:before",
    "notify.hand_over:after",
    "place.keep:after",
)
_AFTER_A_DEATH: Final = {"sweep.start": "place.start:before", "sweep.signal": "command.signal:before"}
_ROAD: Final = ("cut", "held", "slow", "refused", "reply lost")


class _Ballast:
    """A file that fills a disk to its last octet."""

    def __init__(self, disk: Path) -> None:
        self._file = disk / "ballast"

    def __enter__(self) -> None:
        with suppress(OSError), self._file.open("wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 65536)

    def __exit__(self, *_: object) -> None:
        self._file.unlink(missing_ok=True)


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


def _fired(book: Path, point: str, fate: str) -> list[int]:
    if not book.exists():
        return []
    return [line["pid"] for line in read(book) if (line["point"], line["fate"]) == (point, fate)]
