"""The faults: each a class with a name, and what is done to the town for it."""

import asyncio
import itertools
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

from torture.book import Reader
from torture.leading import Leads, Play
from torture.outages import SERVERS, WAYS, Outages
from torture.points import crash_points, lost_replies, step_of
from torture.smtp_control import tell
from torture.smtp_modes import Act, Mode
from torture.striking import TRIES, Striker
from torture.tally import Tally
from torture.town import Town

MET_WITHIN_SECONDS: Final = 20.0
HANG_SECONDS: Final = 1.5
LOOK_SECONDS: Final = 0.05
HANGS: Final = tuple(mode for mode in Mode if mode.trouble is not None and mode.trouble.act is Act.HANG)
FREEZE_AT: Final = (
    "record.commit:before",
    "notify.enter_data:before",
    "notify.hand_over:after",
    "place.keep:after",
)
FULL_DISK: Final = "disk full under PostgreSQL"


@dataclass(frozen=True)
class Fault:
    """One fault to come: its class, and what does it. False if it could not be done."""

    kind: str
    name: str
    strike: Callable[[], Awaitable[bool]]
    chosen: str = ""
    """The process that a crash point waits for."""


class Faults:
    """Every fault this rig knows, for one town. The same seed gives the same faults in the same order, with
    the same lengths and the same processes struck. `play` has a story played beside the others."""

    def __init__(
        self, town: Town, seed: int, play: Play = lambda kind: None, *, minutes_long: bool = False
    ) -> None:
        self._town = town
        self._seed = seed
        self._play = play
        self._minutes_long = minutes_long
        self._round = 0
        self.tally = Tally()
        self._outages = Outages(town, self.tally, play)
        self._striker = Striker(town.mines, Leads(town, self.tally, play, seed))
        self._smtp_book = Reader(town.smtp_book)

    def sweep(self) -> Iterator[Fault]:
        """Each fault once: every crash point, every lost reply, every mode, every server and road."""
        self._round += 1
        each: list[Fault | tuple[str, str, str]] = [
            *(("kill", "process killed at a crash point", point) for point in crash_points()),
            *(("lose", "effect done, reply lost", point) for point in lost_replies()),
            *(("freeze", "process frozen at a crash point", point) for point in FREEZE_AT),
            *(self._mail(mode) for mode in Mode if mode is not Mode.WELL),
            *(self._process(name, "kill") for name in self._ours()),
            *(self._process(name, "freeze") for name in self._town.processes),
            *(self._down(name, 1, minutes=self._minutes_long) for name in ("temporal", "postgres")),
            *(self._down(name, 2, minutes=False) for name in SERVERS),
            *(self._road(name, way) for name in SERVERS for way in WAYS),
            Fault("disk slow under PostgreSQL", "commits wait 100 ms", self._outages.slow_disk),
            Fault(FULL_DISK, "where we may mount a small one", self._outages.full_disk),
        ]
        self._chance("order").shuffle(each)
        # In turn: who was struck last starts again while the next fault is another's.
        turns = {where: itertools.cycle(self._ours(where) or [""]) for where in ("api", "worker")}
        for fault in each:
            if isinstance(fault, Fault):
                yield fault
            else:
                yield self._at_point(*fault, chosen=next(turns[step_of(fault[2]).where]))

    def for_ever(self) -> Iterator[Fault]:
        """Round after round, each in an order of its own."""
        while True:
            yield from self.sweep()

    @property
    def struck(self) -> int:
        """How many there were so far, with the replies lost by chance."""
        self._striker.fired.read_on()
        lost = [line for line in self._striker.fired.lines if line["fate"] == "lose"]
        return self.tally.total + len(lost)

    async def strike(self, fault: Fault) -> None:
        """Let it happen, and write down what became of it."""
        name = f"{fault.kind}: {fault.name}"
        if await fault.strike():
            self.tally.reached.add(name)
            if not fault.kind.startswith("SMTP "):  # Counted by mails, from the server's own book.
                self.tally.injected[fault.kind] += 1
        elif fault.kind == FULL_DISK and self._town.small_disk is None:
            self.tally.impossible.append(name)
        else:
            self.tally.missed.append(name)

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

    def _ours(self, *kinds: str) -> list[str]:
        return [name for name in self._town.processes if name.startswith(kinds or ("api", "worker"))]

    def _chance(self, name: str) -> random.Random:
        """What is left to chance in one fault, whatever the others drew."""
        return random.Random(f"faults/{self._seed}/{self._round}/{name}")

    def _at_point(self, fate: str, kind: str, point: str, *, chosen: str) -> Fault:
        seconds = self._chance(f"{fate} {point}").uniform(0.5, 2.0)

        async def strike() -> bool:
            pid = await self._striker.strike(point, fate, chosen)
            if pid is None:
                return False
            if fate == "freeze":
                await asyncio.sleep(seconds)
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
            return True

        return Fault(kind, point, strike, chosen)

    def _process(self, name: str, how: str) -> Fault:
        longest, strike, kind = {
            "kill": (1.0, self._outages.kill, "process killed at random"),
            "freeze": (3.0, self._outages.freeze, "process frozen at random"),
        }[how]
        seconds = self._chance(f"{how} {name}").uniform(0.2, longest)
        return Fault(kind, name, partial(strike, name, seconds))

    def _down(self, name: str, time_: int, *, minutes: bool) -> Fault:
        chance = self._chance(f"down {name} {time_}")
        seconds = chance.uniform(60, 90) if minutes else chance.uniform(1, 5)
        length = "more than a minute" if minutes else "seconds"
        kind = f"{name} killed, and away for {length}"
        return Fault(kind, name, partial(self._outages.down, name, seconds))

    def _road(self, name: str, way: str) -> Fault:
        seconds = self._chance(f"road {name} {way}").uniform(0.3, 2.5)
        return Fault(f"road {way}", f"to {name}", partial(self._outages.close, name, way, seconds))

    def _mail(self, mode: Mode) -> Fault:
        async def strike() -> bool:
            smtp = self._town.smtp
            assert smtp is not None
            for _ in range(TRIES):
                with suppress(OSError):
                    self._smtp_book.read_on()
                    await tell(str(smtp.control_port), next=1, mode=str(mode))
                    is_met = await self._is_met(mode)
                    if mode in HANGS:
                        await asyncio.sleep(HANG_SECONDS)
                        await tell(str(smtp.control_port), release=True)
                    if is_met:
                        return True
            return False

        return Fault(f"SMTP {mode}", str(mode), strike)

    async def _is_met(self, mode: Mode) -> bool:
        deadline = time.monotonic() + MET_WITHIN_SECONDS
        while time.monotonic() < deadline:
            if any(line["mode"] == mode for line in self._smtp_book.read_on()):
                return True
            await asyncio.sleep(LOOK_SECONDS)
        self._play("one_parcel")
        return False
