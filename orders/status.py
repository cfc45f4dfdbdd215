"""The headline statuses, in Ecwid's two enums: each a pure function of units and payments."""

from enum import StrEnum

from orders.order import FulfillmentMethod
from orders.parcel import ParcelState
from orders.state import OrderState


class PaymentStatus(StrEnum):
    """Ecwid's payment statuses (REST v3 `paymentStatus`)."""

    AWAITING_PAYMENT = "AWAITING_PAYMENT"
    PAID = "PAID"
    CANCELLED = "CANCELLED"
    REFUNDED = "REFUNDED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    INCOMPLETE = "INCOMPLETE"


class FulfillmentStatus(StrEnum):
    """Ecwid's fulfilment statuses (REST v3 `fulfillmentStatus`)."""

    AWAITING_PROCESSING = "AWAITING_PROCESSING"
    PROCESSING = "PROCESSING"
    READY_FOR_PICKUP = "READY_FOR_PICKUP"
    SHIPPED = "SHIPPED"
    OUT_FOR_DELIVERY = "OUT_FOR_DELIVERY"
    DELIVERED = "DELIVERED"
    WILL_NOT_DELIVER = "WILL_NOT_DELIVER"
    RETURNED = "RETURNED"


def payment_status(state: OrderState) -> PaymentStatus:
    """From the ledger: what came in, what went back, what is owed."""
    if state.refunded and state.refunded >= state.captured:
        return PaymentStatus.REFUNDED
    if state.refunded:
        return PaymentStatus.PARTIALLY_REFUNDED
    if state.cancelled and not state.captured:
        return PaymentStatus.CANCELLED
    return PaymentStatus.PAID if state.is_paid else PaymentStatus.AWAITING_PAYMENT


def fulfillment_status(state: OrderState) -> FulfillmentStatus:
    """From the units that are not cancelled; the first rule that holds (Ecwid's values, our rules)."""
    units = [line.units for line in state.lines if line.units.remaining]
    if not units:
        return FulfillmentStatus.WILL_NOT_DELIVER
    if all(each.delivered == each.remaining == each.returned for each in units):
        return FulfillmentStatus.RETURNED
    if all(each.delivered == each.remaining for each in units):
        return FulfillmentStatus.DELIVERED
    if all(each.shipped == each.remaining for each in units):
        out = any(parcel.state is ParcelState.OUT_FOR_DELIVERY for parcel in state.parcels)
        return FulfillmentStatus.OUT_FOR_DELIVERY if out else FulfillmentStatus.SHIPPED
    if _all_goods_wait_at_the_counter(state):
        return FulfillmentStatus.READY_FOR_PICKUP
    if state.live_parcels or any(each.picked or each.shipped for each in units):
        return FulfillmentStatus.PROCESSING
    return FulfillmentStatus.AWAITING_PROCESSING


def is_open(state: OrderState) -> bool:
    """Whether the shop still has something to do: goods, its own deliveries, downloads, money, holds or
    attention. What a carrier has is the carrier's."""
    bringing = any(parcel.state is ParcelState.OUT_FOR_DELIVERY for parcel in state.parcels)
    to_do = state.goods_left or bringing or state.left_to_issue or not state.is_paid
    return bool(to_do or state.holds or state.attention)


def _all_goods_wait_at_the_counter(state: OrderState) -> bool:
    if state.method is not FulfillmentMethod.PICKUP:
        return False
    waiting = [
        parcel.state
        for parcel in state.live_parcels
        if parcel.state not in (ParcelState.COLLECTED, ParcelState.DELIVERED)
    ]
    packed = all(state.to_pack(line) == 0 for line in state.lines)
    return packed and bool(waiting) and all(each is ParcelState.READY_FOR_PICKUP for each in waiting)
