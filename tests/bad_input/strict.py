"""Parsers that forgive nothing: of a mail, of a page, and of a log line."""

import email
import email.policy
import json
import re
from html.parser import HTMLParser
from typing import Any, Final, NamedTuple

HEADERS: Final = (
    "From", "Reply-To", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
    "X-Pakhuis-Mail", "Content-Language", "MIME-Version", "Content-Type",
)  # fmt: skip
"""Of every mail, in this order; Reply-To only where the store has one."""
OF_A_PART: Final = ("Content-Type", "Content-Transfer-Encoding")
LONGEST_LINE: Final = 998
_FIELD: Final = re.compile(rb"([!-9;-~]+): ?(.*)", re.DOTALL)


def wrong_with_mail(raw: bytes) -> list[str]:
    """What is wrong with a mail as RFC 5322 has it, and with the parts it has; nothing, if it is as it was
    meant."""
    wrong: list[str] = []
    if not raw.isascii():
        wrong.append("not ASCII")
    if re.search(rb"(?<!\r)\n|\r(?!\n)", raw) or b"\x00" in raw:
        wrong.append("a bare CR, LF or NUL")
    wrong += [f"a line of {len(line)}" for line in raw.split(b"\r\n") if len(line) > LONGEST_LINE]
    head, _, body = raw.partition(b"\r\n\r\n")
    wrong += _wrong_with_head(head, HEADERS)
    if re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", head):
        wrong.append("a control character in the head")
    boundary = re.search(rb'boundary="([^"]+)"', head)
    if boundary is None:
        return [*wrong, "no boundary"]
    pieces = re.split(rb"(?:^|\r\n)--" + re.escape(boundary[1]) + rb"(?:--)?(?:\r\n|$)", body)
    if len(pieces) != 4 or pieces[0] or pieces[3]:
        return [*wrong, f"{len(pieces)} pieces between the boundaries"]
    for piece in pieces[1:3]:
        wrong += _wrong_with_head(piece.partition(b"\r\n\r\n")[0], OF_A_PART)
    return wrong + _wrong_to_python(raw)


def _wrong_with_head(head: bytes, meant: tuple[str, ...]) -> list[str]:
    lines: list[bytes] = []
    for line in head.split(b"\r\n"):
        if line[:1] in (b" ", b"\t") and lines:
            if not line.strip():
                return ["a folded line of blanks only"]
            lines[-1] += b"\r\n" + line
        else:
            lines.append(line)
    fields = [_FIELD.fullmatch(line) for line in lines]
    if None in fields:
        return [f"no header: {lines[fields.index(None)]!r}"]
    names = [field[1].decode() for field in fields if field]
    wanted = [name for name in meant if name != "Reply-To" or name in names]
    return [] if names == wanted else [f"headers {names}"]


def _wrong_to_python(raw: bytes) -> list[str]:
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    parts = [part.get_content_type() for part in parsed.walk()]
    wrong = [str(defect) for part in parsed.walk() for defect in part.defects]
    if parts != ["multipart/alternative", "text/plain", "text/html"]:
        wrong.append(f"parts {parts}")
    if [name for name in parsed if name != "Reply-To"] != [name for name in HEADERS if name != "Reply-To"]:
        wrong.append(f"headers {list(parsed)}")
    if len(parsed["To"].addresses) != 1 or len(parsed["From"].addresses) != 1:
        wrong.append("not one sender and one recipient")
    return wrong


class Markup(NamedTuple):
    """What a page is made of, besides its words."""

    tags: frozenset[str]
    attributes: frozenset[str]
    links: frozenset[str]
    words: str


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(f"{tag} {name}" for name, _ in attrs)
        self.links.update(value or "" for name, value in attrs if name in ("href", "src", "action"))
        self.attributes.update(
            f"{name}: {value}" for name, value in attrs if name == "style" and value and "evil" in value
        )

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        if not data.startswith("[if") and data != "<![endif]":
            self.tags.add("!--")

    def unknown_decl(self, data: str) -> None:
        self.tags.add("![")

    def handle_pi(self, data: str) -> None:
        self.tags.add("?")


def markup(html: str) -> Markup:
    """The tags, the attributes and the links of a page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return Markup(
        frozenset(reader.tags), frozenset(reader.attributes), frozenset(reader.links), " ".join(reader.words)
    )


def wrong_with_page(html: str, harmless: Markup) -> list[str]:
    """What this page has that the same page of harmless words has not."""
    found = markup(html)
    wrong = sorted(found.tags - harmless.tags) + sorted(found.attributes - harmless.attributes)
    schemes = {_scheme(link) for link in harmless.links}
    wrong += [f"a link to {link!a}" for link in sorted(found.links) if _scheme(link) not in schemes]
    wrong += [f"a control character U+{ord(c):04X}" for c in set(html) if ord(c) < 0x20 and c not in "\n\t\r"]
    return wrong


def _scheme(link: str) -> str:
    """How a link begins, as far as the host it leads to."""
    if match := re.match(r"[a-z]+:(//[^/]*)?|/[a-z]/", link):
        return match[0]
    return link


def wrong_with_log_line(line: str) -> list[str]:
    """What keeps a log line from being one JSON object on one line."""
    wrong = [f"U+{ord(c):04X}" for c in set(line) if not c.isprintable()]
    try:
        value: Any = json.loads(line)
    except ValueError:
        return [*wrong, "no JSON"]
    return wrong if isinstance(value, dict) else [*wrong, "no object"]
