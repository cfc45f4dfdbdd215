"""The stage: where stories are played, so many at once, each kind in turn, and more when somebody asks."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

from torture.asking import GaveUp
from torture.players import Players
from torture.stories import KINDS, story


class Stage:
    """Plays stories of these kinds. Which order each one is of, only the seed and its number among those of
    its kind decide."""

    def __init__(
        self,
        players: Players,
        seed: int,
        kinds: Sequence[str],
        in_flight: int,
        say: Callable[[str], None] = lambda words: None,
    ) -> None:
        self._players = players
        self._seed = seed
        self._kinds = kinds
        self._in_flight = in_flight
        self._say = say
        self._begun = Counter[str]()
        self._under_way: set[asyncio.Task[None]] = set()
        self._bug: BaseException | None = None
        self.played = 0

    def begin(self, kind: str) -> None:
        """Play the next story of this kind, beside all others."""
        number = KINDS.index(kind) + len(KINDS) * self._begun[kind]
        self._begun[kind] += 1
        task = asyncio.create_task(self._players.play(story(self._seed, number)))
        self._under_way.add(task)
        task.add_done_callback(self._end)

    async def play(self, least: int, beside: "asyncio.Task[None]", pause_seconds: float = 0.0) -> None:
        """So many stories, and more until what goes on beside has ended. Raises what a player raised, unless
        he only gave up."""
        number = 0
        while (number < least or not beside.done()) and not _has_failed(beside) and self._bug is None:
            while len(self._under_way) >= self._in_flight:
                await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
            self.begin(self._kinds[number % len(self._kinds)])
            number += 1
            await asyncio.sleep(pause_seconds)
        while self._under_way:
            await asyncio.wait(self._under_way)
        if self._bug is not None:
            raise self._bug

    def _end(self, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        self.played += 1
        if self.played % 25 == 0:
            self._say(f"{self.played} orders played")
        if not task.cancelled() and not isinstance(task.exception(), GaveUp | None):
            self._bug = self._bug or task.exception()


def _has_failed(task: "asyncio.Task[None]") -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
