"""The page where a step is taken with some of the lines: how many of each."""

from collections.abc import Callable, Mapping
from typing import Final, Literal

from pydantic import BaseModel

from db.reading import Kept
from desk.staff.order_forms import EACH, Filled, Step
from desk.staff.order_rows import order_href
from orders.rules.cancelling import cancellable
from orders.state import OrderLine, OrderState

_LEFT: Final[Mapping[str, Callable[[OrderState, OrderLine], int]]] = {
    "picked": OrderState.to_pick,
    "cancel": cancellable,
}


class LineChoice(BaseModel, frozen=True):
    """One line of which some units may be chosen; `left` of them at most."""

    field: str
    name: str
    sku: str
    location: str
    options: tuple[str, ...]
    left: int
    value: str
    problem: str


class StepPage(BaseModel, frozen=True):
    template: Literal["staff/order_step.html"] = "staff/order_step.html"
    href: str
    number: str
    step: Step
    lines: tuple[LineChoice, ...]
    problem: str


def step_page(kept: Kept, state: OrderState, step: Step, filled: Filled | None) -> StepPage:
    """The page for this step, with all that is left of each line filled in, or what somebody typed."""
    values, problems = (filled.values, filled.problems) if filled else ({}, {})
    left_of = _LEFT.get(step.type, OrderState.to_pack)
    lines = []
    for line in kept.order.lines:
        known = state.line(line.line_id)
        left = left_of(state, known) if known is not None else 0
        if left < 1:
            continue
        name = f"{EACH}{line.line_id}"
        # A cancel takes what is named; any other step is mostly taken with nearly all there is.
        start = "" if step.type == "cancel" else str(left)
        lines.append(
            LineChoice(
                field=name,
                name=line.name,
                sku=line.sku,
                location=line.location,
                options=line.options,
                left=left,
                value=values.get(name, start) if filled else start,
                problem=problems.get(name, ""),
            )
        )
    return StepPage(
        href=order_href(kept.store, kept.order_id),
        number=kept.number,
        step=step,
        lines=tuple(lines),
        problem=problems.get("lines", "") or problems.get("other", ""),
    )
