"""Holds: a set of reasons why an order must wait, each put on and taken off by name."""

from orders.change import Change
from orders.commands import Hold as HoldCommand
from orders.commands import Release, withheld
from orders.errors import Refused, Repeated
from orders.state import Hold, Reason, attention_key


def hold(change: Change, wish: HoldCommand) -> None:
    state = change.state
    if any(_is_same(held.reason, wish.reason) for held in state.holds):
        raise Repeated("refusal.held_already", reason=wish.reason)
    if state.cancelled:
        raise Refused("refusal.cancelled")
    if not state.goods_left and not state.left_to_issue:
        raise Refused("refusal.too_late_to_hold")
    new = Hold(reason=wish.reason, since=change.by.at, by=change.by.actor, command_id=change.by.command_id)
    change.set(holds=(*state.holds, new))
    change.say("hold", "timeline.hold", reason=wish.reason)


def release(change: Change, wish: Release) -> None:
    state = change.state
    if not state.holds:
        raise Refused("refusal.not_held")
    reason = wish.reason
    if reason is None:
        if len(state.holds) > 1:
            raise Refused("refusal.which_hold", reasons=", ".join(held.reason for held in state.holds))
        reason = state.holds[0].reason
    kept = tuple(held for held in state.holds if not _is_same(held.reason, reason))
    if kept == state.holds:
        raise Refused("refusal.not_held_for_this", reason=reason)
    change.set(holds=kept)
    for held in state.holds:
        if held not in kept:
            change.settle(Reason.HELD_TOO_LONG, subject=held.reason)
    if not kept:
        _wait_anew(change)
    change.say("release", "timeline.release", reason=reason)


def _is_same(one: str, other: str) -> bool:
    # A plain signal brings the words themselves, the door what stands in for them: they may meet.
    return one == other or withheld(one) == other or one == withheld(other)


def _wait_anew(change: Change) -> None:
    """What stood still under a hold is not late the moment it is let go."""
    waits = (Reason.OVERDUE_TO_HAND_OVER, Reason.NOT_COLLECTED)
    open_parcels = [parcel.parcel for parcel in change.state.parcels if parcel.is_open]
    from_now = {attention_key(reason, name): change.by.at for reason in waits for name in open_parcels}
    change.set(moved_at=change.by.at, seen={**change.state.seen, **from_now})
