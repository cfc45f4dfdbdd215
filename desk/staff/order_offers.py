"""What may be offered of an order: every step as a form, before the rules are asked about it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from desk.staff.order_forms import Choice, Field, Offer, Step
from desk.staff.order_rows import order_href
from orders.commands import COMMAND
from orders.money import written
from orders.parcel import MOVES, Parcel, ParcelState
from orders.state import OrderLine, OrderState
from orders.store import Language
from orders.tasks import Task, task_of, tasks
from orders.words import say

LONGEST: Final[Mapping[str, int]] = {
    "tracking_number": 60,
    "carrier": 40,
    "reason": 200,
    "reference": 100,
    "code": 20,
    "amount": 14,
    "weight_grams": 7,
}
_FIRST_OF_A_PARCEL: Final[Mapping[str, str]] = {
    "labelled": "label_first",
    "shipped": "ship_at_once",
    "ready_for_pickup": "make_ready_at_once",
    "out_for_delivery": "bring_at_once",
}
"""What makes a parcel of all that is left, where nothing was packed."""


class Offers:
    """Makes the steps of one order. `words` holds what people wrote as the reasons of its holds, by reason as
    the state has it."""

    def __init__(
        self, language: Language, state: OrderState, words: Mapping[str, str], carriers: tuple[str, ...]
    ) -> None:
        self._language = language
        self._state = state
        self._words = words
        self._carriers = carriers
        self._href = order_href(state.plan.store, state.plan.order_id)

    def due(self) -> Iterator[Offer]:
        """What there is to do, first things first."""
        for task in tasks(self._state):
            yield from self._of_task(task)

    def others(self) -> Iterator[Offer]:
        """What may be done besides: steps that are skipped or put right, money, holds, a cancel."""
        state = self._state
        open_tasks = tasks(state)
        if Task.PACK not in open_tasks:
            yield self._offer("packed", "pack_at_once", fields=("weight_grams",), each_line=True)
        if not any(parcel.is_open for parcel in state.live_parcels):
            for type_, name in _FIRST_OF_A_PARCEL.items():
                if type_ in MOVES[state.method]:
                    yield self._offer(type_, name, fields=ASKS.get(type_, ()), each_line=True)
        for parcel in state.live_parcels:
            yield from self._of_parcel(parcel)
        if Task.COLLECT_PAYMENT not in open_tasks:
            yield self._payment()
        if state.captured > state.refunded:
            yield self._refund()
        yield self._offer("hold", "hold", fields=("reason",))
        yield from self._reissue()
        yield self._offer("cancel", "cancel", fields=("reason",), each_line=True, is_danger=True)

    def _of_task(self, task: Task) -> Iterator[Offer]:
        state = self._state
        match task:
            case Task.RELEASE:
                for place, hold in enumerate(state.holds):
                    reason = self._words.get(hold.reason, hold.reason)
                    yield self._offer(
                        "release", "release", str(place), hidden={"reason": reason}, said={"reason": reason}
                    )
            case Task.COLLECT_PAYMENT:
                yield self._payment()
            case Task.PICK:
                count = sum(state.to_pick(line) for line in state.lines)
                yield self._offer("picked", "pick", said={"count": count}, each_line=True, page="pick")
            case Task.PACK:
                waiting = [parcel for parcel in state.live_parcels if parcel.is_to_be_packed]
                for parcel in waiting:
                    yield self._offer(
                        "packed", "pack_into", parcel.parcel, parcel, fields=("weight_grams",), page="pack"
                    )
                if any(state.to_pack(line) for line in state.lines) and not waiting:
                    yield self._offer("packed", "pack", fields=("weight_grams",), each_line=True, page="pack")
            case _:
                for parcel in state.live_parcels:
                    if task_of(state.method, parcel) is task:
                        yield self._of_parcel_task(task, parcel)

    def _of_parcel_task(self, task: Task, parcel: Parcel) -> Offer:
        type_ = _TYPE[task]
        asks = () if parcel.tracking_number else ASKS.get(type_, ())
        return self._offer(type_, str(task), parcel.parcel, parcel, fields=asks)

    def _of_parcel(self, parcel: Parcel) -> Iterator[Offer]:
        """What else can be done with a parcel, besides what is next for it."""
        name = parcel.parcel
        shipped = parcel.state is ParcelState.SHIPPED
        for type_, move in MOVES[self._state.method].items():
            if parcel.state in move.skips:
                yield self._offer(type_, f"skip_to_{type_}", name, parcel, fields=ASKS.get(type_, ()))
            elif parcel.state in move.again or (type_ == "labelled" and shipped):
                title = "label_right" if shipped else "label_again"
                yield self._offer(type_, title, name, parcel, fields=ASKS[type_])
            elif type_ == "shipped" and parcel.is_to_be_packed:
                yield self._offer(type_, "unpacked_shipped", name, parcel)
            elif type_ == "delivered" and shipped:
                yield self._offer(type_, "arrived", name, parcel)
            elif type_ == "delivery_failed":
                yield self._offer(type_, "delivery_failed", name, parcel, fields=("reason",))
        if parcel.state is ParcelState.READY_FOR_PICKUP:
            hidden = {"override": "yes"}
            yield self._offer("collected", "collect_without_code", f"{name}-free", parcel, hidden=hidden)

    def _payment(self) -> Offer:
        state = self._state
        due = written(state.due, state.plan.currency) if state.due > 0 else ""
        return self._offer(
            "payment",
            "collect_payment" if due else "another_payment",
            "paid",
            hidden={"status": "paid", "currency": state.plan.currency},
            fields=("amount", "reference"),
            values={"amount": due},
            probe={"amount": due or "1", "reference": None},
        )

    def _refund(self) -> Offer:
        state = self._state
        back = written(-state.due, state.plan.currency) if state.due < 0 else ""
        return self._offer(
            "payment",
            "refund",
            "refunded",
            hidden={"status": "refunded", "currency": state.plan.currency},
            fields=("amount", "reference"),
            values={"amount": back},
            probe={"amount": back or "1", "reference": None},
        )

    def _reissue(self) -> Iterator[Offer]:
        lines = [line for line in self._state.lines if can_be_reissued(line)]
        if lines:
            choices = tuple(Choice(value=line.line_id, name=line.line_id) for line in lines)
            yield self._offer(
                "reissue",
                "reissue",
                fields=("line_id",),
                choices={"line_id": choices},
                probe={"line_id": lines[0].line_id},
            )

    def _offer(
        self,
        type_: str,
        name: str,
        mark: str = "",
        parcel: Parcel | None = None,
        *,
        hidden: Mapping[str, str] | None = None,
        fields: tuple[str, ...] = (),
        values: Mapping[str, str] | None = None,
        choices: Mapping[str, tuple[Choice, ...]] | None = None,
        probe: Mapping[str, Any] | None = None,
        said: Mapping[str, Any] | None = None,
        each_line: bool = False,
        is_danger: bool = False,
        page: str = "",
    ) -> Offer:
        sent = {**({"parcel": parcel.parcel} if parcel else {}), **(hidden or {})}
        title = say(self._language, f"desk_order.step.{name}", **(said or {}))
        if parcel is not None and len(self._state.live_parcels) > 1:
            title = say(self._language, "desk_order.of_parcel", step=title, parcel=parcel.parcel)
        required = NEEDS.get(type_, ())
        asked = {each: _PROBES[each] for each in fields if each in required and each in _PROBES}
        tried = {"type": type_, **sent, **asked, **(probe or {})}
        suggested = {"carrier": tuple(Choice(value=each, name=each) for each in self._carriers)}
        step = Step(
            key="-".join(part for part in (type_, name, mark) if part),
            type=type_,
            title=title,
            hidden=tuple(sent.items()),
            fields=tuple(
                self._field(each, each in required, values or {}, {**suggested, **(choices or {})})
                for each in fields
            ),
            is_danger=is_danger,
            each_line=f"{self._href}/steps/{type_}" if each_line else "",
            link=(say(self._language, f"desk_order.page.{page}"), self._page(page)) if page else None,
        )
        return Offer(step=step, probe=COMMAND.validate_python(tried))

    def _page(self, page: str) -> str:
        """The page made for picking or packing, for this order."""
        store, order_id = self._state.plan.store, self._state.plan.order_id
        return f"/desk/pack/{store}/{order_id}" if page == "pack" else f"/desk/pick?orders={store}/{order_id}"

    def _field(
        self,
        name: str,
        is_required: bool,
        values: Mapping[str, str],
        choices: Mapping[str, tuple[Choice, ...]],
    ) -> Field:
        kind: Any = {"weight_grams": "number", "amount": "amount", "line_id": "choice"}.get(name, "text")
        label = say(self._language, f"desk_order.field.{name}", currency=self._state.plan.currency)
        return Field(
            name=name,
            label=label,
            kind=kind,
            value=values.get(name, ""),
            hint=say(self._language, "desk_order.optional") if not is_required and kind != "choice" else "",
            is_required=is_required,
            longest=LONGEST.get(name, 200),
            choices=choices.get(name, ()),
        )


ASKS: Final[Mapping[str, tuple[str, ...]]] = {
    "labelled": ("carrier", "tracking_number"),
    "shipped": ("carrier", "tracking_number"),
    "collected": ("code",),
}
"""What a move of a parcel asks for."""
NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "labelled": ("tracking_number",),
    "collected": ("code",),
    "hold": ("reason",),
    "payment": ("amount",),
}
"""What must be filled in, where a form asks for it."""
_TYPE: Final[Mapping[Task, str]] = {
    Task.LABEL: "labelled",
    Task.HAND_OVER: "shipped",
    Task.MAKE_READY: "ready_for_pickup",
    Task.COLLECT: "collected",
    Task.BRING: "out_for_delivery",
    Task.CONFIRM_DELIVERY: "delivered",
}
_PROBES: Final[Mapping[str, str]] = {"tracking_number": "X", "reason": "x", "code": "0"}
"""What stands in for what a person will type, when the rules are asked beforehand."""


def can_be_reissued(line: OrderLine) -> bool:
    """Whether its download links exist, so that there is something to make anew."""
    return line.has_files and line.issued and line.units.remaining > 0
