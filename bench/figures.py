"""A figure: what was measured, against its bar."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.console import Console
from rich.table import Table


class Figure(NamedTuple):
    """One row of the report. `holds` is None where there is no bar."""

    name: str
    value: str
    bar: str
    holds: bool | None
    method: str


def figure(
    name: str,
    value: float,
    bar: float,
    *,
    unit: str,
    method: str,
    better: Callable[[float, float], bool] = lambda value, bar: value <= bar,
) -> Figure:
    """A figure with a bar; smaller is better unless said otherwise."""
    sign = "≤" if better(0, 1) else "≥"
    return Figure(name, f"{value:,.2f} {unit}", f"{sign} {bar:g} {unit}", better(value, bar), method)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


def spread(seconds: Sequence[float]) -> str:
    """Median, 99th percentile and worst, in milliseconds."""
    return (
        f"p50 {percentile(seconds, 0.5) * 1000:.0f}, p99 {percentile(seconds, 0.99) * 1000:.0f},"
        f" worst {max(seconds) * 1000:.0f} ms over {len(seconds)}"
    )


def show(figures: Sequence[Figure]) -> None:
    """Print the report."""
    table = Table(title="Pakhuis on this machine", show_lines=True)
    for column in ("figure", "measured", "bar", "", "method"):
        table.add_column(column)
    for each in figures:
        mark = "" if each.holds is None else "✓" if each.holds else "✗"
        table.add_row(each.name, each.value, each.bar, mark, each.method)
    Console(width=150).print(table)
