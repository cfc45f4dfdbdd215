"""The report: what was done to the town, what the judge found, and what "0 of N" means. Text and HTML."""

import html
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from torture.campaign import Result
from torture.checker import CLASSES

MEANING: Final = (
    "0 of N does not mean never: with 95 % certainty the true rate is below 3/N. "
    "The last column says what that is for each class."
)


def write(result: Result, folder: Path) -> str:
    """Write report.txt and report.html into the folder; the text of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    text = as_text(result)
    (folder / "report.txt").write_text(text + "\n")
    (folder / "report.html").write_text(as_html(result))
    return text


def as_text(result: Result) -> str:
    """The report for a terminal."""
    rows = fault_rows(result)
    width = max((len(name) for name, _, _ in rows), default=10)
    lines = [headline(result), "", f"{'fault':{width}}  struck  below"]
    lines += [f"{name:{width}}  {number:>6}  {below}" for name, number, below in rows]
    lines += ["", MEANING, ""]
    lines += [f"{name}: {value}" for name, value in figures(result)]
    lines += ["", *(f"{each.kind}: {each.subject}: {each.sentence}" for each in result.verdict.findings)]
    lines += [f"not reached: {name}" for name in result.tally.not_reached]
    lines += sorted({f"not possible here: {name}" for name in result.tally.impossible})
    lines += ["", verdict_line(result)]
    return "\n".join(lines)


def as_html(result: Result) -> str:
    """The report as a page that needs nothing else."""
    faults = _table(("fault", "struck", "true rate below"), fault_rows(result))
    measured = _table(("figure", "measured"), figures(result))
    findings = _table(
        ("class", "of", "what"),
        [(each.kind, each.subject, each.sentence) for each in result.verdict.findings],
    )
    left = [*result.tally.not_reached, *sorted(set(result.tally.impossible))]
    not_struck = f"<h2>Not struck</h2>{_table(('fault',), [(name,) for name in left])}" if left else ""
    colour = "#1b6e3c" if result.verdict.is_clean else "#a3231c"
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Torture, seed {result.seed}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #222 }}
body {{ max-width: 60rem; margin: 3rem auto; padding: 0 1rem }}
h1 {{ font-size: 1.4rem }} h2 {{ font-size: 1.1rem; margin-top: 2rem }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; vertical-align: top }}
th, td {{ padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #ddd }}
td:nth-child(2) {{ font-variant-numeric: tabular-nums }}
.verdict {{ color: #fff; background: {colour}; padding: .6rem 1rem; border-radius: .3rem }}
</style>
<h1>{html.escape(headline(result))}</h1>
<p class="verdict">{html.escape(verdict_line(result))}</p>
<h2>Faults</h2>{faults}<p>{html.escape(MEANING)}</p>
<h2>Figures</h2>{measured}
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
    return f"{found}; {len(result.verdict.unknown_mails)} mails unknown, each on the attention list"


def fault_rows(result: Result) -> list[tuple[str, int, str]]:
    """Each class of fault, how often it struck, and the rate that its zero findings prove."""
    clean = result.verdict.is_clean
    rows = sorted(result.tally.injected.items())
    return [(name, number, _below(number) if clean else "-") for name, number in rows]


def figures(result: Result) -> list[tuple[str, str]]:
    """What was counted and how long things took."""
    rows = [(f"{name} counted", f"{number:,}") for name, number in sorted(result.verdict.counted.items())]
    for kind, seconds in sorted(result.waits.items()):
        rows.append((f"{kind} answered, p50 and p99", _spread(seconds)))
    rows.append(("checkout with Temporal down, p50 and p99", _spread(result.away_waits)))
    for what, seconds in sorted(result.tally.recoveries.items()):
        rows.append((f"{what}, most", f"{max(seconds):.1f} s of {len(seconds)} times"))
    return rows


def _spread(seconds: Sequence[float]) -> str:
    if not seconds:
        return "not measured"
    ordered = sorted(seconds)
    p50, p99 = (ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.99))
    return f"{p50 * 1000:.0f} ms, {p99 * 1000:.0f} ms (of {len(ordered)})"


def _below(number: int) -> str:
    return f"{3 / number:.2%}" if number > 3 else "says nothing"


def _table(names: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
