"""A mail as it was sent, for the eyes of staff: its words to the letter, its links and codes hidden."""

import email
import email.policy
import re
from email.message import EmailMessage
from typing import Final

from pydantic import BaseModel

from db import gift_cards, order_mails, pickup_codes
from db.order_mails import SentMail
from db.pool import Connection
from db.vault import Vault
from orders.errors import Refused

HIDDEN: Final = "••••"
_SECRET_LINK: Final = re.compile(r"(/[od]/)[A-Za-z0-9_%~.-]{8,}")
_HREF: Final = re.compile(r"\shref\s*=\s*(\"[^\"]*\"|'[^']*')", re.IGNORECASE)


class Letter(BaseModel, frozen=True):
    """What stood in a mail. Nothing in it opens an order page, a download, a gift card or a parcel."""

    sender: str
    recipient: str
    subject: str
    text: str
    html: str


async def letter(
    connection: Connection, vault: Vault, store: str, order_id: str, mail: SentMail
) -> Letter | None:
    """What this mail said; None while it was not handed over. Raises CannotOpen if a secret key is gone."""
    if mail.raw is None:
        return None
    secrets = await _codes(connection, vault, store, order_id)
    message = email.message_from_bytes(mail.raw, policy=email.policy.default)
    return Letter(
        sender=str(message["From"] or ""),
        recipient=mail.recipient,
        subject=hidden(str(message["Subject"] or ""), secrets),
        text=hidden(_part(message, "plain"), secrets),
        html=inert(hidden(_part(message, "html"), secrets)),
    )


async def sent(
    connection: Connection, vault: Vault, store: str, order_id: str, number: int
) -> tuple[SentMail, Letter | None] | None:
    """A mail of an order, with what it said; None if the order has no such mail."""
    mail = await order_mails.as_sent(connection, vault, store, order_id, number)
    if mail is None:
        return None
    return mail, await letter(connection, vault, store, order_id, mail)


async def by_key(
    connection: Connection, vault: Vault, store: str, order_id: str, mail_key: str
) -> tuple[SentMail, Letter | None]:
    """The mail of this key, with what it said. Raises Refused if the order has no such mail."""
    number = await order_mails.number_of(connection, store, order_id, mail_key)
    found = await sent(connection, vault, store, order_id, number) if number is not None else None
    if found is None:
        raise Refused("refusal.no_such_mail", mail=mail_key)
    return found


def hidden(text: str, secrets: tuple[str, ...] = ()) -> str:
    """The text without these codes, and without what makes the links in it secret."""
    text = _SECRET_LINK.sub(rf"\1{HIDDEN}", text)
    for secret in secrets:
        # A colour is written with six digits too.
        text = re.sub(rf"(?<![#\w]){re.escape(secret)}(?!\w)", HIDDEN, text)
    return text


def inert(html: str) -> str:
    """The same page of a mail without links: a click on one would leave the frame that shows it."""
    return _HREF.sub("", html)


async def _codes(connection: Connection, vault: Vault, store: str, order_id: str) -> tuple[str, ...]:
    """Every code of this order, in each way that a mail may write it, the longest first."""
    found = {card.code for card in await gift_cards.codes(connection, vault, store, order_id)}
    pickup = await pickup_codes.read(connection, vault, store, order_id)
    if pickup:
        found |= {pickup, f"{pickup[:3]} {pickup[3:]}", f"{pickup[:3]}-{pickup[3:]}"}
    bare = {re.sub(r"[\s-]", "", code) for code in found}
    return tuple(sorted(found | bare, key=len, reverse=True))


def _part(message: EmailMessage, subtype: str) -> str:
    body = message.get_body(preferencelist=(subtype,))
    return str(body.get_content()) if body is not None else ""
