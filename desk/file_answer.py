"""A file as an answer: whole or one part of it, read off the event loop, and never named by its own words."""

import contextlib
import mimetypes
import re
import unicodedata
from collections.abc import AsyncIterator
from typing import Final, NamedTuple
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from db.files import OpenFile

_CHUNK_BYTES: Final = 256 * 1024
_ONE_RANGE: Final = re.compile(r"bytes\s*=\s*([0-9]{0,18})\s*-\s*([0-9]{0,18})\s*", re.IGNORECASE | re.ASCII)
_PLAIN_NAME: Final = re.compile(r"[^A-Za-z0-9 ._()+-]")
# What a browser could run if it ever showed it instead of saving it.
_RUNS: Final = ("text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml")


class Part(NamedTuple):
    """Bytes of a file, from `start`; `whole` if the file was asked for and not a range of it."""

    start: int
    length: int
    whole: bool


def part_of(file: OpenFile, range_header: str | None, if_range: str | None) -> Part | None:
    """Which bytes are asked for (RFC 9110, 14.2). None: a range that lies outside the file.

    Only one range is served. A header with more, one that cannot be read, and one for another state of the
    file (If-Range) ask for the whole file.
    """
    whole = Part(0, file.size, whole=True)
    if range_header is None or (if_range is not None and if_range not in (file.entity_tag, file.modified)):
        return whole
    asked = _ONE_RANGE.fullmatch(range_header.strip())
    if asked is None or asked.groups() == ("", ""):
        return whole
    first, last = asked.groups()
    if not first:
        length = min(int(last), file.size)
        return Part(file.size - length, length, whole=False) if length else None
    if last and int(last) < int(first):
        return whole
    start = int(first)
    end = min(int(last) + 1, file.size) if last else file.size
    return Part(start, end - start, whole=False) if start < file.size else None


def file_headers(file: OpenFile, name: str, part: Part) -> dict[str, str]:
    """The headers of this part of a file that is to be saved under `name`."""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    headers = {
        "Content-Type": "application/octet-stream" if kind in _RUNS else kind,
        "Content-Length": str(part.length),
        "Content-Disposition": content_disposition(name),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Accept-Ranges": "bytes",
        "ETag": file.entity_tag,
        "Last-Modified": file.modified,
    }
    if not part.whole:
        headers["Content-Range"] = f"bytes {part.start}-{part.start + part.length - 1}/{file.size}"
    return headers


def content_disposition(name: str) -> str:
    """Says to save a file under this name (RFC 6266, 8187): first in plain letters for old programs, then as
    it is. Whatever the name holds, the header keeps its shape."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = _PLAIN_NAME.sub("_", letters).strip(" .") or "download"
    exact = quote(name.encode("utf-8", "replace"), safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}"


class FileAnswer(StreamingResponse):
    """Sends a part of a file and closes it in the end, also when the client goes away before that."""

    def __init__(self, file: OpenFile, part: Part, headers: dict[str, str]) -> None:
        super().__init__(_chunks(file, part), status_code=200 if part.whole else 206, headers=headers)
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with contextlib.suppress(ClientDisconnect):
                await super().__call__(scope, receive, send)
        finally:
            self._file.close()


async def _chunks(file: OpenFile, part: Part) -> AsyncIterator[bytes]:
    at, end = part.start, part.start + part.length
    while at < end:
        chunk = await run_in_threadpool(file.read, at, min(_CHUNK_BYTES, end - at))
        if not chunk:
            return  # The file became shorter; the server then breaks off, and the client sees that.
        at += len(chunk)
        yield chunk
