"""A campaign: stories played while faults strike, then quiet, then the verdict."""

import asyncio
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import asyncpg

from torture.asking import Wait
from torture.book import Book, read
from torture.checker import judge
from torture.dump import dump
from torture.faults import Fault, Faults
from torture.findings import Verdict
from torture.players import Players
from torture.points import IN_DATA
from torture.quiet import quiet
from torture.stage import Stage
from torture.stories import KINDS
from torture.tally import Tally
from torture.town import Town, temporal_of

TRIED_AGAIN: Final = "worker killed, to its work tried again by another"
OUTSIDE: Final = "outside outages"
INSIDE: Final = "inside outages"
LEASES_END: Final = """UPDATE mails SET lease_until = now() - interval '1 second'
    WHERE state = 'sending' AND phase = 'data' AND lease_until < now() + interval '14 minutes 30 seconds'"""
"""Half a minute after a mail entered its DATA, its lease of 15 minutes is called over: time is skipped."""


@dataclass
class Result:
    """What a campaign came to."""

    seed: int
    orders: int
    seconds: float
    verdict: Verdict
    tally: Tally
    waits: dict[str, tuple[list[float], list[float]]]
    """How long each single answer took, by what was asked: outside outages, and inside."""
    away_waits: list[float] = field(default_factory=list)
    """How long checkout took while Temporal was down."""

    @property
    def is_clean(self) -> bool:
        """Nothing was found, and everything that was to strike did."""
        return self.verdict.is_clean and not self.tally.not_reached


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
            stage = Stage(players, plan.seed, plan.kinds, plan.in_flight, self._say)
            faults = Faults(town, plan.seed, stage.begin, minutes_long=plan.minutes_long)
            skipping = asyncio.create_task(_skip_leases(town.database_url))
            striking = asyncio.create_task(self._strike(faults))
            await stage.play(plan.orders, striking, plan.pause_seconds)
            await striking
            self._say("all is healed; waiting for quiet")
            await faults.heal()
            client = await temporal_of(town)
            await quiet(town.database_url, plan.quiet_seconds, self._say, client)
            skipping.cancel()
            self._say("quiet; all that is there is written down")
            await dump(town, client, books / "dump.jsonl")
        self._say("the judge reads")
        verdict = judge(self._folder / "books")
        tally = faults.tally
        fired = list(read(self._fired)) if self._fired.exists() else []
        lost = sum(line["fate"] == "lose" for line in fired)
        tally.injected["effect done, reply lost"] = lost  # Those by chance are among them.
        for line in read(self._folder / "books" / "smtp.jsonl"):
            if line["mode"] != "well":
                tally.injected[f"SMTP {line['mode']}"] += 1
        tally.injected += people(self._folder / "books")
        outside, inside = tally.split(tried_again(fired))
        tally.recoveries[f"{TRIED_AGAIN}, {OUTSIDE}"] = outside
        tally.recoveries[f"{TRIED_AGAIN}, {INSIDE}"] = inside
        waits = {kind: list(map(_span, waits)) for kind, waits in players.waits.items()}
        return Result(
            seed=plan.seed,
            orders=stage.played,
            seconds=time.monotonic() - began,
            verdict=verdict,
            tally=tally,
            waits={kind: tally.split(spans) for kind, spans in waits.items()},
            away_waits=[
                end - start for start, end in waits["place"] if tally.is_inside(start, end, "temporal")
            ],
        )

    @property
    def _fired(self) -> Path:
        return self._folder / "mines" / "fired.jsonl"

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
    lines = list(read(books / "client.jsonl"))
    acts = [line for line in lines if line["act"] == "command"]
    invoices = Counter(line["order_id"] for line in lines if line["act"] == "invoice")
    jobs = {line["job_id"]: line["people"] for line in lines if line["act"] == "job"}
    said = Counter(line["word"] for line in lines if line["act"] == "word")
    return Counter(
        {
            "payment event told again": told.total() - len(told),
            "two people at one step": sum(line["rivals"] for line in acts) // 2,
            "command after the end": sum(line["command_id"].rpartition("-late")[1] != "" for line in acts),
            "invoice asked for again": invoices.total() - len(invoices),
            "job given by two at once": sum(people > 1 for people in jobs.values()),
            "mail to be stopped": said["mail_stop"],
            "mail to be sent once more": said["anew"] + said["mail_again"],
        }
    )


def tried_again(fired: Iterable[Mapping[str, Any]]) -> list[tuple[float, float]]:
    """For each worker that died at a point outside DATA: when, and when its step was taken again."""
    return [
        (line["since"], line["at"])
        for line in fired
        if line["fate"] == "again" and line["died_at"] not in IN_DATA
    ]


def _span(wait: Wait) -> tuple[float, float]:
    """From and to by the clock that the outages go by."""
    began = wait.at + time.time() - time.monotonic()
    return began, began + wait.seconds


def fresh(folder: Path) -> Path:
    """An empty folder that PostgreSQL's own user may pass."""
    if (folder / "postgres").is_mount():  # Of a run that was killed.
        subprocess.run(("umount", "--lazy", str(folder / "postgres")), check=False)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    folder.chmod(0o711)
    return folder
