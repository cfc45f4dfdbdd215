"""The press: papers are made beside the event loop, one at a time, and only so many wait for it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final, TypeVar

from documents.typesetting import Typesetter
from orders.errors import Unavailable
from orders.sentence import sentence

MOST_WAITING: Final = 32
Made = TypeVar("Made")


class Press:
    """Gives work to the one typesetter of this process, whose fonts are read once."""

    def __init__(self) -> None:
        # One: a second would not make two papers faster, and would take as much memory again.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="press")
        self._typesetter: Typesetter | None = None
        self._waiting = 0

    async def make(self, work: Callable[[Typesetter], Made]) -> Made:
        """What this work makes with the typesetter. Raises Unavailable while too many wait already."""
        if self._waiting >= MOST_WAITING:
            busy = Unavailable()
            busy.sentence = sentence("papers.refused.busy")
            raise busy
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._work, work)
        finally:
            self._waiting -= 1

    def _work(self, work: Callable[[Typesetter], Made]) -> Made:
        if self._typesetter is None:
            self._typesetter = Typesetter()
        return work(self._typesetter)


@cache
def press() -> Press:
    """The press of this process."""
    return Press()
