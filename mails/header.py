"""Mail headers from outside text: written by us, so that no text can end one header and begin another.

Python's own mail classes decode `=?utf-8?q?...?=` in text they are given and, before Python 3.11.15, wrote
the line breaks they found inside into the header block (CVE-2024-6923, CVE-2026-1299). No text from outside
is given to them here: what is not plainly harmless becomes base64, and the receiver sees the literal text.
"""

import re
from base64 import b64encode
from typing import Final

from mails.clean import one_line

LONGEST_LINE: Final = 78
# As base64, with `=?utf-8?b?` and `?=`, these octets fit the 75 characters of RFC 2047.
_OCTETS_PER_WORD: Final = 39
_PLAIN_TEXT: Final = re.compile(r"[!-~]+(?: [!-~]+)*")
_PLAIN_PHRASE: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_QUOTABLE: Final = re.compile(r'(?:(?!["\\])[!-~])+(?: (?:(?!["\\])[!-~])+)*')
_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
)
_LONGEST_ADDRESS: Final = 254


class BadAddress(ValueError):
    """This is not one plain mail address, or programs would decode it. Never quoted: it is a person's."""

    def __init__(self, role: str) -> None:
        super().__init__(f"the {role} is not one plain mail address")


def text_header(name: str, text: str) -> str:
    """A header of free text, such as Subject, folded and with its line end."""
    line = one_line(text)
    plain = f"{name}: {line}"
    if len(plain) <= LONGEST_LINE and _is_harmless(_PLAIN_TEXT, line):
        return plain + "\r\n"
    return f"{name}: {_encoded(line)}\r\n"


def mailbox_header(name: str, display_name: str, address: str) -> str:
    """A header with one mailbox, such as From. BadAddress if the address is not one plain address."""
    checked = plain_address(address, name)
    line = one_line(display_name)
    if not line:
        return f"{name}: {checked}\r\n"
    if len(line) <= LONGEST_LINE - len(name) - 4 and _is_harmless(_PLAIN_PHRASE, line):
        phrase = line
    elif len(line) <= LONGEST_LINE - len(name) - 4 and _is_harmless(_QUOTABLE, line):
        phrase = f'"{line}"'
    else:
        phrase = _encoded(line)
    whole = f"{name}: {phrase} <{checked}>\r\n"
    if "\r\n" not in phrase and len(whole) <= LONGEST_LINE + 2:
        return whole
    return f"{name}: {phrase}\r\n <{checked}>\r\n"


def plain_address(address: str, role: str) -> str:
    """The address as it came. BadAddress unless it is one ASCII address that nobody would decode or split."""
    if len(address) > _LONGEST_ADDRESS or "=?" in address or _ADDRESS.fullmatch(address) is None:
        raise BadAddress(role)
    return address


def _is_harmless(allowed: re.Pattern[str], line: str) -> bool:
    return "=?" not in line and allowed.fullmatch(line) is not None


def _encoded(line: str) -> str:
    """The line as base64 words of whole characters, each on a line of its own."""
    words: list[str] = []
    octets = b""
    for character in line:
        encoded = character.encode()
        if len(octets) + len(encoded) > _OCTETS_PER_WORD:
            words.append(_word(octets))
            octets = b""
        octets += encoded
    if octets:
        words.append(_word(octets))
    return "\r\n ".join(words)


def _word(octets: bytes) -> str:
    return f"=?utf-8?b?{b64encode(octets).decode()}?="
