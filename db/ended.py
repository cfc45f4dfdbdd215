"""Orders whose workflow has ended: whoever holds the order's row writes it then."""

from datetime import datetime
from typing import NamedTuple

from db.pool import Connection
from db.queries import load
from db.record import record
from db.vault import Vault
from orders.change import Change
from orders.plan import Plan
from orders.rules.closing import transition
from orders.state import OrderState

SQL = load("orders")
AFTER_ALL_HISTORY = 2**31 - 1
"""No workflow decided from more than this, so none of its records replaces one of ours."""


class Standing(NamedTuple):
    """Where an order stands, as PostgreSQL has it."""

    state: OrderState
    sequence: int
    ended_at: datetime | None


async def lock(connection: Connection, store: str, order_id: str) -> Standing | None:
    """The order, held until the end of the transaction; None if there is none."""
    row = await connection.fetchrow(SQL["lock_order"], store, order_id)
    if row is None:
        return None
    state = OrderState.model_validate({**row["facts"], "plan": Plan.model_validate(row["plan"])})
    return Standing(state, row["sequence"], row["ended_at"])


async def write(connection: Connection, vault: Vault, change: Change, sequence: int) -> None:
    """Write a change of an order down that has no workflow, in the transaction that locked it."""
    plan, step = change.state.plan, transition(change, sequence, ended=True)
    await record(connection, vault, plan.store, plan.order_id, AFTER_ALL_HISTORY, [step])
