"""Orders that Temporal lost, its database gone or put back from a copy: found by a deadline nobody kept."""

import logging
from datetime import timedelta

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from db.pool import Pool
from db.queries import load
from starter.delivery import RPC_TIMEOUT, Delivery, workflow_id

SQL = load("orders")
MOST_ASKED = 100
"""How many orders are asked after at a time: when workers were away for long, all are overdue at once."""

log = logging.getLogger("pakhuis.lost")


async def bring_back_lost(pool: Pool, client: Client, delivery: Delivery, overdue_by: timedelta) -> int:
    """Start those orders again whose deadline passed so long ago while Temporal does not know them; how many.

    A lost order that is given a command is brought back by that; one that only waits, by this.
    Raises RPCError when Temporal cannot be reached, one of OUTAGES when PostgreSQL cannot.
    """
    async with pool.acquire() as connection:
        suspects = await connection.fetch(SQL["overdue"], overdue_by, MOST_ASKED)
    lost = [
        (row["store"], row["order_id"])
        for row in suspects
        if not await _is_known(client, row["store"], row["order_id"])
    ]
    for store, order_id in lost:
        await delivery.start_again(store, order_id)
    return len(lost)


async def _is_known(client: Client, store: str, order_id: str) -> bool:
    handle = client.get_workflow_handle(workflow_id(store, order_id))
    try:
        await handle.describe(rpc_timeout=RPC_TIMEOUT)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    return True
