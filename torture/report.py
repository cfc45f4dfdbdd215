"""The report: what was done to the town, what the judge found, and what "0 of N" means. Text and HTML."""

import html
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from torture.campaign import INSIDE, OUTSIDE, TRIED_AGAIN, Result
from torture.findings import CLASSES
from torture.outages import TEMPORAL_BACK

MEANING: Final = (
    "0 of N does not mean never: with 95 % certainty the true rate is below 3/N. "
    "The last column says what that is for each class."
)


TIMED: Final = ("figure", "p50", "p99", "most", "times", "bar for p99")
AWAY: Final = "checkout answered with Temporal down"
BARS: Final = {
    f"{TRIED_AGAIN}, {OUTSIDE}": 60.0,
    TEMPORAL_BACK: 30.0,
    AWAY: 0.5,
    f"webhook answered, {OUTSIDE}": 0.3,
}
"""What must not take longer, in seconds."""
ABOVE: Final = "ABOVE IT"
OVER: Final = ' class="over"'


class Measure(NamedTuple):
    """How long something took, each time."""

    name: str
    seconds: Sequence[float]

    @property
    def is_above_bar(self) -> bool:
        return bool(self.seconds) and self._share(0.99) > BARS.get(self.name, math.inf)

    @property
    def cells(self) -> tuple[str, ...]:
        """Its row in the table."""
        bar = BARS.get(self.name)
        limit = "" if bar is None else f"{_time(bar)} {ABOVE}" if self.is_above_bar else _time(bar)
        if not self.seconds:
            return (self.name, "-", "-", "-", "0", limit)
        times = (self._share(0.5), self._share(0.99), max(self.seconds))
        return (self.name, *map(_time, times), f"{len(self.seconds):,}", limit)

    def _share(self, share: float) -> float:
        """What so large a share of all took at most."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def write(result: Result, folder: Path) -> str:
    """Write report.txt and report.html into the folder; the text of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    text = as_text(result)
    (folder / "report.txt").write_text(text + "\n")
    (folder / "report.html").write_text(as_html(result))
    return text


def as_text(result: Result) -> str:
    """The report for a terminal."""
    rows = [(name, str(number), below) for name, number, below in fault_rows(result)]
    lines = [headline(result), "", *_columns(("fault", "struck", "below"), rows), "", MEANING, ""]
    lines += [f"{name}: {value}" for name, value in counted(result)]
    lines += ["", *_columns(TIMED, [each.cells for each in measures(result)]), ""]
    lines += [f"{each.kind}: {each.subject}: {each.sentence}" for each in result.verdict.findings]
    lines += [f"not reached: {name}" for name in result.tally.not_reached]
    lines += sorted({f"not possible here: {name}" for name in result.tally.impossible})
    lines += ["", verdict_line(result)]
    return "\n".join(lines)


def as_html(result: Result) -> str:
    """The report as a page that needs nothing else."""
    faults = _table(("fault", "struck", "true rate below"), fault_rows(result))
    numbers = _table(("figure", "counted"), counted(result))
    times = _table(TIMED, [each.cells for each in measures(result)])
    findings = _table(
        ("class", "of", "what"),
        [(each.kind, each.subject, each.sentence) for each in result.verdict.findings],
    )
    left = [*result.tally.not_reached, *sorted(set(result.tally.impossible))]
    not_struck = f"<h2>Not struck</h2>{_table(('fault',), [(name,) for name in left])}" if left else ""
    colour = "#1b6e3c" if result.is_clean else "#a3231c"
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Torture, seed {result.seed}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #222 }}
body {{ max-width: 60rem; margin: 3rem auto; padding: 0 1rem }}
h1 {{ font-size: 1.4rem }} h2 {{ font-size: 1.1rem; margin-top: 2rem }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; vertical-align: top }}
th, td {{ padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #ddd }}
td + td {{ font-variant-numeric: tabular-nums }}
.over {{ color: #a3231c; font-weight: 600 }}
.verdict {{ color: #fff; background: {colour}; padding: .6rem 1rem; border-radius: .3rem }}
</style>
<h1>{html.escape(headline(result))}</h1>
<p class="verdict">{html.escape(verdict_line(result))}</p>
<h2>Faults</h2>{faults}<p>{html.escape(MEANING)}</p>
<h2>Figures</h2>{numbers}
<h2>How long it took</h2>{times}
{"<h2>Findings</h2>" + findings if result.verdict.findings else ""}{not_struck}
</html>
"""


def headline(result: Result) -> str:
    return (
        f"{result.orders} orders under {result.tally.total} faults in {result.seconds / 60:.1f} minutes,"
        f" seed {result.seed}"
    )


def verdict_line(result: Result) -> str:
    """How often each class of finding, in a line."""
    found = ", ".join(f"{result.verdict.number(kind)} {kind}" for kind in CLASSES)
    reached = f"{len(result.tally.not_reached)} faults not reached"
    return (
        f"{found}, {reached}; {len(result.verdict.unknown_mails)} mails unknown, each on the attention list"
    )


def fault_rows(result: Result) -> list[tuple[str, int, str]]:
    """Each class of fault, how often it struck, and the rate that its zero findings prove."""
    clean = result.verdict.is_clean
    rows = sorted(result.tally.injected.items())
    return [(name, number, _below(number) if clean else "-") for name, number in rows]


def counted(result: Result) -> list[tuple[str, str]]:
    """How much there was of everything."""
    return [(name, f"{number:,}") for name, number in sorted(result.verdict.counted.items())]


def measures(result: Result) -> list[Measure]:
    """How long everything took."""
    found = []
    for kind, (outside, inside) in sorted(result.waits.items()):
        found += [
            Measure(f"{kind} answered, {OUTSIDE}", outside),
            Measure(f"{kind} answered, {INSIDE}", inside),
        ]
    found.append(Measure(AWAY, result.away_waits))
    return found + [Measure(what, seconds) for what, seconds in sorted(result.tally.recoveries.items())]


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _columns(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The first column to the left, the others to the right."""
    every = [names, *rows]
    widths = [max(len(row[column]) for row in every) for column in range(len(names))]
    return [
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in every
    ]


def _below(number: int) -> str:
    return f"{3 / number:.2%}" if number > 3 else "says nothing"


def _table(names: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    body = "".join(
        f"<tr{OVER if ABOVE in str(row[-1]) else ''}>"
        + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row)
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
