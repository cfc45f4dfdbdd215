"""SendDigest: tells a shop by mail what needs a person."""

import asyncio

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from orders.mail import MailKind
    from workflows.patience import COUNTER, RELAY
    from workflows.steps import DigestRequest, DigestSteps, Notice, PostSteps


@workflow.defn
class SendDigest:
    @workflow.run
    async def run(self, request: DigestRequest) -> None:
        keys = await workflow.execute_activity_method(
            DigestSteps.compose_digest, request, summary="Compose the digest", **COUNTER
        )
        await asyncio.gather(
            *(
                workflow.execute_activity_method(
                    PostSteps.notify,
                    Notice(store=request.store, order_id=None, mail_key=key, kind=MailKind.ATTENTION_DIGEST),
                    summary=f"Mail {key}",
                    **RELAY,
                )
                for key in keys
            )
        )
