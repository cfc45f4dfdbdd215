"""The crash points: every activity that the worker takes has them, and each is where the table says."""

import importlib
import inspect
from abc import ABC
from functools import reduce
from pathlib import Path
from typing import Any

import pytest

from torture.leading import Leads
from torture.points import AFTER, BEFORE, STEPS, Step, crash_points, lost_replies, step_of
from torture.tally import Tally
from torture.town import Town
from workflows import steps

DOCS = Path(__file__).parents[2] / "docs" / "torture.md"


def placed(step: Step) -> Any:
    """What stands where the step says that it is."""
    module, names = step.place
    return reduce(getattr, names.split("."), importlib.import_module(module))


def activities() -> set[str]:
    """The activities that a workflow may ask for, by name."""
    declared = [each for each in vars(steps).values() if inspect.isclass(each) and ABC in each.__bases__]
    return {name for each in declared for name, what in vars(each).items() if inspect.isfunction(what)}


@pytest.mark.parametrize("step", STEPS, ids=lambda step: str(step.name))
def test_each_step_is_a_coroutine_where_the_table_says(step: Step) -> None:
    assert inspect.iscoroutinefunction(placed(step))


def test_every_activity_dies_before_and_after_it_is_taken() -> None:
    struck = {
        name
        for module, _, name in ((step.place[0], *step.place[1].partition(".")[1:]) for step in STEPS)
        if module.startswith("activities.")
    }

    assert len(activities()) == 8
    assert activities() - struck == set()


def test_each_step_has_two_crash_points_and_one_lost_reply_at_most() -> None:
    assert len(crash_points()) == len(set(crash_points())) == 2 * len(STEPS)
    assert set(crash_points("api")) | set(crash_points("worker")) == set(crash_points())
    assert {step_of(point).loses for point in lost_replies()} == {"postgres", "temporal"}
    assert {point.rpartition(":")[2] for point in crash_points()} == {BEFORE, AFTER}


def test_the_docs_name_the_number_of_crash_points() -> None:
    assert f" {len(crash_points())} crash points" in DOCS.read_text("utf-8")


def test_points_of_jobs_and_invoices_are_led_to(tmp_path: Path) -> None:
    leads = Leads(Town(tmp_path), Tally(), lambda kind: None, 1)
    points = [point for point in crash_points() if point.startswith(("job.", "carry.", "invoice."))]

    assert len(points) == 28
    assert [point for point in points if not leads.is_needed(point)] == []
