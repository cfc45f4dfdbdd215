"""HTTP by hand, over sockets: requests that no client would send, and what is said to them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.bad_input.conftest import Served
from tests.sample_orders import an_order


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to this port of this machine."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def exchange(port: int, raw: bytes, seconds: float = 10) -> bytes:
    """What comes back for these bytes until the other side closes, or says nothing more for a while."""
    said = b""
    async with connected(port) as (reader, writer):
        writer.write(raw)
        try:
            async with asyncio.timeout(seconds):
                while piece := await reader.read(65_536):
                    said += piece
                    if _is_whole(said):
                        break
        except (TimeoutError, ConnectionError):
            pass
    return said


def _is_whole(said: bytes) -> bool:
    head, found, body = said.partition(b"\r\n\r\n")
    lengths = [
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    ]
    return bool(found and lengths and len(body) >= lengths[0])


def status(said: bytes) -> int:
    """The status of an answer; 0 where nothing was said."""
    return int(said.split(b" ", 2)[1]) if said.startswith(b"HTTP/") else 0


def request(served: Served, body: bytes, **headers: str) -> bytes:
    """A POST of an order with these bytes as its body; a header given here replaces the usual one."""
    lines = {
        "host": "x",
        "authorization": served.house.headers(served.house.checkout)["Authorization"],
        "content-type": "application/json",
        "content-length": str(len(body)),
        "connection": "close",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return f"POST /v1/orders HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body


async def is_well(served: Served) -> None:
    """The front door takes an order, whatever was done to it before."""
    body = json.dumps(an_order()).encode()
    assert status(await exchange(served.port, request(served, body))) == 201
