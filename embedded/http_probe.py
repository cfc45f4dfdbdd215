"""The smallest HTTP client that can ask a server of ours whether it is ready."""

import asyncio
import contextlib
import json
from http import HTTPStatus

from embedded.ports import HOST

ANSWER_SECONDS = 5.0


async def answers(port: int, path: str) -> bool:
    """Whether 127.0.0.1 answers 200 to a GET; never raises."""
    return await status(port, "GET", path) == HTTPStatus.OK


async def status(port: int, method: str, path: str, body: object = None) -> int | None:
    """The status of the answer; None if there is no answer, or none that is HTTP."""
    content = b"" if body is None else json.dumps(body).encode()
    request = (
        f"{method} {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    with contextlib.suppress(OSError, TimeoutError, ValueError, IndexError):
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(HOST, port)
            try:
                writer.write(request.encode() + content)
                first_line = await reader.readline()
                await reader.read()  # To the end, so that the server is not cut off in its answer.
                return int(first_line.split()[1])
            finally:
                writer.close()
    return None
