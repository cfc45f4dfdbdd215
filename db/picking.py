"""Picking in the making: what was taken from the shelf, before the order is told that it was picked."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from db.pool import Connection
from db.queries import load
from orders.state import OrderState

SQL = load("picking")


class Check(NamedTuple):
    """So many units of a line lie in the cart, where so many had been picked before them."""

    line_id: str
    picked_before: int
    quantity: int


async def check(
    connection: Connection,
    store: str,
    order_id: str,
    line_id: str,
    quantity: int,
    actor: str,
    *,
    picked_before: int,
) -> None:
    """Keep how many units of a line were taken from the shelf; it takes the place of what was kept before."""
    await connection.execute(SQL["check"], store, order_id, line_id, picked_before, quantity, actor)


async def of_orders(
    connection: Connection, orders: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], tuple[Check, ...]]:
    """What was ticked of these orders, by store and order."""
    asked = list(orders)
    rows = await connection.fetch(
        SQL["checks"], [store for store, _ in asked], [order_id for _, order_id in asked]
    )
    found: dict[tuple[str, str], tuple[Check, ...]] = {}
    for row in rows:
        key = (row["store"], row["order_id"])
        found[key] = (*found.get(key, ()), Check(row["line_id"], row["picked_before"], row["quantity"]))
    return found


def standing(state: OrderState, checks: Iterable[Check]) -> Mapping[str, int]:
    """The ticks that still count, by line: those of a line that was picked since count no more."""
    counts = {}
    for each in checks:
        line = state.line(each.line_id)
        if line is not None and line.units.picked == each.picked_before:
            counts[each.line_id] = min(each.quantity, state.to_pick(line))
    return counts
