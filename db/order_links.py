"""The link of an order page: asked for, and answered by mail where it is known; replaced by the staff."""

from datetime import timedelta
from typing import Final

from db import audit, order_pages, outbox, reading, stores
from db.audit import Act, Doer
from db.pool import Connection
from db.queries import load
from db.reading import Kept
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


async def replace(
    connection: Connection,
    vault: Vault,
    doer: Doer,
    order_id: str,
    store: str | None = None,
    *,
    issue: int | None = None,
) -> Kept:
    """Give the customer's page of an order a new link, and write down who did. The one before opens nothing
    from now on, in no browser; the customer is not told. Answers the order with the link it has then.

    `issue` is the number of the link that is meant: if it has been replaced already, this changes nothing.
    Raises OrderNotFound, or OrderError where two stores have this id.
    """
    async with connection.transaction():
        owner = await reading.store_of(connection, order_id, store)
        present = await connection.fetchval(SQL["issue"], owner, order_id)
        if issue is None or issue == present:
            await order_pages.replace_link(connection, vault, owner, order_id)
            await audit.add(connection, doer, Act.LINK_REPLACED, f"order:{owner}/{order_id}")
        return await reading.order(connection, owner, order_id)
