"""What one sees of the demo: a line for each order while it is played, then the tables."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from starter.cli.tables import BAD, GOOD, QUIET, cell, table
from starter.cli.talk import talk

if TYPE_CHECKING:
    from embedded.demo import Result
    from embedded.demo_samples import Sample
    from embedded.desk_door import Account
from embedded.stack import Addresses


class Board:
    """The orders as they are played: live on a terminal, a line for each that is done elsewhere."""

    def __init__(self, samples: Sequence[Sample], *, quietly: bool) -> None:
        self._is_live = sys.stdout.isatty() and not quietly
        self._is_silent = quietly
        self._progress = Progress(
            SpinnerColumn(finished_text=" "),
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[step]}"),
            console=talk.out,
            disable=not self._is_live,
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {
            sample.file: self._progress.add_task(_path(sample), total=len(sample.steps) + 1, step="")
            for sample in samples
        }

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def show(self, sample: Sample, step: str) -> None:
        """This step of this order is being taken."""
        self._progress.update(self._tasks[sample.file], step=step)

    def advance(self, sample: Sample) -> None:
        self._progress.advance(self._tasks[sample.file])

    def finish(self, sample: Sample, *, is_well: bool) -> None:
        task = self._tasks[sample.file]
        mark = "✓" if is_well else "✗"
        if is_well:
            self._progress.update(task, completed=len(sample.steps) + 1, step=mark)
        else:
            self._progress.update(task, step=mark)
        if not self._is_live and not self._is_silent:
            talk.out.print(Text(f"{mark} ", GOOD if is_well else BAD).append(_path(sample), ""))


def results_table(results: Sequence[Result]) -> Table:
    """Every order with where it stands, and whether that is the end it was meant to reach."""
    found = table("number", "customer", "path", "payment", "fulfillment", "end")
    for each in results:
        order = each.order or {}
        why = cell("; ".join(each.problems))
        end = Text("✗ ", BAD).append_text(why) if each.problems else Text("✓", GOOD)
        found.add_row(
            cell(order.get("number", each.sample.file)),
            cell(order.get("customer", {}).get("name", "")),
            cell(_path(each.sample)),
            cell(order.get("payment_status", "")),
            cell(order.get("fulfillment_status", "")),
            end,
        )
    return found


def results_as_json(results: Sequence[Result]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "path": each.sample.path,
            "order_id": (each.order or {}).get("order_id"),
            "store": (each.order or {}).get("store"),
            "payment_status": (each.order or {}).get("payment_status"),
            "fulfillment_status": (each.order or {}).get("fulfillment_status"),
            "reached": not each.problems,
            "problems": list(each.problems),
        }
        for each in results
    ]


def addresses_table(addresses: Addresses, stack_file: Path, account: Account | None) -> Table:
    """What to open, with which account where there is a ready one, and where the keys are."""
    found = Table.grid(padding=(0, 2))
    for name, value in (
        ("api", addresses.api),
        ("desk", addresses.desk),
        ("account", account and talk.say("demo.account", name=account.name, password=account.password)),
        ("openapi", f"{addresses.api}/openapi.json"),
        ("mail_page", addresses.mail_page),
        ("temporal_ui", addresses.temporal_ui),
        ("stack_file", str(stack_file)),
    ):
        if value:
            found.add_row(cell(talk.say(f"demo.address.{name}"), QUIET), cell(value))
    return found


def _path(sample: Sample) -> str:
    return talk.say(f"demo.path.{sample.path}")
