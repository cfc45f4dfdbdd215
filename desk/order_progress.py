"""Where the goods of an order are, as its customer is told: steps per parcel, and what comes next."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

from pydantic import BaseModel

from orders.order import FulfillmentMethod
from orders.parcel import Parcel, ParcelState
from orders.sentence import Fact
from orders.state import OrderState
from orders.store import Language, StoreSettings
from orders.words import say

STEPS: Final[Mapping[FulfillmentMethod, tuple[str, ...]]] = {
    FulfillmentMethod.SHIPPING: ("received", "packed", "on_its_way", "delivered"),
    FulfillmentMethod.LOCAL_DELIVERY: ("received", "packed", "out_for_delivery", "delivered"),
    FulfillmentMethod.PICKUP: ("received", "ready_for_pickup", "collected"),
    FulfillmentMethod.NONE: (),
}
"""What a customer hears of, step by step."""
_REACHED: Final[Mapping[ParcelState, str]] = {
    ParcelState.PACKED: "packed",
    ParcelState.LABELLED: "packed",
    ParcelState.SHIPPED: "on_its_way",
    ParcelState.READY_FOR_PICKUP: "ready_for_pickup",
    ParcelState.COLLECTED: "collected",
    ParcelState.OUT_FOR_DELIVERY: "out_for_delivery",
    ParcelState.DELIVERY_FAILED: "packed",
    ParcelState.DELIVERED: "delivered",
}
_HAND_OVER: Final[Mapping[FulfillmentMethod, str]] = {
    FulfillmentMethod.SHIPPING: "to_carrier",
    FulfillmentMethod.LOCAL_DELIVERY: "bring",
    FulfillmentMethod.PICKUP: "make_ready",
}


class StepView(BaseModel, frozen=True):
    name: str
    stands: Literal["done", "here", "to_come"]


class Words:
    """Says sentences of the page in the language of the customer, by the clock of the shop."""

    def __init__(self, language: Language, settings: StoreSettings) -> None:
        self._language = language
        self._time_zone = settings.time_zone

    def __call__(self, key: str, /, **facts: Fact) -> str:
        return say(self._language, f"page.{key}", time_zone=self._time_zone, **facts)


def steps(method: FulfillmentMethod, reached: str, *, is_over: bool = False) -> tuple[StepView, ...]:
    """The line of steps, with the last one that was reached marked. Of an order that is over (`is_over`) no
    step is shown that nobody will tell us of any more."""
    names = STEPS[method]
    # What was packed for the counter is, to who collects it, received and no more.
    here = names.index(reached) if reached in names else 0
    return tuple(
        StepView(name=name, stands="done" if at < here else "here" if at == here else "to_come")
        for at, name in enumerate(names)
        if at <= here or not is_over
    )


def reached(parcel: Parcel) -> str:
    """The last step this parcel came to."""
    return "received" if parcel.is_to_be_packed else _REACHED[parcel.state]


def how_it_stands(parcel: Parcel, words: Words) -> str:
    """One sentence: the step, and since when."""
    if parcel.is_to_be_packed:
        return words("parcels.states.being_packed")
    return words(f"parcels.states.{parcel.state}", since=parcel.since)


def next_for_parcel(state: OrderState, parcel: Parcel, now: datetime, words: Words) -> str | None:
    """What happens to it next, and by when as far as we know. None: nothing more is to come from us."""
    policy, since = state.plan.policy, parcel.since
    match parcel.state:
        case ParcelState.PACKED | ParcelState.LABELLED | ParcelState.DELIVERY_FAILED if state.holds:
            return words("next.held")
        case ParcelState.PACKED | ParcelState.LABELLED:
            return _hand_over(state, since + policy.hand_over_within, now, words)
        case ParcelState.SHIPPED:
            return words("next.follow" if parcel.tracking_number else "next.carrier_brings_it")
        case ParcelState.OUT_FOR_DELIVERY:
            return _in_time("driver", since + policy.deliver_within, now, words)
        case ParcelState.DELIVERY_FAILED:
            return _in_time("again", since + policy.hand_over_within, now, words)
        case ParcelState.READY_FOR_PICKUP:
            before = since + policy.collect_within
            if now > before:
                return words("next.still_waits")
            # A shorter time is the shop's own reminder, and no wish to its customer: as the mail has it.
            shows = policy.collect_within > timedelta(days=1)
            return words("next.collect_before", before=before) if shows else words("next.collect")
        case _:
            return None


def next_for_the_rest(state: OrderState, now: datetime, words: Words) -> str:
    """What happens next to the goods that are in no parcel yet."""
    policy = state.plan.policy
    if not state.released:
        return words("next.held" if state.is_paid else "next.payment")
    if state.holds:
        return words("next.held")
    left = policy.pack_within + policy.hand_over_within
    if state.waits_for_picking:
        left += policy.pick_within
    return _hand_over(state, state.moved_at + left, now, words)


def _hand_over(state: OrderState, by: datetime, now: datetime, words: Words) -> str:
    return _in_time(_HAND_OVER[state.method], by, now, words)


def _in_time(what: str, by: datetime, now: datetime, words: Words) -> str:
    """Our own plan while it holds; once it does not, that it does not."""
    return words(f"next.{what}", by=by) if now <= by else words("next.late")
