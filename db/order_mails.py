"""The mails of one order, looked at by people: as they were sent, and those that can still be taken back."""

from datetime import datetime
from typing import Final, NamedTuple

from db.pool import Connection
from db.queries import load
from db.vault import Vault
from orders.mail import MailKind
from orders.store import Language

SQL = load("order_mails")
PURPOSE: Final = "mail"


class SentMail(NamedTuple):
    """One mail. `raw` is what was handed to the relay, to the byte; None while nothing was made of it yet."""

    number: int
    mail_key: str
    kind: MailKind
    recipient: str
    is_copy: bool
    language: Language
    state: str
    created_at: datetime
    sent_at: datetime | None
    not_before: datetime | None
    raw: bytes | None
    order_number: str


class Waiting(NamedTuple):
    """A mail that waits so that what caused it can be taken back."""

    mail_key: str
    kind: MailKind
    not_before: datetime


async def as_sent(
    connection: Connection, vault: Vault, store: str, order_id: str, number: int, *, is_opened: bool = True
) -> SentMail | None:
    """One mail of an order; None if the order has no mail of this number. Raises CannotOpen if the secret key
    that sealed it is gone, unless its bytes are not asked for."""
    row = await connection.fetchrow(SQL["as_sent"], store, order_id, number)
    if row is None:
        return None
    values = dict(row)
    sealed, message_id = values.pop("raw"), values.pop("message_id")
    raw = None
    if is_opened and sealed is not None:
        raw = vault.open(PURPOSE, sealed, f"{store}|{order_id}|{message_id}")
    return SentMail(raw=raw, **{**values, "kind": MailKind(values["kind"])})


async def number_of(connection: Connection, store: str, order_id: str, mail_key: str) -> int | None:
    """The number of the mail of this key; None if the order has none."""
    number: int | None = await connection.fetchval(SQL["number_of"], store, order_id, mail_key)
    return number


async def caused_by(
    connection: Connection, store: str, order_id: str, command_id: str
) -> tuple[Waiting, ...]:
    """The mails to the customer that this command caused and that can still be stopped."""
    rows = await connection.fetch(SQL["caused_by"], store, order_id, command_id)
    return tuple(Waiting(row["mail_key"], MailKind(row["kind"]), row["not_before"]) for row in rows)
