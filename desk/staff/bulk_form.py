"""A form with a file in it (multipart/form-data): its fields, and the file as text."""

import re
from email.message import Message
from typing import Final

from starlette.requests import Request

from desk.staff.forms import MOST_FIELDS, Form, form_of
from starter.bulk_list import LARGEST_FILE, decoded
from starter.http.entrance import body
from starter.http.problems import TooLarge

LARGEST: Final = LARGEST_FILE + 300_000
"""Bytes: a file, and the orders that were chosen."""
_NAME: Final = re.compile(r'(?:^|;)\s*name="([^"]*)"')


async def form_with_file(request: Request) -> Form:
    """The form of this request, whichever way a browser sent it; a file is the text that stands in it.
    Raises TooLarge before more than a file of one megabyte is read."""
    content_type = Message()
    content_type["Content-Type"] = request.headers.get("content-type", "")
    boundary = content_type.get_param("boundary")
    if (
        content_type.get_content_type() != "multipart/form-data"
        or not isinstance(boundary, str)
        or not boundary
    ):
        return await form_of(request, LARGEST)
    raw = await body(request, LARGEST)
    fields: dict[str, tuple[str, ...]] = {}
    parts = raw.split(b"--" + boundary.encode("utf-8", "replace"))[1:-1]
    if len(parts) > MOST_FIELDS:
        raise TooLarge(LARGEST)
    for part in parts:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        found = _disposition(head)
        if found is None:
            continue
        name, is_file = found
        content = content.removesuffix(b"\r\n")
        if is_file and len(content) > LARGEST_FILE:
            raise TooLarge(LARGEST_FILE)
        text = decoded(content) if is_file else content.decode("utf-8", "replace").replace("\r\n", "\n")
        fields[name] = (*fields.get(name, ()), text.replace("\0", "\N{REPLACEMENT CHARACTER}"))
    return Form(fields)


def _disposition(head: bytes) -> tuple[str, bool] | None:
    """The name of a part's field, and whether it is a file."""
    for line in head.decode("utf-8", "replace").split("\r\n"):
        key, _, value = line.partition(":")
        if key.strip().lower() == "content-disposition" and (named := _NAME.search(value)):
            return named[1], "filename" in value
    return None
