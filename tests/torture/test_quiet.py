"""Quiet is only when Temporal has nothing left to do as well: what a worker left shows in no table."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from temporalio.client import WorkflowHandle

from tests.house import House
from torture.quiet import quiet


@pytest.fixture
async def untouched(house: House) -> AsyncIterator[WorkflowHandle[Any, Any]]:
    """A workflow whose task nobody takes."""
    nobody = f"nobody-{uuid.uuid4()}"
    handle = await house.client.start_workflow("Anything", id=nobody, task_queue=nobody)
    async with asyncio.timeout(10):
        while not [each async for each in house.client.list_workflows(f"WorkflowId = '{nobody}'")]:
            await asyncio.sleep(0.05)
    yield handle
    await handle.terminate()


async def test_what_no_table_shows_is_seen_in_temporal(
    house: House, untouched: WorkflowHandle[Any, Any]
) -> None:
    said: list[str] = []
    await quiet(house.database_url, 0.2, said.append, house.client)

    assert f"still under way: {untouched.id}" in said


async def test_tables_without_anything_under_way_are_quiet_at_once(house: House) -> None:
    said: list[str] = []
    async with asyncio.timeout(10):
        await quiet(house.database_url, 60, said.append)

    assert said == []
