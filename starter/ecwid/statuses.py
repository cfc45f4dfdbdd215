"""Ecwid's two statuses: what each word, old ones too, means for an order that comes in."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from starter.ecwid.notes import Refused, shown
from starter.ecwid.part import Part


class Paid(Enum):
    """What a payment status says about the money."""

    NOT_YET = auto()
    YES = auto()
    PARTLY_GIVEN_BACK = auto()
    OVER = auto()
    NEVER_ORDERED = auto()


class Done(Enum):
    """What a fulfilment status says about the goods."""

    NOTHING = auto()
    SOMETHING = auto()
    OVER = auto()


PAYMENT: Final[Mapping[str, Paid]] = {
    "AWAITING_PAYMENT": Paid.NOT_YET,
    "PAID": Paid.YES,
    "PARTIALLY_REFUNDED": Paid.PARTLY_GIVEN_BACK,
    "CANCELLED": Paid.OVER,
    "REFUNDED": Paid.OVER,
    "INCOMPLETE": Paid.NEVER_ORDERED,
    # A merchant's own word never releases goods by itself.
    "CUSTOM_PAYMENT_STATUS_1": Paid.NOT_YET,
    "CUSTOM_PAYMENT_STATUS_2": Paid.NOT_YET,
    "CUSTOM_PAYMENT_STATUS_3": Paid.NOT_YET,
}
FULFILLMENT: Final[Mapping[str, Done]] = {
    "AWAITING_PROCESSING": Done.NOTHING,
    "PROCESSING": Done.SOMETHING,
    "READY_FOR_PICKUP": Done.SOMETHING,
    "CUSTOM_FULFILLMENT_STATUS_1": Done.SOMETHING,
    "CUSTOM_FULFILLMENT_STATUS_2": Done.SOMETHING,
    "CUSTOM_FULFILLMENT_STATUS_3": Done.SOMETHING,
    "SHIPPED": Done.OVER,
    "OUT_FOR_DELIVERY": Done.OVER,
    "DELIVERED": Done.OVER,
    "WILL_NOT_DELIVER": Done.OVER,
    "RETURNED": Done.OVER,
}
# Words of before 2014, and other spellings of the same ones.
FORMER_PAYMENT: Final[Mapping[str, str]] = {
    "QUEUED": "AWAITING_PAYMENT",
    "CHARGEABLE": "AWAITING_PAYMENT",
    "ACCEPTED": "PAID",
    "DECLINED": "CANCELLED",
    "CANCELED": "CANCELLED",
}
FORMER_FULFILLMENT: Final[Mapping[str, str]] = {"NEW": "AWAITING_PROCESSING"}


@dataclass(frozen=True)
class Standing:
    """Where an order stands in its store, in Ecwid's present words."""

    payment: str
    fulfillment: str

    @property
    def paid(self) -> Paid:
        return PAYMENT[self.payment]

    @property
    def done(self) -> Done:
        return FULFILLMENT[self.fulfillment]

    @property
    def is_over(self) -> bool:
        """Nothing is left to fulfil: the order belongs in the list and nowhere else."""
        return self.paid is Paid.OVER or self.done is Done.OVER


def standing_of(body: Part) -> Standing:
    """Both statuses; refused if the payment status is missing, or either is a word nobody knows."""
    payment = _word(body, "paymentStatus")
    if payment == "":
        raise Refused("ecwid.no_payment_status", "paymentStatus")
    fulfillment = _word(body, "fulfillmentStatus", "fulfilmentStatus")
    if fulfillment == "":
        body.notes.warn("ecwid.no_fulfillment_status")
        fulfillment = "AWAITING_PROCESSING"
    if payment == "CHARGEABLE":
        body.notes.warn("ecwid.chargeable")
    payment = FORMER_PAYMENT.get(payment, payment)
    fulfillment = FORMER_FULFILLMENT.get(fulfillment, fulfillment)
    if payment not in PAYMENT:
        raise Refused("ecwid.unknown_payment_status", "paymentStatus", value=shown(payment))
    if fulfillment not in FULFILLMENT:
        raise Refused("ecwid.unknown_fulfillment_status", "fulfillmentStatus", value=shown(fulfillment))
    standing = Standing(payment, fulfillment)
    if standing.paid is Paid.NEVER_ORDERED:
        raise Refused("ecwid.basket", "paymentStatus")
    _say_what_is_odd(body, standing)
    return standing


def _word(body: Part, *names: str) -> str:
    for name in names:
        value = body.values.get(name)
        if value is None or value == "":
            continue
        if not isinstance(value, str):
            raise Refused("ecwid.status_not_a_text", name, field=name)
        return "_".join(value.upper().replace("-", " ").replace("_", " ").split())
    return ""


def _say_what_is_odd(body: Part, standing: Standing) -> None:
    if standing.is_over:
        if standing.paid is Paid.OVER and standing.done is Done.SOMETHING:
            body.notes.warn("ecwid.over_while_in_progress")
        if standing.paid is Paid.NOT_YET and standing.fulfillment in (
            "SHIPPED",
            "DELIVERED",
            "OUT_FOR_DELIVERY",
        ):
            body.notes.warn("ecwid.handed_over_unpaid")
        if standing.paid is Paid.YES and standing.fulfillment == "WILL_NOT_DELIVER":
            body.notes.warn("ecwid.paid_and_not_delivered")
        return
    if standing.payment.startswith("CUSTOM_"):
        body.notes.warn("ecwid.own_payment_status", value=standing.payment)
    if standing.fulfillment.startswith("CUSTOM_"):
        body.notes.warn("ecwid.own_fulfillment_status", value=standing.fulfillment)
    elif standing.done is Done.SOMETHING:
        body.notes.warn("ecwid.starts_at_the_beginning", value=standing.fulfillment)
