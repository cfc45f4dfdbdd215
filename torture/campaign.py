"""A campaign: stories played while faults strike, then quiet, then the verdict."""

import asyncio
import shutil
import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import asyncpg

from torture.book import Book, read
from torture.checker import Verdict, judge
from torture.dump import dump
from torture.faults import Fault, Faults, Tally
from torture.players import GaveUp, Players
from torture.stories import KINDS, story
from torture.town import Town, temporal_of

LEASES_END: Final = """UPDATE mails SET lease_until = now() - interval '1 second'
    WHERE state = 'sending' AND phase = 'data' AND lease_until < now() + interval '14 minutes'"""
"""A minute after a mail entered its DATA, its lease of 15 minutes is as good as over: time is skipped."""
IN_DATA: Final = (
    "notify.enter_data:after",
    "notify.hand_over:before",
    "notify.hand_over:after",
    "notify.settle:before",
)
"""Where a mail is between the worker and the relay: nobody may touch it before its lease is over."""
UNDER_WAY: Final = """SELECT (SELECT count(*) FROM commands WHERE outcome IS NULL)
    + (SELECT count(*) FROM orders WHERE started_at IS NULL AND NOT is_history)
    + (SELECT count(*) FROM mails WHERE state IN ('queued', 'retry', 'sending'))"""

LEFT: Final = """SELECT 'command' AS what, order_id, command_id AS key, type AS state, deliveries AS attempt
    FROM commands WHERE outcome IS NULL
    UNION ALL SELECT 'mail', order_id, mail_key, state || ' ' || phase, attempt
    FROM mails WHERE state IN ('queued', 'retry', 'sending')
    UNION ALL SELECT 'order', order_id, '', '', 0 FROM orders WHERE started_at IS NULL AND NOT is_history"""


@dataclass
class Result:
    """What a campaign came to."""

    seed: int
    orders: int
    seconds: float
    verdict: Verdict
    tally: Tally
    waits: dict[str, list[float]]
    away_waits: list[float] = field(default_factory=list)
    """How long checkout took while Temporal was down."""


@dataclass(frozen=True)
class Plan:
    """How much of everything. `faults` is the least number; every fault of the sweep strikes once anyhow."""

    orders: int
    faults: int
    seed: int
    share: float = 0.01
    in_flight: int = 12
    pause_seconds: float = 0.0
    minutes_long: bool = False
    without: str = ""
    only: tuple[str, ...] | None = None
    """The names of the faults to strike; None for all."""
    kinds: tuple[str, ...] = KINDS
    patience_seconds: float = 300.0
    """How long the players wait for an answer that settles something, before they give up."""
    quiet_seconds: float = 420.0
    """How long all may take to come to rest once everything is well again."""


