"""A letter as the bytes that go out: headers of our own making and the two bodies, the same each time."""

import quopri
import re
from base64 import b32encode, b64encode
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from typing import Final

from mails.header import mailbox_header, plain_address, text_header
from mails.letters import Letter
from orders.store import LANGUAGES, Language

MAIL_HEADER: Final = "X-Pakhuis-Mail"
"""Names this mail at relays that put a Message-ID of their own in the place of ours."""

_MESSAGE_ID: Final = re.compile(r"<[A-Za-z0-9][A-Za-z0-9._+-]{0,127}@[A-Za-z0-9][A-Za-z0-9.-]{0,99}>")
_BASE64_LINE: Final = 76


def opaque(mail_key: str) -> str:
    """What the header `X-Pakhuis-Mail` holds for this key: always the same, and telling a reader nothing."""
    return b32encode(sha256(mail_key.encode()).digest()).decode().lower()[:32]


def compose(
    letter: Letter,
    *,
    sender: str,
    sender_name: str,
    reply_to: str | None,
    recipient: str,
    message_id: str,
    mail_key: str,
    language: Language,
    at: datetime,
) -> bytes:
    """The mail to one recipient, by RFC 5322: ASCII only, every line ended by CRLF and below 998 octets.

    The same arguments give the same bytes. No text of the letter or the sender's name can make a header.
    BadAddress if an address is not one plain address, ValueError if the Message-ID is not one or `at` has no
    time zone.
    """
    if _MESSAGE_ID.fullmatch(message_id) is None:
        raise ValueError("a Message-ID is written <left@right>, in letters, digits and . _ + -")
    if at.tzinfo is None:
        raise ValueError("the date of a mail needs its time zone")
    if language not in LANGUAGES:
        raise ValueError("a mail is written in a language we speak")
    # "=_" stands in neither base64 nor quoted-printable, so no body can hold the boundary.
    boundary = f"=_{opaque(mail_key)}"
    headers = [
        mailbox_header("From", sender_name, sender),
        *([mailbox_header("Reply-To", "", reply_to)] if reply_to else []),
        f"To: {plain_address(recipient, 'recipient')}\r\n",
        text_header("Subject", letter.subject),
        f"Date: {format_datetime(at)}\r\n",
        f"Message-ID: {message_id}\r\n",
        "Auto-Submitted: auto-generated\r\n",
        f"{MAIL_HEADER}: {opaque(mail_key)}\r\n",
        f"Content-Language: {language}\r\n",
        "MIME-Version: 1.0\r\n",
        f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n',
    ]
    parts = [_part("plain", letter.text), _part("html", letter.html)]
    body = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts) + f"--{boundary}--\r\n"
    return ("".join(headers) + "\r\n" + body).encode("ascii")


def _part(subtype: str, text: str) -> str:
    encoding, body = _shorter(text)
    return (
        f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}"
    )


def _shorter(text: str) -> tuple[str, str]:
    """The text as quoted-printable where that is shorter, as mostly-Latin text is, else as base64."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    printable = quopri.encodestring(lines.encode()).decode("ascii").replace("\n", "\r\n")
    octets = lines.replace("\n", "\r\n").encode()
    packed_length = (len(octets) + 2) // 3 * 4
    breaks = max(0, packed_length - 1) // _BASE64_LINE
    if len(printable) <= packed_length + 2 * breaks:
        return "quoted-printable", printable
    packed = b64encode(octets).decode("ascii")
    base64 = "\r\n".join(packed[at : at + _BASE64_LINE] for at in range(0, len(packed), _BASE64_LINE))
    return "base64", base64
