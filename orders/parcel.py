"""A parcel: one box with its contents, its label and its own hand-over; and the steps it may take."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from pydantic import BaseModel

from orders.order import FulfillmentMethod


class ParcelState(StrEnum):
    PACKED = "packed"
    LABELLED = "labelled"
    SHIPPED = "shipped"
    READY_FOR_PICKUP = "ready_for_pickup"
    COLLECTED = "collected"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERY_FAILED = "delivery_failed"
    DELIVERED = "delivered"
    VOID = "void"
    """Emptied by a cancel before it was handed over. Its name is never used again."""


class ParcelLine(BaseModel, frozen=True):
    line_id: str
    quantity: int
    unpicked: int = 0
    """How many of them nobody picked first: a step still to come if only the label was made, else skipped."""
    unpacked: int = 0
    """How many were labelled, or handed over, without having been packed: all of them or none."""


class Parcel(BaseModel, frozen=True):
    parcel: str
    state: ParcelState
    since: datetime
    lines: tuple[ParcelLine, ...]
    by: str = ""
    weight_grams: int | None = None
    carrier: str | None = None
    tracking_number: str | None = None
    labels: int = 0
    """How often it was given a tracking number."""
    attempts: int = 0
    """How often it went out for delivery."""

    @property
    def is_open(self) -> bool:
        """Still in the shop's hands."""
        return self.state in IN_THE_SHOP

    @property
    def is_to_be_packed(self) -> bool:
        """Labelled before its goods were in it."""
        return self.state in IN_THE_MAKING and any(line.unpacked for line in self.lines)

    def quantity(self, line_id: str) -> int:
        return sum(line.quantity for line in self.lines if line.line_id == line_id)


IN_THE_MAKING: Final = (ParcelState.PACKED, ParcelState.LABELLED)
IN_THE_SHOP: Final = (
    ParcelState.PACKED,
    ParcelState.LABELLED,
    ParcelState.READY_FOR_PICKUP,
    ParcelState.DELIVERY_FAILED,
)
ON_THE_WAY: Final = (ParcelState.SHIPPED, ParcelState.OUT_FOR_DELIVERY)
ARRIVED: Final = (ParcelState.DELIVERED, ParcelState.COLLECTED)


class Move(NamedTuple):
    """A command that moves a parcel on: from where, to where, and which steps lie before it."""

    from_: tuple[ParcelState, ...]
    to: ParcelState
    skips: Mapping[ParcelState, str] = MappingProxyType({})
    """States from which the store's policy may allow it, with the step that is then recorded as skipped."""
    again: tuple[ParcelState, ...] = ()
    """States from which it puts right what was done before."""

    @property
    def ready(self) -> tuple[ParcelState, ...]:
        """Every state it may be taken from."""
        return (*self.from_, *self.skips, *self.again)


MOVES: Final[Mapping[FulfillmentMethod, Mapping[str, Move]]] = {
    FulfillmentMethod.SHIPPING: {
        "labelled": Move((ParcelState.PACKED,), ParcelState.LABELLED, again=(ParcelState.LABELLED,)),
        "shipped": Move(
            (ParcelState.LABELLED,),
            ParcelState.SHIPPED,
            skips=MappingProxyType({ParcelState.PACKED: "labelled"}),
        ),
        "delivered": Move((ParcelState.SHIPPED,), ParcelState.DELIVERED),
    },
    FulfillmentMethod.LOCAL_DELIVERY: {
        "out_for_delivery": Move(
            (ParcelState.PACKED, ParcelState.DELIVERY_FAILED), ParcelState.OUT_FOR_DELIVERY
        ),
        "delivered": Move(
            (ParcelState.OUT_FOR_DELIVERY,),
            ParcelState.DELIVERED,
            skips=MappingProxyType(
                dict.fromkeys((ParcelState.PACKED, ParcelState.DELIVERY_FAILED), "out_for_delivery")
            ),
        ),
        "delivery_failed": Move((ParcelState.OUT_FOR_DELIVERY,), ParcelState.DELIVERY_FAILED),
    },
    FulfillmentMethod.PICKUP: {
        "ready_for_pickup": Move((ParcelState.PACKED,), ParcelState.READY_FOR_PICKUP),
        "collected": Move(
            (ParcelState.READY_FOR_PICKUP,),
            ParcelState.COLLECTED,
            skips=MappingProxyType({ParcelState.PACKED: "ready_for_pickup"}),
        ),
    },
    FulfillmentMethod.NONE: {},
}
"""The state machine of a parcel, per method. Desk, command line and workflow ask this table."""

MAY_START_A_PARCEL: Final = ("labelled", "shipped", "out_for_delivery", "ready_for_pickup")
"""Commands that may make a parcel of what is left where the store lets its staff skip packing."""
