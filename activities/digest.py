"""The step that composes a digest."""

from temporalio import activity

from db import digests
from db.pool import Pool
from workflows.steps import DigestRequest, DigestSteps


class Digest(DigestSteps):
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @activity.defn
    async def compose_digest(self, request: DigestRequest) -> tuple[str, ...]:
        async with self._pool.acquire() as connection:
            return await digests.compose(connection, request.store, request.digest_id)
