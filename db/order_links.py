"""Asking for the link of an order page: kept as it was typed, and answered by mail where it is known."""

from datetime import timedelta
from typing import Final

from db import order_pages, outbox, stores
from db.pool import Connection
from db.queries import load
from db.vault import Vault
from orders.change import Mail
from orders.mail import MailKind

SQL = load("order_links")
MOST_AT_ONCE: Final = 100
NOT_AGAIN_WITHIN: Final = timedelta(minutes=5)
"""Who asks twice within this has the first mail on the way."""
OF_LATE: Final = timedelta(days=1)
MOST_OF_LATE: Final = 5
"""So many mails of one order in that time, however often somebody asks: nobody's mailbox is flooded."""
MOST_ORDERS: Final = 5
"""So many orders of one number and address: of several stores, say."""


async def ask(connection: Connection, number: str, email: str) -> None:
    """Note that somebody wants the link of this order. The same work whether there is one or not."""
    await connection.execute(SQL["ask"], number, email)


async def answer(connection: Connection, vault: Vault) -> int:
    """Write the mails down that were asked for, each to the address its order has; how many. A link that has
    ended is given anew. What was typed is forgotten with the answer."""
    mails = 0
    async with connection.transaction():
        for asked in await connection.fetch(SQL["take"], MOST_AT_ONCE):
            limits = (NOT_AGAIN_WITHIN, OF_LATE, MOST_OF_LATE)
            lives = (order_pages.LIVES_AFTER_THE_END, order_pages.LIVES_ANEW)
            for row in await connection.fetch(
                SQL["orders"], asked["number"], asked["email"], *limits, *lives, MOST_ORDERS
            ):
                settings = stores.read(row["settings"])
                if MailKind.ORDER_LINK in settings.policy.silent_mails:
                    continue
                store, order_id = row["store"], row["order_id"]
                if row["has_ended"]:
                    await order_pages.replace_link(connection, vault, store, order_id)
                addressee = outbox.Addressee(
                    email=row["email"],
                    language=settings.language_for(row["locale"]),
                    settings=settings,
                    accepted_at=row["accepted_at"],
                )
                mail = Mail(key=f"{MailKind.ORDER_LINK}:{asked['request_id']}", kind=MailKind.ORDER_LINK)
                # Under no transition's number: it is none of the workflow's, and no history replaces it.
                await outbox.put(connection, store, order_id, addressee, [(0, mail)])
                mails += 1
    return mails
