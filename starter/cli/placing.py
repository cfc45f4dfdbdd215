"""Placing orders from files."""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from orders.errors import OrderError, Unavailable
from starter import ecwid, strict_json
from starter.cli import connections, tables
from starter.cli.files import contents
from starter.cli.running import FAILED, CliError
from starter.cli.talk import print_json, talk
from starter.front_door import FrontDoor, NotPlaced, Placed

LARGEST_FILE = 64_000_000


@dataclass(frozen=True)
class Result:
    """What became of one order of a file."""

    file: str
    index: int
    order_id: str | None
    store: str | None
    outcome: str
    """`new`, `known`, `history` or `refused`."""
    detail: str
    warnings: tuple[str, ...] = ()


async def place(files: Sequence[str], format: str, store: str, as_json: bool) -> int:
    """Every order of every file; each is kept or refused by itself."""
    if format not in ("pakhuis", "ecwid"):
        raise CliError("unknown_format", format=format)
    bodies = [
        (name, contents(name, LARGEST_FILE)) for name in files
    ]  # All of them, before anything is placed.
    results: list[Result] = []
    if format == "ecwid":
        exports = [(name, _export(name, raw)) for name, raw in bodies]
        async with connections.opened() as system:
            with _progress() as progress:
                task = progress.add_task(talk.say("place.placing"), total=len(exports))
                for name, export in exports:
                    found = await system.front_door.place_ecwid(export, store)
                    results += [_result(name, index, each) for index, each in enumerate(found)]
                    progress.advance(task)
    else:
        orders = [(name, index, body) for name, raw in bodies for index, body in enumerate(_ours(name, raw))]
        async with connections.opened() as system:
            with _progress() as progress:
                task = progress.add_task(talk.say("place.placing"), total=len(orders))
                for name, index, body in orders:
                    results.append(_result(name, index, await _place_one(system.front_door, index, body)))
                    progress.advance(task)
    if as_json:
        print_json({"orders": [asdict(each) for each in results]})
    else:
        talk.out.print(tables.placed(results))
    return FAILED if any(each.outcome == "refused" for each in results) else 0


async def _place_one(front_door: FrontDoor, index: int, body: object) -> Placed | NotPlaced:
    order_id = body.get("order_id") if isinstance(body, dict) else None
    try:
        if not isinstance(body, dict):
            raise OrderError("door.not_json")
        return await front_door.place(body)
    except Unavailable:
        raise
    except OrderError as error:
        return NotPlaced(index, order_id if isinstance(order_id, str) else None, error)


def _result(file: str, index: int, found: Placed | NotPlaced) -> Result:
    if isinstance(found, NotPlaced):
        return Result(file, index, found.order_id, None, "refused", talk.words(found.error.sentence))
    outcome = "history" if found.is_history else "new"
    warnings = tuple(talk.words(warning) for warning in found.warnings)
    return Result(
        file, index, found.order_id, found.store, outcome if found.is_new else "known", "", warnings
    )


def _export(name: str, raw: bytes) -> object:
    try:
        return ecwid.parse(raw)
    except ecwid.UnreadableBody as error:
        raise CliError("in_file", file=name, why=talk.words(error.reason)) from None


def _ours(name: str, raw: bytes) -> list[Any]:
    """The orders of a file of our own format: one object, or a list of them."""
    try:
        found = strict_json.loads(raw)
    except ValueError:
        raise CliError("not_json", file=name) from None
    if isinstance(found, dict):
        return [found]
    if not isinstance(found, list) or not found:
        raise CliError("not_orders", file=name)
    return found


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=talk.aside, transient=True, disable=not sys.stderr.isatty())
