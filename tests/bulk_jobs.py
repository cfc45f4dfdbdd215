"""Jobs for tests: orders chosen and planned, and how far a job is."""

import asyncio
import uuid
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from db import bulk
from db.bulk import Counts, OrderKey, Row
from starter.bulk_planning import Fields, planned
from tests.house import House

ACTOR = "staff:anna"


async def a_job(
    house: House, order_ids: Sequence[str], kind: str, *, undo_seconds: int = 0, **fields: Any
) -> UUID:
    """A job that is planned for these orders, and not begun."""
    job_id = uuid.uuid4()
    async with house.pool.acquire() as connection:
        await bulk.choose(connection, job_id, ACTOR, [OrderKey("default", each) for each in order_ids])
        said = Fields(**fields)
        commands = planned(kind, said, await bulk.rows(connection, job_id))
        await bulk.plan(
            connection, job_id, kind, said.model_dump(mode="json"), commands, undo_seconds=undo_seconds
        )
    return job_id


async def rows(house: House, job_id: UUID) -> list[Row]:
    async with house.pool.acquire() as connection:
        return await bulk.rows(connection, job_id)


async def answered(house: House, job_id: UUID, seconds: float = 30) -> Counts:
    """How a job ended, once every order of it has its answer."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        async with house.pool.acquire() as connection:
            counts, job = await bulk.counts(connection, job_id), await bulk.job(connection, job_id)
        if job is not None and job.done_at is not None and counts.waiting == 0:
            return counts
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"not done in time: {counts}")
        await asyncio.sleep(0.05)
