"""Set-ups for the doctor to examine, and what it finds in them."""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from starter.cli.doctor.findings import Check, Finding, SetUp
from tests.house import SECRET

LOOPBACK = "http://127.0.0.1:8080"
PUBLIC = "https://shop.pakhuis.nl"
NOBODY: tuple[tuple[str, int], ...] = ()
"""No name server to ask."""


def set_up(
    database_url: str = "",
    public_url: str = LOOPBACK,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    name_servers: tuple[tuple[str, int], ...] = NOBODY,
    **environment: str,
) -> SetUp:
    """A set-up that says this much; in a home where nothing is."""
    said = {"PAKHUIS_DATABASE_URL": database_url, "PAKHUIS_PUBLIC_URL": public_url}
    said |= {"PAKHUIS_SECRET_KEY": SECRET, "PAKHUIS_HOME": "/nonexistent"}
    return SetUp(environment=said | environment, clock=clock, name_servers=name_servers)


async def look(check: Check, examined: SetUp) -> list[Finding]:
    return [finding async for finding in check(examined)]


async def found(check: Check, examined: SetUp, about: str) -> Finding:
    """The one thing this check finds about this matter; fails if it finds none, or several."""
    findings = await look(check, examined)
    chosen = [each for each in findings if each.check == about]
    assert len(chosen) == 1, findings
    return chosen[0]


def skewed(seconds: float) -> Callable[[], datetime]:
    """A clock of ours that is so far ahead of everybody's."""
    return lambda: datetime.now(UTC) + timedelta(seconds=seconds)


async def execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def until(condition: Callable[[], Awaitable[Any]], seconds: float = 20) -> Any:
    """What the condition answers once that is true of anything; fails if it is not in time."""
    async with asyncio.timeout(seconds):
        while not (answer := await condition()):
            await asyncio.sleep(0.05)
    return answer


def readable_only_by_us(file: Path, text: str) -> Path:
    file.touch(mode=0o600)
    file.write_text(text)
    return file


@asynccontextmanager
async def name_server(answers: dict[tuple[str, int], tuple[int, int]]) -> AsyncIterator[tuple[str, int]]:
    """A name server on a free port: by domain and kind of record, the code and how many records it answers.
    What is not named does not exist."""

    class Server(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport

        def datagram_received(self, data: bytes, address: Any) -> None:
            labels, place = [], 12
            while size := data[place]:
                labels.append(data[place + 1 : place + 1 + size].decode())
                place += size + 1
            (kind,) = struct.unpack("!H", data[place + 1 : place + 3])
            code, count = answers.get((".".join(labels), kind), (3, 0))
            head = struct.pack("!HHHHHH", int.from_bytes(data[:2], "big"), 0x8180 | code, 1, count, 0, 0)
            self.transport.sendto(head + data[12:], address)  # type: ignore[attr-defined]

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Server, local_addr=("127.0.0.1", 0))
    try:
        yield transport.get_extra_info("sockname")[:2]
    finally:
        transport.close()
