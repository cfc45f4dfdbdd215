"""Delivery to a Temporal that answers, while no worker does: what was given is noted, and given once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from embedded.temporal import Temporal
from tests.house import House, open_house
from tests.sample_orders import an_order


@pytest.fixture
async def idle(postgres_url: str, temporal: Temporal, tmp_path: Path) -> AsyncIterator[House]:
    """A house in which nobody works."""
    tmp_path.chmod(0o755)
    async with open_house(
        postgres_url, temporal.address, tmp_path, task_queue="nobody-works-here", works=False
    ) as house:
        yield house


async def until_none(house: House, waiting: str) -> None:
    """Wait until no row is left that waits; fails if some are left."""
    deadline = asyncio.get_running_loop().time() + 10
    while left := await house.pool.fetchval(f"SELECT count(*) FROM {waiting}"):
        assert asyncio.get_running_loop().time() < deadline, f"{left} left of {waiting}"
        await asyncio.sleep(0.03)


async def test_commands_that_were_delivered_together_are_noted(idle: House) -> None:
    order_id = await idle.placed(an_order())
    await until_none(idle, "orders WHERE started_at IS NULL")
    await idle.pool.execute(
        "INSERT INTO commands (store, order_id, command_id, type, actor, payload, fingerprint)"
        " SELECT 'default', $1, 'hold-' || number, 'hold', 'staff:test',"
        " jsonb_build_object('type', 'hold', 'reason', 'reason_' || number), ''"
        " FROM generate_series(1, 3) AS number",
        order_id,
    )
    idle.delivery.nudge("default", order_id)

    await until_none(idle, "commands WHERE delivered_at IS NULL")
