"""The box on the packing table: what belongs in it, what lies in it, and what is done with it next."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from db.reading import Kept
from orders.change import By
from orders.commands import Packed
from orders.errors import OrderError
from orders.order import Line
from orders.parcel import Parcel
from orders.rules.contents import next_number
from orders.rules.decide import decide
from orders.scan import Expected
from orders.sentence import Sentence
from orders.state import OrderState
from orders.tasks import Task, task_of


class Stage(StrEnum):
    """What the packer does now."""

    PACK = "pack"
    LABEL = "label"
    HAND_OVER = "hand_over"
    MAKE_READY = "make_ready"
    BRING = "bring"
    DONE = "done"
    """Nothing, with this parcel."""
    BLOCKED = "blocked"
    """Nothing may be packed now, and the rules say why."""


_STAGE: Final[Mapping[Task, Stage]] = {
    Task.LABEL: Stage.LABEL,
    Task.HAND_OVER: Stage.HAND_OVER,
    Task.MAKE_READY: Stage.MAKE_READY,
    Task.BRING: Stage.BRING,
}


class Place(NamedTuple):
    """Where an order stands at the packing table. `parcel` is the parcel that was made; None while its box is
    being filled, unless its label came first."""

    stage: Stage
    name: str
    """Of the parcel, or of what becomes it."""
    parcel: Parcel | None
    why_not: Sentence | None = None


class BoxLine(NamedTuple):
    """One line of the box, with what the order says about it."""

    line: Line
    expected: Expected
    unpicked: int
    """How many of them nobody has told us to be picked."""


class Box(NamedTuple):
    """The parcel in the making, its lines in the order of the order."""

    name: str
    has_label: bool
    """Its label was made first: then it holds just what the label says, or is not packed."""
    lines: tuple[BoxLine, ...]

    @property
    def expected(self) -> tuple[Expected, ...]:
        return tuple(each.expected for each in self.lines)

    @property
    def wanted(self) -> int:
        return sum(each.wanted for each in self.expected)

    @property
    def counted(self) -> int:
        return sum(each.counted for each in self.expected)

    @property
    def is_complete(self) -> bool:
        return all(each.left == 0 for each in self.expected)

    @property
    def is_over(self) -> bool:
        """More lies in it than belongs in it now: some of it was cancelled meanwhile."""
        return any(each.left < 0 for each in self.expected)


def place(kept: Kept, wanted: str | None, by: By) -> Place:
    """Where to go on with this order; `wanted` is the parcel that is meant, if one is."""
    state = kept.state
    named = state.parcel(wanted) if wanted else None
    if named is not None and not named.is_to_be_packed:
        return _with(state, named)
    box = box_name(state, wanted)
    is_first = any(state.loose(line) > 0 for line in state.lines) or _labelled_first(state, wanted)
    if not is_first:
        waiting = next((each for each in state.live_parcels if task_of(state.method, each) in _STAGE), None)
        if waiting is not None:
            return _with(state, waiting)
    try:
        decide(state, Packed(parcel=box), by)
    except OrderError as no:
        last = state.live_parcels[-1] if state.live_parcels else None
        if last is not None and not any(state.to_pack(line) > 0 for line in state.lines):
            return _with(state, last)
        return Place(Stage.BLOCKED, box, None, no.sentence)
    return Place(Stage.PACK, box, state.parcel(box))


def box_name(state: OrderState, wanted: str | None = None) -> str:
    """The name of the parcel that is filled now."""
    first = _labelled_first(state, wanted)
    return first.parcel if first else next_number(state)


def box_of(kept: Kept, counts: Mapping[str, int], wanted: str | None = None) -> Box:
    """What belongs in the box that is filled now, and what was counted into it."""
    state = kept.state
    first = _labelled_first(state, wanted)
    lines = []
    for line in kept.order.lines:
        known = state.line(line.line_id)
        if known is None:
            continue
        belongs = first.quantity(line.line_id) if first else _to_pack(state, line.line_id)
        counted = max(0, counts.get(line.line_id, 0))
        if not belongs and not counted:
            continue
        expected = Expected(
            line_id=line.line_id, sku=line.sku, barcode=line.barcode, wanted=belongs, counted=counted
        )
        lines.append(BoxLine(line, expected, max(0, belongs - state.loose(known)) if not first else 0))
    return Box(box_name(state, wanted), first is not None, tuple(lines))


def missing(box: Box) -> tuple[tuple[Line, int], ...]:
    """What belongs in the box and is not in it."""
    return tuple((each.line, each.expected.left) for each in box.lines if each.expected.left > 0)


def _to_pack(state: OrderState, line_id: str) -> int:
    line = state.line(line_id)
    if line is None:
        return 0
    # Where no step may be skipped, only what was picked can go into a box.
    return state.to_pack(line) if state.plan.policy.may_skip_steps else state.loose(line)


def _labelled_first(state: OrderState, wanted: str | None) -> Parcel | None:
    waiting = [parcel for parcel in state.live_parcels if parcel.is_to_be_packed]
    return next((parcel for parcel in waiting if parcel.parcel == wanted), waiting[0] if waiting else None)


def _with(state: OrderState, parcel: Parcel) -> Place:
    task = task_of(state.method, parcel)
    # What is held or cancelled says so when its command is given: the rules know why.
    return Place(_STAGE.get(task, Stage.DONE) if task else Stage.DONE, parcel.parcel, parcel)
