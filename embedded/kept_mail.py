"""A mail as the catcher keeps it: one .eml file, read in such a way that no mail can break the reader."""

import base64
import contextlib
import email
import email.policy
import html
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import Message
from functools import cached_property
from pathlib import Path

# The first line of each file: who sent it to whom, by SMTP, and when. Any mail program skips it.
ENVELOPE = "X-Pakhuis-Envelope: "
# Lenient on purpose: the modern policy raises on some of the headers that a catcher has to show.
POLICY = email.policy.compat32
ID = re.compile(r"[0-9]{8}T[0-9]{12}-[0-9a-f]{8}")


@dataclass(frozen=True)
class Attachment:
    """A file inside a mail: what it says it is called and is, and how big it is."""

    name: str
    content_type: str
    size: int


@dataclass(frozen=True)
class KeptMail:
    """
    One mail on disk. What it says is read when asked for; text of any kind comes out as printable text.

    Ids sort as the mails came in.
    """

    file: Path

    @property
    def id(self) -> str:
        return self.file.stem

    @property
    def received_at(self) -> datetime:
        """When it came in, in UTC."""
        return datetime.strptime(self.id.split("-")[0], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)

    @property
    def raw(self) -> bytes:
        """The mail byte for byte as the sender gave it."""
        return self.file.read_bytes().partition(b"\n")[2]

    @property
    def source(self) -> str:
        """The raw mail, for the eye."""
        return printable(self.raw.decode("utf-8", "replace"))

    @cached_property
    def sender(self) -> str:
        """The address the SMTP client gave as the sender; empty for a bounce."""
        return str(self._envelope.get("from", ""))

    @cached_property
    def recipients(self) -> tuple[str, ...]:
        """Every address it was delivered to, Bcc too."""
        to = self._envelope.get("to")
        return tuple(str(recipient) for recipient in to) if isinstance(to, list) else ()

    @cached_property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Every header in its order, decoded."""
        return tuple((printable(name), _decoded(value)) for name, value in self._message.items())

    @cached_property
    def subject(self) -> str:
        return self.header("Subject")

    @cached_property
    def summary(self) -> dict[str, object]:
        """What a list shows of it, ready for JSON."""
        return {
            "id": self.id,
            "received_at": self.received_at.isoformat(),
            "from": self.header("From") or self.sender,
            "to": self.header("To") or ", ".join(self.recipients),
            "sender": self.sender,
            "recipients": list(self.recipients),
            "subject": self.subject,
        }

    def header(self, name: str) -> str:
        """The first header of this name, decoded; empty if there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def says(self, words: str) -> bool:
        """Whether its subject or one of its people contains each of the words, in any case."""
        text = " ".join((self.subject, self.header("From"), self.header("To"), self.sender, *self.recipients))
        return all(word in text.casefold() for word in words.casefold().split())

    @property
    def text(self) -> str:
        """Its plain text; empty if it has none."""
        return self._first("text/plain")

    @property
    def html(self) -> str:
        """Its HTML, with the images it carries itself put in place; empty if it has none."""
        content = self._first("text/html")
        for part in self._parse().walk():
            name = str(part.get("Content-ID", "")).strip().strip("<>")
            if name and part.get_content_maintype() == "image":
                image = base64.b64encode(_content(part)).decode()
                address = f"data:{part.get_content_type()};base64,{image}"
                content = content.replace(f"cid:{html.escape(name)}", html.escape(address))
        return content

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The files it carries."""
        return tuple(
            Attachment(_file_name(part), part.get_content_type(), len(_content(part)))
            for part in self._parse().walk()
            if not part.is_multipart() and _file_name(part)
        )

    def as_json(self) -> dict[str, object]:
        """All there is to say of it, ready for JSON."""
        return self.summary | {
            "headers": [list(header) for header in self.headers],
            "text": self.text,
            "html": self.html,
            "attachments": [vars(attachment) for attachment in self.attachments],
            "raw": self.source,
        }

    @cached_property
    def _envelope(self) -> dict[str, object]:
        with contextlib.suppress(ValueError), self.file.open("rb") as file:
            first = file.readline().decode("ascii", "replace")
            envelope = json.loads(first.removeprefix(ENVELOPE))
            if isinstance(envelope, dict):
                return envelope
        return {}

    @cached_property
    def _message(self) -> Message:
        """Its headers only: that is all a list needs, and it may hold thousands."""
        head = re.split(rb"\r?\n\r?\n", self.raw, maxsplit=1)[0]
        return email.message_from_bytes(head + b"\r\n\r\n", policy=POLICY)

    def _parse(self) -> Message:
        return email.message_from_bytes(self.raw, policy=POLICY)

    def _first(self, content_type: str) -> str:
        for part in self._parse().walk():
            if part.get_content_type() == content_type and not _file_name(part):
                return _text(part)
        return ""


def keep(folder: Path, sender: str, recipients: Sequence[str], raw: bytes) -> KeptMail:
    """Write a mail into the folder, whole or not at all."""
    now = datetime.now(UTC)
    file = folder / f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}.eml"
    envelope = json.dumps({"from": sender, "to": list(recipients)})
    half = file.with_suffix(".part")
    half.write_bytes(f"{ENVELOPE}{envelope}\n".encode() + raw)
    half.rename(file)
    return KeptMail(file)


def kept_in(folder: Path) -> list[KeptMail]:
    """Every mail in the folder, oldest first."""
    return [KeptMail(file) for file in sorted(folder.glob("*.eml")) if ID.fullmatch(file.stem)]


def printable(text: str) -> str:
    """The text with whatever cannot be written as UTF-8 shown as a replacement sign, and no NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _decoded(value: object) -> str:
    text = str(value)
    # An odd encoding or broken base64 is shown as it came.
    with contextlib.suppress(ValueError, LookupError):
        text = str(make_header(decode_header(text)))
    return printable(re.sub(r"[\r\n]+[ \t]*", " ", text))


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _text(part: Message) -> str:
    charset = str(part.get_content_charset() or "utf-8")
    try:
        return printable(_content(part).decode(charset, "replace"))
    except (LookupError, ValueError):  # No such charset, or one that is no charset of a mail.
        return printable(_content(part).decode("utf-8", "replace"))


def _file_name(part: Message) -> str:
    try:
        return _decoded(part.get_filename() or "")
    except (ValueError, LookupError):
        return "?"
