"""Deploys with orders in flight: from release to release and back, both at once, and a broken one."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from temporalio.client import Client

from torture.book import Book
from torture.checker import judge
from torture.dump import dump
from torture.findings import Verdict
from torture.players import Players
from torture.quiet import quiet
from torture.releases import AFTER, BEFORE, BROKEN, NOW
from torture.stories import story
from torture.town import Town, temporal_of

SEEN_WITHIN_SECONDS = 120
AT_ONCE = 24
PROBLEMS = "TemporalReportedProblems IS NOT NULL AND ExecutionStatus = 'Running'"


async def deploy_there_and_back(
    folder: Path, orders: int, seed: int, say: Callable[[str], None] = lambda words: None
) -> Verdict:
    """So many orders in flight while the release goes before, after, before, after, for a while both."""
    async with Town(folder, seed=seed, release=BEFORE) as town:
        async with _Players(town, seed) as players:
            part = orders // 5
            waves = [range(each * part, (each + 1) * part) for each in range(5)]
            await players.begin_all(waves[0])
            say(f"{part} orders under way in the release before")
            await _deploy(town, AFTER, say, meanwhile=players.begin_all(waves[1]))
            await _deploy(town, BEFORE, say, meanwhile=players.begin_all(waves[2]))
            await _deploy(town, AFTER, say, meanwhile=players.begin_all(waves[3]))
            await players.begin_all(waves[4])
            say(f"{part * 5} orders under way; now all are played to their end")
            ending = asyncio.create_task(players.finish_all(range(part * 5)))
            # Once more back, and forth, while all of them move.
            await _deploy(town, BEFORE, say, meanwhile=asyncio.sleep(0))
            await _deploy(town, AFTER, say, meanwhile=asyncio.sleep(0))
            await ending
        client = await temporal_of(town)
        await quiet(town.database_url, 120, say, client)
        await dump(town, client, folder / "books" / "dump.jsonl")
    return judge(folder / "books")


async def deploy_what_is_broken(
    folder: Path,
    orders: int,
    seed: int,
    release: str = BROKEN,
    say: Callable[[str], None] = lambda words: None,
) -> tuple[int, Verdict]:
    """A release that stops what runs, for a while, and then the right one again. How many orders Temporal
    reported to have a problem meanwhile, and the verdict."""
    began_as = NOW if release == BROKEN else AFTER
    names = ("api1", "worker1", "worker2")
    async with Town(folder, seed=seed, release=began_as, apis=1) as town:
        client = await temporal_of(town)
        async with _Players(town, seed) as players:
            await players.begin_all(range(orders))
            await town.deploy(release, *names)
            say(f"deployed: {release}")
            ending = asyncio.create_task(players.finish_all(range(orders)))
            seen = await _until_seen(client)
            say(f"Temporal reports a problem of {seen} orders")
            await town.deploy(began_as, *names)
            await ending
        await quiet(town.database_url, 120, say, client)
        await dump(town, client, folder / "books" / "dump.jsonl")
    return seen, judge(folder / "books")


async def _until_seen(client: Client) -> int:
    for _ in range(SEEN_WITHIN_SECONDS):
        if count := (await client.count_workflows(PROBLEMS)).count:
            return count
        await asyncio.sleep(1)
    return 0


async def _deploy(town: Town, release: str, say: Callable[[str], None], meanwhile: object) -> None:
    """One worker and one API first, so that both releases run side by side; then the others."""
    work = asyncio.ensure_future(meanwhile)  # type: ignore[call-overload]
    await town.deploy(release, "worker1", "api1")
    await work
    await town.deploy(release, "worker2", "api2")
    say(f"deployed: {release}")


class _Players:
    """Players who leave each order unfinished at first, and finish it later."""

    def __init__(self, town: Town, seed: int) -> None:
        books = town.folder / "books"
        self._seed = seed
        self._books = (Book(books / "client.jsonl"), Book(books / "payments.jsonl"))
        self._players = Players(town.api_urls, *self._books, seed, 300.0)
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def __aenter__(self) -> "_Players":
        await self._players.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._players.__aexit__()
        for book in self._books:
            book.close()

    async def begin_all(self, numbers: range) -> None:
        """Place them; pay every second one."""

        async def begin(number: int) -> None:
            async with self._slots:
                await self._players.begin(story(self._seed, number), pay=number % 2 == 0)

        await asyncio.gather(*map(begin, numbers))

    async def finish_all(self, numbers: range) -> None:
        async def finish(number: int) -> None:
            async with self._slots:
                await self._players.finish(story(self._seed, number), pay=number % 2 != 0)

        await asyncio.gather(*map(finish, numbers))
