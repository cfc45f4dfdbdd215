"""Asking the judge's SMTP server over HTTP whether it has a mail, in Mailpit's manner."""

import asyncio
import hashlib
import json
import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

Entry = dict[str, Any]
"""A line of the server's book about a mail that it took."""

_QUERY: Final = re.compile(r'message-id:\s*("?)<?(?P<id>[^<>"\s]+)>?\1', re.IGNORECASE)
_MOST_MESSAGES: Final = 50


async def answer(
    taken: Callable[[], Sequence[Entry]],
    begun: float,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    """Answer one request and close: `GET /api/v1/search?query=message-id:"…"`, or `GET /api/v1/info`.

    `begun` is when the book was: since then nothing was deleted, whatever was restarted. As at Mailpit a part
    of a Message-ID finds it, in small or capital letters; the newest comes first; `messages_count` says how
    many were found, and `total` how many mails there are at all.
    """
    with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        head = await reader.readuntil(b"\r\n\r\n")
        method, _, rest = head.partition(b"\r\n")[0].decode("latin-1").partition(" ")
        status, body = _found(method, rest.partition(" ")[0], taken(), begun)
        content = json.dumps(body).encode()
        writer.write(
            f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n".encode()
            + content
        )
        await writer.drain()
    writer.close()


def _found(
    method: str, target: str, taken: Sequence[Entry], begun: float
) -> tuple[HTTPStatus, dict[str, Any]]:
    if method != "GET":
        return HTTPStatus.METHOD_NOT_ALLOWED, {"Error": "only GET"}
    address = urlsplit(target)
    if address.path == "/api/v1/info":
        running = {"Uptime": int(time.time() - begun), "MessagesDeleted": 0, "SMTPAccepted": len(taken)}
        return HTTPStatus.OK, {"Version": "judge", "Messages": len(taken), "RuntimeStats": running}
    if address.path != "/api/v1/search":
        return HTTPStatus.NOT_FOUND, {"Error": "only /api/v1/search and /api/v1/info"}
    fields = parse_qs(address.query)
    query = _QUERY.fullmatch(fields.get("query", [""])[0].strip())
    limit = fields.get("limit", [str(_MOST_MESSAGES)])[0]
    if query is None or not limit.isdecimal():
        return HTTPStatus.BAD_REQUEST, {"Error": 'the query has to be message-id:"…"'}
    wanted = query["id"].lower()
    found = [entry for entry in reversed(taken) if wanted in entry["message_id"].lower()]
    messages = [_message(entry) for entry in found[: int(limit)]]
    return HTTPStatus.OK, {
        "messages": messages,
        "messages_count": len(found),
        "count": len(messages),
        "start": 0,
        "total": len(taken),
        "unread": len(taken),
        "tags": [],
    }


def _message(entry: Entry) -> dict[str, Any]:
    name = f"{entry['at']}/{entry['connection']}/{entry['sha256']}"
    return {
        "ID": hashlib.sha256(name.encode()).hexdigest()[:22],
        "MessageID": entry["message_id"].strip("<>"),
        "From": {"Name": "", "Address": entry["sender"]},
        "To": [{"Name": "", "Address": entry["recipient"]}],
        "Subject": entry["subject"],
        "Created": datetime.fromtimestamp(entry["at"], UTC).isoformat(),
        "Size": entry["size"],
    }
