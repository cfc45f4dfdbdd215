"""SendDigest: tells a shop by mail what needs a person."""

import asyncio

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from orders.mail import MailKind
    from workflows.handing_over import hand_over
    from workflows.patience import COUNTER
    from workflows.steps import DigestRequest, DigestSteps, Notice


@workflow.defn
class SendDigest:
    @workflow.run
    async def run(self, request: DigestRequest) -> None:
        keys = await workflow.execute_activity_method(
            DigestSteps.compose_digest, request, summary="Compose the digest", **COUNTER
        )
        await asyncio.gather(
            *(
                hand_over(
                    Notice(store=request.store, order_id=None, mail_key=key, kind=MailKind.ATTENTION_DIGEST)
                )
                for key in keys
            )
        )
