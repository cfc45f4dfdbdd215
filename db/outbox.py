"""The outbox: mails written down in the transaction of what caused them, and what became of each."""

import base64
import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import asyncpg
from pydantic import BaseModel

from db import stores
from db.pool import Connection
from db.queries import load
from orders.change import Mail, MailVerdict, again_prefix, is_again
from orders.mail import AUDIENCE, Audience, MailKind
from orders.rules.mailing import MOST_AGAIN
from orders.store import Language, StoreSettings

SQL = load("outbox")
DATA_LEASE = timedelta(minutes=15)
"""10 minutes after the final dot and the relay's own 5 (RFC 5321 4.5.3.2): a worker frozen in DATA and
thawed later meets a closed connection."""


UNDER_WAY = ("queued", "retry", "sending")
"""States of a mail that is still to be handed over."""


class Addressee(BaseModel, frozen=True):
    """Where the mails of one order go, and in which language."""

    email: str | None
    language: Language
    settings: StoreSettings
    accepted_at: datetime


async def put(
    connection: Connection,
    store: str,
    order_id: str,
    addressee: Addressee,
    mails: Iterable[tuple[int, Mail]],
) -> None:
    """Write mails down to be sent, each with the sequence number of its transition; again changes nothing."""
    if found := rows(store, order_id, addressee, mails):
        await connection.execute(SQL["insert_mails"], store, order_id, found)


def rows(
    store: str, order_id: str, addressee: Addressee, mails: Iterable[tuple[int, Mail]]
) -> list[dict[str, Any]]:
    """The rows of these mails; one that nobody gets has none."""
    return [
        _row(store, order_id, addressee, sequence, mail, recipient)
        for sequence, mail in mails
        if (recipient := _recipient(addressee, mail)) is not None
    ]


def message_id(sender: str, *parts: str) -> str:
    """The same for the same mail, on every attempt."""
    digest = hashlib.sha256("|".join(parts).encode()).digest()
    return f"<{base64.b32encode(digest).decode().lower()[:40]}@{sender.rpartition('@')[2]}>"


def _recipient(addressee: Addressee, mail: Mail) -> str | None:
    settings = addressee.settings
    if AUDIENCE[mail.kind] is Audience.SHOP:
        known = mail.recipient < len(settings.shop_addresses)
        return settings.shop_addresses[mail.recipient] if known else None
    return settings.copy_customer_mails_to if mail.is_copy else addressee.email


def _row(
    store: str, order_id: str, addressee: Addressee, sequence: int, mail: Mail, recipient: str
) -> dict[str, Any]:
    to_shop = AUDIENCE[mail.kind] is Audience.SHOP
    at = addressee.accepted_at.isoformat()
    return {
        "mail_key": mail.key,
        "kind": str(mail.kind),
        "sequence": sequence,
        "recipient": recipient,
        "is_copy": mail.is_copy,
        "language": addressee.settings.language if to_shop else addressee.language,
        "facts": mail.model_dump(mode="json", exclude_defaults=True),
        "message_id": message_id(addressee.settings.mail_from, store, order_id, at, mail.key),
    }


class OutgoingMail(BaseModel, frozen=True):
    """One row of the outbox, taken for an attempt."""

    number: int
    store: str
    order_id: str | None
    kind: MailKind
    recipient: str
    is_copy: bool
    language: Language
    facts: dict[str, Any]
    message_id: str
    raw: bytes | None
    settings: StoreSettings
    attempt: int
    created_at: datetime


class Settled(BaseModel, frozen=True):
    """This mail needs no attempt: it is in this state."""

    state: str


class Busy(BaseModel, frozen=True):
    """Another attempt is handing it over right now."""


class Early(BaseModel, frozen=True):
    """What caused it may still be taken back: it waits for so long."""

    rest: timedelta


async def take(
    connection: Connection, store: str, order_id: str | None, mail_key: str
) -> OutgoingMail | Settled | Busy | Early:
    """Take a mail for an attempt, unless its time has not come. What is lying in DATA is never taken over:
    while its lease runs it is busy, after that nobody can say whether it was accepted."""
    row = await connection.fetchrow(SQL["take"], store, order_id, mail_key)
    if row is not None:
        return _taken(row)
    rest = await connection.fetchval(SQL["rest"], store, order_id, mail_key)
    if rest is not None:
        return Early(rest=rest)
    return await _not_taken(connection, store, order_id, mail_key)


async def take_oldest(connection: Connection, after: int) -> OutgoingMail | None:
    """Take the oldest mail numbered above `after` that waits because the relay was away, for an attempt."""
    row = await connection.fetchrow(SQL["take_oldest"], after)
    return None if row is None else _taken(row)


def _taken(row: asyncpg.Record) -> OutgoingMail:
    return OutgoingMail.model_validate({**dict(row), "settings": stores.read(row["settings"])})


async def give_up(connection: Connection, store: str, order_id: str | None, mail_key: str) -> Settled | Busy:
    """Note that a mail failed that nobody will try any more. What is lying in DATA is not touched."""
    given_up = await connection.fetchval(SQL["give_up"], store, order_id, mail_key)
    if given_up is not None:
        return Settled(state="failed")
    return await _not_taken(connection, store, order_id, mail_key)


