"""The report: what is above its bar is marked, and a fault that never struck fails the run."""

from collections import Counter
from pathlib import Path

import pytest

from torture.campaign import INSIDE, OUTSIDE, TRIED_AGAIN, Result, tried_again
from torture.findings import Finding, Verdict
from torture.outages import TEMPORAL_BACK
from torture.report import AWAY, BARS, Measure, as_html, as_text, verdict_line, write
from torture.tally import Outage, Tally

POINT = "process killed at a crash point: sweep.start:before"


def result(*, webhook: float = 0.1) -> Result:
    """Of a run that was clean and in which every time was within its bar."""
    tally = Tally(injected=Counter({"road cut": 1200}))
    tally.recoveries = {TEMPORAL_BACK: [0.9], f"{TRIED_AGAIN}, {OUTSIDE}": [1.0] * 99 + [31.0]}
    waits = {"place": ([0.02], []), "webhook": ([webhook], [2.0])}
    return Result(3, 40, 90.0, Verdict(counted=Counter({"orders": 40})), tally, waits, [0.01])


def line_of(text: str, name: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(name))


def test_every_time_stands_in_the_table_with_its_bar() -> None:
    text = as_text(result())
    cells = line_of(text, f"{TRIED_AGAIN}, {OUTSIDE}").split("  ")

    assert [cell.strip() for cell in cells if cell][1:] == ["1.0 s", "31.0 s", "31.0 s", "100", "60.0 s"]
    assert line_of(text, AWAY).split()[-9:] == ["10", "ms", "10", "ms", "10", "ms", "1", "500", "ms"]
    assert line_of(text, "road cut").endswith("0.25%")
    assert "ABOVE" not in text


@pytest.mark.parametrize("name", BARS)
def test_what_is_above_its_bar_is_marked(name: str) -> None:
    bar = BARS[name]

    assert not Measure(name, [bar]).is_above_bar
    assert Measure(name, [bar + 0.01]).is_above_bar
    assert not Measure(name, [bar / 2] * 199 + [bar * 2]).is_above_bar
    assert not Measure(name, []).is_above_bar


def test_the_mark_is_in_the_text_and_on_the_page() -> None:
    slow = result(webhook=0.31)

    assert line_of(as_text(slow), f"webhook answered, {OUTSIDE}").endswith("300 ms ABOVE IT")
    assert f'<tr class="over"><td>webhook answered, {OUTSIDE}</td>' in as_html(slow)
    assert '<tr class="over">' not in as_html(result())


def test_a_time_without_a_bar_is_never_marked() -> None:
    assert not Measure(f"webhook answered, {INSIDE}", [99.0]).is_above_bar


def test_a_fault_that_never_struck_fails_the_run_and_stands_in_its_verdict() -> None:
    missed = result()
    missed.tally.missed.append(POINT)

    assert result().is_clean
    assert not missed.is_clean
    assert "0 unexplained, 1 faults not reached; 0 mails" in verdict_line(missed)
    assert f"not reached: {POINT}" in as_text(missed).splitlines()
    assert POINT in as_html(missed)


def test_a_fault_that_struck_in_another_round_was_reached() -> None:
    missed_once = result()
    missed_once.tally.missed.append(POINT)
    missed_once.tally.reached.add(POINT)

    assert missed_once.is_clean


def test_a_finding_fails_the_run() -> None:
    wrong = result()
    wrong.verdict.findings.append(Finding("lost", "A1", "it is not there"))

    assert not wrong.is_clean
    assert "lost: A1: it is not there" in as_text(wrong)
    assert "it is not there" in as_html(wrong)


def test_the_report_is_written_as_text_and_as_a_page(tmp_path: Path) -> None:
    text = write(result(), tmp_path / "report")

    assert (tmp_path / "report" / "report.txt").read_text() == text + "\n"
    assert (tmp_path / "report" / "report.html").read_text() == as_html(result())


def test_waits_are_split_by_whether_they_met_an_outage() -> None:
    tally = Tally(outages=[Outage("postgres", 100.0, 110.0), Outage("temporal", 200.0, 210.0)])
    spans = [(90.0, 99.0), (95.0, 100.5), (101.0, 103.0), (109.0, 150.0), (111.0, 112.0)]
    outside, inside = tally.split(spans)

    assert outside == [9.0, 1.0]
    assert inside == [5.5, 2.0, 41.0]
    assert [tally.is_inside(*span, "temporal") for span in (*spans, (205.0, 206.0))] == [False] * 5 + [True]


def test_an_outage_lasts_as_long_as_its_block_even_if_that_fails() -> None:
    tally = Tally()
    with pytest.raises(OSError, match="away"), tally.outage("postgres"):
        raise OSError("away")

    (outage,) = tally.outages
    assert outage.what == "postgres"
    assert outage.began <= outage.ended


def test_a_mail_inside_data_is_no_work_that_others_may_take_up() -> None:
    again = {"fate": "again", "since": 10.0, "at": 12.5}
    fired = [
        {"fate": "kill", "at": 10.0, "point": "notify.take:after"},
        {**again, "died_at": "notify.take:after"},
        {**again, "died_at": "notify.hand_over:before"},
    ]

    assert tried_again(fired) == [(10.0, 12.5)]
