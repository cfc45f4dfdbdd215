"""Whether a domain can be written from and answered to: by its name, and by the domain name system.

A question is asked by hand (RFC 1035), since Python itself does not ask for mail exchangers.
"""

import asyncio
import secrets
import struct
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Final

PLACEHOLDERS: Final = ("example", "invalid", "test", "localhost", "local")
"""Top levels that nobody owns (RFC 2606, RFC 6762)."""
EXAMPLES: Final = ("example.com", "example.net", "example.org")
ASK_WITHIN_SECONDS: Final = 2.0
PORT: Final = 53
ROOT: Final = ""
ADDRESS, NAME_SERVER, MAIL_EXCHANGER, ADDRESS_6 = 1, 2, 15, 28
NO_ERROR, NO_SUCH_NAME = 0, 3


class Standing(Enum):
    TAKES_MAIL = "takes mail"
    WITHOUT_MAIL = "there, but with neither a mail exchanger nor an address"
    UNKNOWN = "not there"
    NOT_ASKED = "nobody answered"


def is_placeholder(domain: str) -> bool:
    """Whether no mail can ever come from this domain: it has no dot, or is kept for examples and tests."""
    labels = domain.lower().rstrip(".").split(".")
    return len(labels) < 2 or labels[-1] in PLACEHOLDERS or ".".join(labels[-2:]) in EXAMPLES


async def look_up(domains: Sequence[str], servers: Sequence[tuple[str, int]] | None) -> list[Standing]:
    """The standing of each domain, by the first server that answers; None for those of this machine."""
    if servers is None:
        servers = _servers_of_this_machine()
    return list(await asyncio.gather(*(_standing(domain, servers) for domain in domains)))


async def _standing(domain: str, servers: Sequence[tuple[str, int]]) -> Standing:
    for server in servers[:3]:
        try:
            if not (await _ask(server, ROOT, NAME_SERVER))[1]:
                continue  # It knows a network of its own, and nothing of the domains of the world.
            for kind in (MAIL_EXCHANGER, ADDRESS, ADDRESS_6):
                code, answers = await _ask(server, domain, kind)
                if code == NO_SUCH_NAME:
                    return Standing.UNKNOWN
                if code != NO_ERROR:
                    break
                if answers:
                    return Standing.TAKES_MAIL
            else:
                return Standing.WITHOUT_MAIL
        except (OSError, ValueError):
            continue
    return Standing.NOT_ASKED


async def _ask(server: tuple[str, int], domain: str, kind: int) -> tuple[int, int]:
    """The code of the answer and how many records it has. Raises OSError where none comes in time."""
    number = secrets.randbelow(1 << 16)
    labels = (label.encode("ascii") for label in domain.split(".") if label)
    name = b"".join(bytes([len(label)]) + label for label in labels)
    question = struct.pack("!HHHHHH", number, 0x0100, 1, 0, 0, 0) + name + struct.pack("!BHH", 0, kind, 1)
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[tuple[int, int]] = loop.create_future()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Asker(number, answered), remote_addr=server)
    try:
        transport.sendto(question)
        async with asyncio.timeout(ASK_WITHIN_SECONDS):
            return await answered
    finally:
        transport.close()


class _Asker(asyncio.DatagramProtocol):
    def __init__(self, number: int, answered: asyncio.Future[tuple[int, int]]) -> None:
        self._number = number
        self._answered = answered

    def datagram_received(self, data: bytes, _address: tuple[str | object, int]) -> None:
        if len(data) < 12 or self._answered.done():
            return
        number, flags, _, answers = struct.unpack("!HHHH", data[:8])
        if number == self._number and flags & 0x8000:
            self._answered.set_result((flags & 0xF, answers))

    def error_received(self, exc: Exception) -> None:
        if not self._answered.done():
            self._answered.set_exception(exc)


def _servers_of_this_machine() -> list[tuple[str, int]]:
    try:
        lines = Path("/etc/resolv.conf").read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
    words = (line.split() for line in lines)
    return [(each[1], PORT) for each in words if len(each) > 1 and each[0] == "nameserver"]