async def _not_taken(
    connection: Connection, store: str, order_id: str | None, mail_key: str
) -> Settled | Busy:
    state = await state_of(connection, store, order_id, mail_key)
    if state is None:
        # Nobody gets it, so it has no row: or it was to be sent anew, and that was refused.
        return Settled(state="withdrawn" if is_again(mail_key) else "failed")
    if state not in UNDER_WAY:
        return Settled(state=state)
    # A row that has come out of DATA since we tried to take it is not lost: the next attempt takes it.
    lost = await connection.fetchval(SQL["lost"], store, order_id, mail_key)
    return Busy() if lost is None else Settled(state="unknown")


async def enter_data(connection: Connection, mail: OutgoingMail, sealed: bytes) -> bool:
    """Note that these bytes are about to be handed over, and keep them: every later attempt hands over
    the same. False if another attempt took the mail since."""
    row = await connection.fetchval(SQL["enter_data"], mail.number, mail.attempt, DATA_LEASE, sealed)
    return row is not None


async def settle(
    connection: Connection, mail: OutgoingMail, state: str, code: int | None, reply: str
) -> None:
    """Note how this attempt ended."""
    await connection.execute(SQL["settle"], mail.number, mail.attempt, state, code, reply[:500])


async def state_of(connection: Connection, store: str, order_id: str | None, mail_key: str) -> str | None:
    """How a mail stands; None if it has no row."""
    row = await connection.fetchrow(SQL["look"], store, order_id, mail_key)
    return None if row is None else str(row["state"])


class Doubt(BaseModel, frozen=True):
    """A mail of which nobody can say whether it was accepted."""

    number: int
    attempt: int
    kind: MailKind
    message_id: str
    entered_data_at: datetime
    sent_again: bool
    """Somebody chose before to send it again, not knowing."""
    settings: StoreSettings


async def doubt(connection: Connection, store: str, order_id: str | None, mail_key: str) -> Doubt | Settled:
    """What is to be asked about a mail, or how it stands if nobody doubts that."""
    row = await connection.fetchrow(SQL["doubt"], store, order_id, mail_key)
    if row is None:
        return Settled(state="failed")
    if row["state"] != "unknown":
        return Settled(state=row["state"])
    return Doubt.model_validate({**dict(row), "settings": stores.read(row["settings"])})


async def settle_doubt(connection: Connection, doubt: Doubt, state: str, why: str, *, guess: bool) -> str:
    """Note what was found out, or (`guess`) chosen; the state of the mail after that, whoever set it."""
    await connection.execute(SQL["settle_doubt"], doubt.number, doubt.attempt, state, why, guess)
    return str(await connection.fetchval(SQL["state"], doubt.number))


async def unsent(connection: Connection, store: str, order_id: str) -> list[Mail]:
    """The mails of an order that are still to be handed over, or to be told to a person."""
    rows = await connection.fetch(SQL["unsent"], store, order_id)
    return [Mail.model_validate(row["facts"]) for row in rows]


class Written(NamedTuple):
    """A mail of the outbox as it was written down, and how it stands."""

    mail: Mail
    recipient: str
    language: Language
    state: str


async def as_written(connection: Connection, store: str, order_id: str, mail_key: str) -> Written | None:
    """One mail of an order; None if it has no row."""
    row = await connection.fetchrow(SQL["as_written"], store, order_id, mail_key)
    if row is None:
        return None
    return Written(Mail.model_validate(row["facts"]), row["recipient"], row["language"], row["state"])


async def send_anew(
    connection: Connection,
    store: str,
    order_id: str,
    word: MailVerdict,
    sequence: int,
    command_id: str | None,
) -> bool:
    """Write a mail that was sent down once more, under the new key in the word. False, and nothing is
    written, if it was not sent, was sent anew too often, or is written down already."""
    known = await connection.fetchrow(SQL["sender"], store, order_id)
    if known is None or word.new_key is None:
        return False
    sender = stores.read(known["settings"]).mail_from
    at = known["accepted_at"].isoformat()
    row = await connection.fetchval(
        SQL["send_anew"],
        store,
        order_id,
        word.key,
        word.new_key,
        sequence,
        message_id(sender, store, order_id, at, word.new_key),
        command_id,
        again_prefix(word.key),
        MOST_AGAIN,
    )
    return row is not None


async def waits_anew(connection: Connection, store: str, order_id: str, mail_key: str) -> bool:
    """Whether this mail is being sent anew at this moment."""
    waits = await connection.fetchval(SQL["waits_anew"], store, order_id, again_prefix(mail_key))
    return bool(waits)


class LateMail(NamedTuple):
    store: str
    order_id: str
    mail_key: str
    kind: MailKind
    attempt: int
    """How often it was tried before: a person had it sent again."""


async def late(connection: Connection, older_than: timedelta) -> list[LateMail]:
    """The mails that were written, or put back by a person, after their order's workflow had ended, and that
    nobody has tried since."""
    return [
        LateMail(**{**dict(row), "kind": MailKind(row["kind"])})
        for row in await connection.fetch(SQL["late"], older_than)
    ]
