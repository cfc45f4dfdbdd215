"""A real HTTP server on a free port of this machine, for tests: each GET is answered by a function."""

import asyncio
from collections.abc import Callable

Answer = Callable[[str, dict[str, str]], tuple[int, bytes]]


class HttpServer:
    """`async with HttpServer(answer) as server`: listens at `url` until the block ends. `answer` gets the
    target and the headers, their names in small letters, and says status and body."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.url = ""

    async def __aenter__(self) -> "HttpServer":
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        pairs = (line.partition(":") for line in lines if line)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        status, body = self._answer(request.split(" ")[1], headers)
        head = f"HTTP/1.1 {status} so\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()
