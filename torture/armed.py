"""A worker or an API with its crash points armed: `python -m torture.armed worker`, `... serve --port 8080`.

The program is the one that ships; its steps are wrapped from outside. The variable TORTURE_FOLDER names the
folder where the rig leaves what is to happen: a file `armed/<point>` holds "kill", "freeze" or "lose", and is
taken by the first process that comes by. TORTURE_SHARE is the share of all replies that are lost besides.
What happened is noted in the book `fired.jsonl` before it happens.
"""

import functools
import importlib
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
from temporalio.service import RPCError, RPCStatusCode

from torture import guards, releases
from torture.book import Book
from torture.points import AFTER, BEFORE, STEPS, Step, Where
from torture.stories import ORDER_ID

LOST: dict[str, Callable[[], Exception]] = {
    "postgres": lambda: asyncpg.ConnectionDoesNotExistError(
        "connection was closed in the middle of operation"
    ),
    "temporal": lambda: RPCError("reply lost", RPCStatusCode.UNAVAILABLE, b""),
}


class Mines:
    """What is to happen in this process, and where."""

    def __init__(self, folder: Path, where: Where, share: float) -> None:
        self._armed = folder / "armed"
        self._taken = folder / "taken"
        self._book = Book(folder / "fired.jsonl")
        self._where = where
        self._share = share
        self._chance = random.Random(os.getpid())
        self._count = 0

    def lay(self) -> None:
        """Wrap every step of this process."""
        for step in STEPS:
            if step.where != self._where:
                continue
            module = importlib.import_module(step.place[0])
            *path, name = step.place[1].split(".")
            holder: Any = functools.reduce(getattr, path, module)
            setattr(holder, name, self._mined(getattr(holder, name), step))

    def _mined(self, original: Callable[..., Any], step: Step) -> Callable[..., Any]:
        # Keeps the marks that the Temporal SDK put on the original.
        @functools.wraps(original)
        async def mined(*values: Any, **named: Any) -> Any:
            order = _order_of(values)
            self._come_by(step, BEFORE, order)
            result = await original(*values, **named)
            self._come_by(step, AFTER, order)
            return result

        return mined

    def _come_by(self, step: Step, moment: str, order: str | None) -> None:
        point = f"{step.name}:{moment}"
        fate = self._fate(point)
        if fate is None and step.loses and moment == AFTER and self._chance.random() < self._share:
            fate = "lose"
        if fate is None:
            return
        self._book.write(
            point=point, fate=fate, pid=os.getpid(), where=self._where, order_id=order, at=time.time()
        )
        match fate:
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "freeze":
                os.kill(os.getpid(), signal.SIGSTOP)
            case "lose" if step.loses is not None:
                raise LOST[step.loses]()

    def _fate(self, point: str) -> str | None:
        """What was left for this point; whoever takes the file has it to himself."""
        armed = self._armed / point
        self._count += 1
        taken = self._taken / f"{point}-{os.getpid()}-{self._count}"
        try:
            armed.rename(taken)
        except FileNotFoundError:
            return None
        return taken.read_text()


def _order_of(values: tuple[Any, ...]) -> str | None:
    """Whose order this step is about, as far as its values tell."""
    for value in values:
        named = getattr(value, "order_id", None)
        if isinstance(named, str):
            return named
        if isinstance(value, str) and ORDER_ID.fullmatch(value):
            return value
    return None


def main() -> None:
    """Run a process of the stack with its crash points armed and, for a negative control, a guard removed."""
    where: Where = "worker" if sys.argv[1] == "worker" else "api"
    guards.remove(os.environ.get("TORTURE_WITHOUT", ""))
    releases.become(os.environ.get("TORTURE_RELEASE", ""))
    folder = Path(os.environ["TORTURE_FOLDER"])
    share = float(os.environ.get("TORTURE_SHARE", "0"))
    if where == "worker":
        import worker

        Mines(folder, where, share).lay()
        worker.main()
    else:
        from starter import cli

        # What the API imports only once it serves.
        importlib.import_module("starter.cli.serving")
        Mines(folder, where, share).lay()
        cli.main()


if __name__ == "__main__":
    main()
