"""Columns that came later, filled for the orders that were there before: what SQL alone cannot work out."""

from typing import Final

from db.pool import Connection
from orders.plan import Plan
from orders.state import OrderState
from orders.tasks import tasks

AT_ONCE: Final = 500


async def fill_tasks(connection: Connection) -> int:
    """Work out what each order waits for, where nobody has yet; how many there were. Orders that are written
    at the same moment are left to who writes them."""
    filled = 0
    while True:
        rows = await connection.fetch(
            """SELECT store, order_id, sequence, plan, facts, is_history
            FROM orders WHERE tasks IS NULL LIMIT $1""",
            AT_ONCE,
        )
        if not rows:
            return filled
        values = [
            (
                row["store"],
                row["order_id"],
                row["sequence"],
                [] if row["is_history"] else [str(task) for task in tasks(state)],
                state.moved_at,
            )
            for row in rows
            for state in [
                OrderState.model_validate({**row["facts"], "plan": Plan.model_validate(row["plan"])})
            ]
        ]
        await connection.executemany(
            """UPDATE orders SET tasks = $4::text[], moved_at = $5
            WHERE store = $1 AND order_id = $2 AND sequence = $3 AND tasks IS NULL""",
            values,
        )
        filled += len(rows)
