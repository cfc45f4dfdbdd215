"""Attention that has lost its ground: what a person need not see to any more."""

from orders.change import Change
from orders.parcel import ParcelState
from orders.state import Attention, OrderState, Reason

_OF_A_PARCEL = (
    Reason.OVERDUE_TO_HAND_OVER,
    Reason.OVERDUE_TO_DELIVER,
    Reason.NOT_COLLECTED,
    Reason.DELIVERY_FAILED,
)


def settle_what_is_over(change: Change) -> None:
    """Take off the list what the state itself shows to be done."""
    state = change.state
    kept = tuple(each for each in state.attention if not _is_over(state, each))
    if len(kept) < len(state.attention):
        change.set(attention=kept)


def _is_over(state: OrderState, attention: Attention) -> bool:
    match attention.reason:
        case Reason.OVERDUE_TO_PICK:
            return not state.waits_for_picking
        case Reason.OVERDUE_TO_PACK:
            return not state.waits_for_packing
        case Reason.FILES_MISSING:
            return not state.left_to_issue
        case Reason.HELD_TOO_LONG:
            return all(hold.reason != attention.subject for hold in state.holds)
        case Reason.PARTIALLY_PAID | Reason.PAYMENT_OVERDUE:
            return state.is_paid
        case Reason.REFUNDED_TOO_MUCH:
            return state.refunded <= state.captured
        case Reason.REFUNDED_NOT_CANCELLED:
            return not state.all_went_back or not (state.goods_left or state.left_to_issue)
        case reason if reason in _OF_A_PARCEL:
            parcel = state.parcel(attention.subject)
            return parcel is None or parcel.state is ParcelState.VOID
        case _:
            return False
