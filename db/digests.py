"""Digests: what needs a person in a store, and what runs low there, told to the shop once."""

from datetime import datetime
from typing import NamedTuple

from db import low_stock
from db.outbox import message_id
from db.pool import Connection
from db.queries import load
from orders.as_kept import as_kept
from orders.mail import MailKind
from orders.sentence import Sentence
from orders.state import Reason
from orders.store import StoreSettings

SQL = load("digests")
OUTBOX = load("outbox")


class Due(NamedTuple):
    store: str
    digest_id: str


class Told(NamedTuple):
    """One thing a digest speaks of; `words` are the reasons that people gave on its order."""

    order_id: str
    number: str
    reason: Reason
    text: Sentence
    since: datetime
    words: tuple[str, ...]


async def due(connection: Connection, now: datetime) -> list[Due]:
    """The stores that are due for a digest, each with the name of this one."""
    found = []
    for row in await connection.fetch(SQL["due"]):
        settings = as_kept(StoreSettings, row["settings"])
        if settings.shop_addresses and row["digested_at"] + settings.digest_every <= now:
            found.append(Due(row["store"], row["digested_at"].strftime("%Y%m%dT%H%M%S%f")))
    return found


async def compose(connection: Connection, store: str, digest_id: str) -> tuple[str, ...]:
    """Put a digest's mails in the outbox and answer their keys; repeatable by its id."""
    async with connection.transaction():
        row = await connection.fetchrow(SQL["lock_store"], store)
        if row is None:
            return ()
        known = await connection.fetch(SQL["keys"], store, f"digest:{digest_id}:")
        if known:
            return tuple(each["mail_key"] for each in known)
        settings = as_kept(StoreSettings, row["settings"])
        if not settings.shop_addresses:
            return ()  # Nobody to tell: what needs a person stays untold, for when there is.
        await connection.execute(SQL["claim"], store, digest_id)
        await low_stock.claim(connection, store, digest_id)
        rows = [
            {
                "mail_key": f"digest:{digest_id}:shop{position}",
                "kind": str(MailKind.ATTENTION_DIGEST),
                "sequence": 0,
                "recipient": address,
                "is_copy": False,
                "language": settings.language,
                "facts": {"digest_id": digest_id},
                "message_id": message_id(settings.mail_from, store, "digest", digest_id, str(position)),
            }
            for position, address in enumerate(settings.shop_addresses)
        ]
        await connection.execute(OUTBOX["insert_mails"], store, None, rows)
        await connection.execute(SQL["mark"], store)
        return tuple(str(each["mail_key"]) for each in rows)


async def told(connection: Connection, store: str, digest_id: str) -> list[Told]:
    """What a digest speaks of, as far as it still needs a person."""
    rows = await connection.fetch(SQL["told"], store, digest_id)
    return [
        Told(
            order_id=row["order_id"],
            number=row["number"],
            reason=Reason(row["reason"]),
            text=Sentence.model_validate(row["text"]),
            since=row["since"],
            words=tuple(row["words"]),
        )
        for row in rows
    ]
