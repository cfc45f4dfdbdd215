"""Orders to show a kind of mail with: the last that caused one, or else the newest."""

from typing import Final

from db.pool import Connection
from db.queries import load
from orders.change import Mail
from orders.mail import MailKind

SQL = load("mail_samples")
MOST_ORDERS: Final = 20
"""How many orders are looked at for one that fits."""


async def newest_mail(
    connection: Connection, store: str, kind: MailKind, order_id: str | None = None
) -> tuple[str, Mail] | None:
    """The last mail of this kind, with the order that caused it; None if there was none."""
    row = await connection.fetchrow(SQL["newest_mail"], store, str(kind), order_id)
    return (row["order_id"], Mail.model_validate(row["facts"])) if row else None


async def newest_orders(connection: Connection, store: str) -> list[str]:
    rows = await connection.fetch(SQL["newest_orders"], store, MOST_ORDERS)
    return [row["order_id"] for row in rows]


async def named(connection: Connection, store: str, number: str) -> str | None:
    """The order of this number or id; None if there is none."""
    found: str | None = await connection.fetchval(SQL["named"], store, number)
    return found
