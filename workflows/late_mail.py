"""SendLateMail: a mail of an order whose own workflow has ended."""

from typing import assert_never

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.handing_over import hand_over
    from workflows.patience import OWN_DATABASE
    from workflows.steps import MaybeSent, MemorySteps, MissedMail, Notice, NotSent, Sent


@workflow.defn
class SendLateMail:
    @workflow.run
    async def run(self, notice: Notice) -> None:
        answer = await hand_over(notice)
        match answer:
            case Sent():
                pass
            case NotSent() | MaybeSent():
                # Its order has no workflow that could ask for a person.
                missed = MissedMail(**dict(notice), unknown=isinstance(answer, MaybeSent))
                await workflow.execute_local_activity_method(
                    MemorySteps.late_mail_not_sent, missed, **OWN_DATABASE
                )
            case _:
                assert_never(answer)
