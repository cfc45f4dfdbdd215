"""The end of a wish and the end of an order: the transition to record, and whether anybody still waits."""

from orders.change import Change, Headline, Transition
from orders.rules.deadlines import next_deadline
from orders.state import OrderState
from orders.status import fulfillment_status, is_open, payment_status
from orders.tasks import tasks


def headline(state: OrderState) -> Headline:
    """The headline of this state, from scratch."""
    deadline = next_deadline(state)
    return Headline(
        payment_status=payment_status(state),
        fulfillment_status=fulfillment_status(state),
        is_open=is_open(state),
        needs_attention=bool(state.attention),
        due_at=deadline.at if deadline else None,
        due_for=deadline.late if deadline else None,
        tasks=tasks(state),
    )


def transition(change: Change, sequence: int, *, ended: bool = False) -> Transition:
    """The change as it is recorded under this sequence number."""
    return Transition(
        sequence=sequence,
        at=change.by.at,
        headline=headline(change.state),
        facts=change.state.facts,
        entries=tuple(change.entries),
        mails=tuple(change.mails),
        reissued=tuple(change.reissued),
        mail_verdicts=tuple(change.mail_verdicts),
        ended=ended,
    )


def finished(state: OrderState) -> bool:
    """Whether nothing is left that anybody waits for, so that the workflow may end."""
    if state.goods_left or state.left_to_issue or state.holds or state.attention:
        return False
    if not state.cancelled and not state.is_paid:
        return False
    return state.cancelled or state.watched or not state.undelivered