class Campaign:
    """Runs a plan in a folder. `say` is told how it goes."""

    def __init__(self, folder: Path, plan: Plan, say: Callable[[str], None] = lambda words: None) -> None:
        self._folder = folder
        self._plan = plan
        self._say = say
        self._played = 0

    async def run(self) -> Result:
        """The whole of it. The folder keeps books, dump and logs."""
        plan = self._plan
        began = time.monotonic()
        async with AsyncExitStack() as stack:
            town = await stack.enter_async_context(
                Town(self._folder, seed=plan.seed, share=plan.share, without=plan.without)
            )
            self._say("town is up")
            books = self._folder / "books"
            client_book = stack.enter_context(Book(books / "client.jsonl"))
            payment_book = stack.enter_context(Book(books / "payments.jsonl"))
            players = await stack.enter_async_context(
                Players(town.api_urls, client_book, payment_book, plan.seed, plan.patience_seconds)
            )
            faults = Faults(town, plan.seed, minutes_long=plan.minutes_long)
            skipping = asyncio.create_task(_skip_leases(town.database_url))
            striking = asyncio.create_task(self._strike(faults))
            await self._play(players, striking)
            await striking
            self._say("all is healed; waiting for quiet")
            await faults.heal()
            await quiet(town.database_url, plan.quiet_seconds, self._say)
            skipping.cancel()
            await dump(town.database_url, await temporal_of(town), books / "dump.jsonl")
        verdict = judge(self._folder / "books")
        fired = list(read(self._fired)) if self._fired.exists() else []
        lost = sum(line["fate"] == "lose" for line in fired)
        faults.tally.injected["effect done, reply lost"] = lost  # Those by chance are among them.
        for line in read(self._folder / "books" / "smtp.jsonl"):
            if line["mode"] != "well":
                faults.tally.injected[f"SMTP {line['mode']}"] += 1
        faults.tally.injected += people(self._folder / "books")
        again = tried_again(fired, read(self._folder / "books" / "dump.jsonl"))
        if again:
            faults.tally.recoveries["worker killed, to its work done by another"] = again
        away = faults.tally.temporal_away
        return Result(
            seed=plan.seed,
            orders=self._played,
            seconds=time.monotonic() - began,
            verdict=verdict,
            tally=faults.tally,
            waits={kind: [wait.seconds for wait in waits] for kind, waits in players.waits.items()},
            away_waits=[
                wait.seconds
                for wait in players.waits["place"]
                if any(start <= wait.at <= end for start, end in away)
            ],
        )

    @property
    def _fired(self) -> Path:
        return self._folder / "mines" / "fired.jsonl"

    async def _play(self, players: Players, striking: "asyncio.Task[None]") -> None:
        """Stories, so many at once, until there were enough and every fault has struck."""
        plan = self._plan
        under_way: set[asyncio.Task[None]] = set()
        number = 0
        while number < plan.orders or not striking.done():
            if striking.done() and striking.exception() is not None:
                break
            while len(under_way) >= plan.in_flight:
                done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                self._collect(done)
            kind = plan.kinds[number % len(plan.kinds)]
            told = story(plan.seed, KINDS.index(kind) + len(KINDS) * (number // len(plan.kinds)))
            under_way.add(asyncio.create_task(players.play(told)))
            number += 1
            await asyncio.sleep(plan.pause_seconds)
        if under_way:
            done, _ = await asyncio.wait(under_way)
            self._collect(done)

    def _collect(self, done: "set[asyncio.Task[None]]") -> None:
        for task in done:
            if (error := task.exception()) is not None and not isinstance(error, GaveUp):
                raise error
            self._played += 1
            if self._played % 25 == 0:
                self._say(f"{self._played} orders played")

    async def _strike(self, faults: Faults) -> None:
        plan = self._plan
        for fault in faults.for_ever() if plan.faults else faults.sweep():
            if plan.only is not None and fault.name not in plan.only:
                continue
            await self._one(faults, fault)
            if plan.faults and faults.struck >= plan.faults:
                break

    async def _one(self, faults: Faults, fault: Fault) -> None:
        began = time.monotonic()
        await faults.strike(fault)
        self._say(f"{fault.kind}: {fault.name} ({time.monotonic() - began:.1f} s)")


async def quiet(database_url: str, seconds: float, say: Callable[[str], None]) -> None:
    """Until nothing is under way, or so long; then `say` is told what is."""
    connection = await asyncpg.connect(database_url)
    try:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not await connection.fetchval(UNDER_WAY):
                return
            await asyncio.sleep(0.5)
        for row in await connection.fetch(LEFT):
            say(f"still under way: {dict(row)}")
    finally:
        await connection.close()


async def _skip_leases(database_url: str) -> None:
    """Let time fly for what waits for a lease in DATA: skipped, not slept."""
    while True:
        with suppress(Exception):  # PostgreSQL is killed now and then; whatever it says, we try again.
            connection = await asyncpg.connect(database_url, timeout=5)
            try:
                while True:
                    await connection.execute(LEASES_END)
                    await asyncio.sleep(1)
            finally:
                connection.terminate()
        await asyncio.sleep(1)


def people(books: Path) -> Counter[str]:
    """What people and providers did that a naive system would do twice, by class."""
    told = Counter(line["event_id"] for line in read(books / "payments.jsonl"))
    acts = [line for line in read(books / "client.jsonl") if line["act"] == "command"]
    return Counter(
        {
            "payment event told again": told.total() - len(told),
            "two people at one step": sum(line["rivals"] for line in acts) // 2,
            "command after the end": sum(line["command_id"].rpartition("-late")[1] != "" for line in acts),
        }
    )


def tried_again(fired: Iterable[Mapping[str, Any]], rows: Iterable[Mapping[str, Any]]) -> list[float]:
    """For each worker that died at a point outside DATA: seconds until its order went on."""
    moments: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        at = row.get("sent_at") or row.get("answered_at")
        if at is not None:
            moments[row["order_id"]].append(datetime.fromisoformat(at).timestamp())
    seconds = []
    for line in fired:
        if line["where"] != "worker" or line["fate"] != "kill" or line["point"] in IN_DATA:
            continue
        later = [at - line["at"] for at in moments[str(line["order_id"])] if at > line["at"]]
        seconds += [min(later)] if later else []
    return seconds


def fresh(folder: Path) -> Path:
    """An empty folder that PostgreSQL's own user may pass."""
    if (folder / "postgres").is_mount():  # Of a run that was killed.
        subprocess.run(("umount", "--lazy", str(folder / "postgres")), check=False)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    folder.chmod(0o711)
    return folder
