"""The customer's order page: found by the token in its address."""

from typing import NamedTuple

from db.pool import Connection
from db.queries import load
from db.vault import Vault
from orders.plan import Plan

SQL = load("order_pages")


class FoundPage(NamedTuple):
    store: str
    order_id: str
    plan: Plan


async def find_page(connection: Connection, token: str) -> FoundPage | None:
    """Whose page this token opens; None if nobody's."""
    row = await connection.fetchrow(SQL["by_token"], Vault.token_hash(token))
    if row is None:
        return None
    return FoundPage(row["store"], row["order_id"], Plan.model_validate(row["plan"]))
