"""SendLateMail: a mail of an order whose own workflow has ended."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.patience import RELAY
    from workflows.steps import Notice, PostSteps


@workflow.defn
class SendLateMail:
    @workflow.run
    async def run(self, notice: Notice) -> None:
        await workflow.execute_activity_method(
            PostSteps.notify, notice, summary=f"Mail {notice.mail_key}", **RELAY
        )
