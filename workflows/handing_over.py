"""Handing one mail over, to the end: for days if need be, and finding out where nobody can say."""

from typing import Final

from temporalio import workflow
from temporalio.exceptions import ActivityError

from workflows.patience import ASKING, GIVING_UP, RELAY
from workflows.steps import DoubtAnswer, DoubtSteps, MaybeSent, Notice, NoticeAnswer, PostSteps, SendAgain

DOUBTS_AT_MOST: Final = 20
"""A relay that loses the connection each time, and never has the mail, is given up on after so many."""


async def hand_over(notice: Notice) -> NoticeAnswer:
    """What became of this mail in the end. Harmless for one that is settled already."""
    for _ in range(DOUBTS_AT_MOST):
        try:
            answer: NoticeAnswer = await workflow.execute_activity_method(
                PostSteps.notify, notice, summary=f"Mail {notice.mail_key}", **RELAY
            )
        except ActivityError:
            answer = await _give_up(notice)
        if not isinstance(answer, MaybeSent):
            return answer
        found: DoubtAnswer = await workflow.execute_activity_method(
            DoubtSteps.settle_doubt, notice, summary=f"Ask the relay about {notice.mail_key}", **ASKING
        )
        if not isinstance(found, SendAgain):
            return found
    return await _give_up(notice)


async def _give_up(notice: Notice) -> NoticeAnswer:
    answer: NoticeAnswer = await workflow.execute_activity_method(
        PostSteps.give_up, notice, summary=f"Give up on {notice.mail_key}", **GIVING_UP
    )
    return answer
