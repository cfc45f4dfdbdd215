"""Starting the digests: one workflow per store and moment, for what needs a person and was not told yet."""

from datetime import UTC, datetime

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from db import digests
from db.pool import Pool
from starter.temporal import TASK_QUEUE
from workflows.digest import SendDigest
from workflows.steps import DigestRequest


async def start_digests(pool: Pool, client: Client) -> int:
    """Start a digest for each store that is due for one; how many. Many workers may do so at once: the
    workflow's id is the store and the time of its last digest."""
    async with pool.acquire() as connection:
        due = await digests.due(connection, datetime.now(UTC))
    for each in due:
        try:
            await client.start_workflow(
                SendDigest.run,
                DigestRequest(store=each.store, digest_id=each.digest_id),
                id=f"digest/{each.store}/{each.digest_id}",
                task_queue=TASK_QUEUE,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary=f"{each.store}: what needs a person",
            )
        except WorkflowAlreadyStartedError:
            continue
    return len(due)
