"""Tasks: what a shop can do next with an order, first things first; and which command says it is done."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final

from orders.order import FulfillmentMethod
from orders.parcel import Parcel, ParcelState
from orders.state import OrderState


class Task(StrEnum):
    """One kind of work that waits for people, in the order of the story."""

    RELEASE = "release"
    """Take the holds off: nothing else may be done before."""
    COLLECT_PAYMENT = "collect_payment"
    PICK = "pick"
    PACK = "pack"
    LABEL = "label"
    HAND_OVER = "hand_over"
    MAKE_READY = "make_ready"
    """Lay the goods ready at the counter."""
    COLLECT = "collect"
    """The goods wait at the counter for their customer."""
    BRING = "bring"
    CONFIRM_DELIVERY = "confirm_delivery"
    """The shop's own courier is on the way with them."""


COMMAND: Final[Mapping[Task, str]] = {
    Task.RELEASE: "release",
    Task.COLLECT_PAYMENT: "payment",
    Task.PICK: "picked",
    Task.PACK: "packed",
    Task.LABEL: "labelled",
    Task.HAND_OVER: "shipped",
    Task.MAKE_READY: "ready_for_pickup",
    Task.COLLECT: "collected",
    Task.BRING: "out_for_delivery",
    Task.CONFIRM_DELIVERY: "delivered",
}
"""The command that tells of a task that was done; a test holds every task to one."""

_OF_A_PARCEL: Final[Mapping[FulfillmentMethod, Mapping[ParcelState, Task]]] = {
    FulfillmentMethod.SHIPPING: {
        ParcelState.PACKED: Task.LABEL,
        ParcelState.LABELLED: Task.HAND_OVER,
    },
    FulfillmentMethod.LOCAL_DELIVERY: {
        ParcelState.PACKED: Task.BRING,
        ParcelState.DELIVERY_FAILED: Task.BRING,
        ParcelState.OUT_FOR_DELIVERY: Task.CONFIRM_DELIVERY,
    },
    FulfillmentMethod.PICKUP: {
        ParcelState.PACKED: Task.MAKE_READY,
        ParcelState.READY_FOR_PICKUP: Task.COLLECT,
    },
    FulfillmentMethod.NONE: {},
}


def task_of(method: FulfillmentMethod, parcel: Parcel) -> Task | None:
    """What is to be done with this parcel next; None while it is in other hands, or to be packed first."""
    return None if parcel.is_to_be_packed else _OF_A_PARCEL[method].get(parcel.state)


def tasks(state: OrderState) -> tuple[Task, ...]:
    """What people can do now, each kind once, in the order of the story; empty if nothing waits for them."""
    return tuple(task for task in Task if task in frozenset(_tasks(state)))


def _tasks(state: OrderState) -> Iterator[Task]:
    if state.cancelled:
        return
    if not state.is_paid and not _pays_later(state):
        yield Task.COLLECT_PAYMENT
    if state.holds:
        yield Task.RELEASE
        # What is on the way comes to its end, whatever holds the rest.
        if any(parcel.state is ParcelState.OUT_FOR_DELIVERY for parcel in state.parcels):
            yield Task.CONFIRM_DELIVERY
        return
    if state.released:
        if state.waits_for_picking:
            yield Task.PICK
        if state.waits_for_packing or any(parcel.is_to_be_packed for parcel in state.live_parcels):
            yield Task.PACK
    for parcel in state.live_parcels:
        task = task_of(state.method, parcel)
        if task is not None:
            yield task


def _pays_later(state: OrderState) -> bool:
    """Whether the goods go first: then money is no task before they have gone."""
    return state.released and state.goods_left
