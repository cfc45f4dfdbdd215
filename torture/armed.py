"""A worker or an API with its crash points armed: `python -m torture.armed worker`, `... serve --port 8080`.

The program is the one that ships; its steps are wrapped from outside. The variable TORTURE_FOLDER names the
folder where the rig leaves what is to happen: a file `armed/<point>` holds "kill", "freeze" or "lose", and is
taken by the first process that comes by; `armed/<point>@<process>` only by the process of that name.
TORTURE_SHARE is the share of all replies that are lost besides; which, is drawn from TORTURE_SEED, the name
of the process and the number of its start. What happened is noted in the book `fired.jsonl` before it
happens, and so is the moment when another takes the step of a worker that was killed.
"""

import functools
import hashlib
import importlib
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

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
_NAMED_BY: Final = ("order_id", "mail_key", "digest_id", "command_id", "message_id")


@dataclass(frozen=True)
class Process:
    """Which process of the town this is: its kind, its name, and how often it was started before."""

    where: Where
    name: str = ""
    starts: int = 0


class Mines:
    """What is to happen in this process, and where."""

    def __init__(self, folder: Path, process: Process, share: float, seed: str = "") -> None:
        for name in ("armed", "taken", "died"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._book = Book(folder / "fired.jsonl")
        self._process = process
        self._share = share
        # One for each step: in which order the steps are taken is for the machine to decide.
        self._chances = {
            step.name: random.Random(f"{seed}/{process.name}/{process.starts}/{step.name}") for step in STEPS
        }
        self._count = 0

    def lay(self) -> None:
        """Wrap every step of this process."""
        for step in STEPS:
            if step.where != self._process.where:
                continue
            module = importlib.import_module(step.place[0])
            *path, name = step.place[1].split(".")
            holder: Any = functools.reduce(getattr, path, module)
            setattr(holder, name, self._mined(getattr(holder, name), step))

    def _mined(self, original: Callable[..., Any], step: Step) -> Callable[..., Any]:
        # Keeps the marks that the Temporal SDK put on the original.
        @functools.wraps(original)
        async def mined(*values: Any, **named: Any) -> Any:
            self.come_by(step, BEFORE, values)
            result = await original(*values, **named)
            self.come_by(step, AFTER, values)
            return result

        return mined

    def come_by(self, step: Step, moment: str, values: tuple[Any, ...]) -> None:
        """Let happen what is to happen here. Raises what the lost reply of this step raises."""
        point = f"{step.name}:{moment}"
        if moment == BEFORE:
            self._note_if_again(step, values)
        fate = self._fate(point)
        if fate is None and step.loses and moment == AFTER:
            fate = "lose" if self._chances[step.name].random() < self._share else None
        if fate is None:
            return
        self._write(point, fate, values)
        match fate:
            case "kill":
                self._leave_word(step, point, values)
                os.kill(os.getpid(), signal.SIGKILL)
            case "freeze":
                os.kill(os.getpid(), signal.SIGSTOP)
            case "lose" if step.loses is not None:
                raise LOST[step.loses]()

    def _fate(self, point: str) -> str | None:
        """What was left for this point; whoever takes the file has it to himself."""
        return self._taken(f"armed/{point}@{self._process.name}") or self._taken(f"armed/{point}")

    def _leave_word(self, step: Step, point: str, values: tuple[Any, ...]) -> None:
        """A worker's work is to be taken up by another: let that one know when it was left."""
        if self._process.where == "worker" and (work := _work_of(values)):
            died = self._folder / f"died/{step.name}@{work}"
            died.write_text(json.dumps({"died_at": point, "since": time.time()}))

    def _note_if_again(self, step: Step, values: tuple[Any, ...]) -> None:
        if self._process.where == "worker" and (work := _work_of(values)):
            word = self._taken(f"died/{step.name}@{work}")
            if word is not None:
                self._write(f"{step.name}:{BEFORE}", "again", values, **json.loads(word))

    def _taken(self, name: str) -> str | None:
        self._count += 1
        taken = self._folder / "taken" / f"{Path(name).name}-{os.getpid()}-{self._count}"
        try:
            (self._folder / name).rename(taken)
        except FileNotFoundError:
            return None
        return taken.read_text()

    def _write(self, point: str, fate: str, values: tuple[Any, ...], **more: Any) -> None:
        self._book.write(
            point=point,
            fate=fate,
            pid=os.getpid(),
            where=self._process.where,
            process=self._process.name,
            order_id=_order_of(values),
            at=time.time(),
            **more,
        )


def _order_of(values: tuple[Any, ...]) -> str | None:
    """Whose order this step is about, as far as its values tell."""
    for value in values:
        named = getattr(value, "order_id", None)
        if isinstance(named, str):
            return named
        if isinstance(value, str) and ORDER_ID.fullmatch(value):
            return value
    return None


def _work_of(values: tuple[Any, ...]) -> str:
    """What tells this piece of work of a step from all others, as a file may be named; "" if nothing does."""
    parts = [value for value in values if isinstance(value, str)]
    named = (getattr(value, name, None) for value in values for name in _NAMED_BY)
    parts += [each for each in named if isinstance(each, str)]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:24] if parts else ""


def main() -> None:
    """Run a process of the stack with its crash points armed and, for a negative control, a guard removed."""
    where: Where = "worker" if sys.argv[1] == "worker" else "api"
    guards.remove(os.environ.get("TORTURE_WITHOUT", ""))
    releases.become(os.environ.get("TORTURE_RELEASE", ""))
    folder = Path(os.environ["TORTURE_FOLDER"])
    process = Process(where, os.environ.get("TORTURE_NAME", ""), int(os.environ.get("TORTURE_START", "0")))
    share = float(os.environ.get("TORTURE_SHARE", "0"))
    mines = Mines(folder, process, share, os.environ.get("TORTURE_SEED", ""))
    if where == "worker":
        import worker

        mines.lay()
        worker.main()
    else:
        from starter import cli

        # What the API imports only once it serves.
        importlib.import_module("starter.cli.serving")
        mines.lay()
        cli.main()


if __name__ == "__main__":
    main()
