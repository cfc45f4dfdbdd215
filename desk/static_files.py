"""The files pages are dressed with: served under the fingerprint of their bytes, so kept for ever."""

import hashlib
import mimetypes
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Final, NamedTuple

from fastapi import APIRouter, Response

FOLDER: Final = Path(__file__).with_name("static")
KINDS: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
    ".wav": "audio/wav",
}
FOR_EVER: Final = "public, max-age=31536000, immutable"


class StaticFile(NamedTuple):
    content: bytes
    media_type: str
    fingerprint: str


@cache
def files() -> Mapping[str, StaticFile]:
    """Every file by its name inside the folder, read once."""
    found = {}
    for path in sorted(FOLDER.rglob("*")):
        if path.suffix not in KINDS:
            continue
        content = path.read_bytes()
        media_type = (
            KINDS.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        )
        fingerprint = hashlib.sha256(content).hexdigest()[:16]
        found[path.relative_to(FOLDER).as_posix()] = StaticFile(content, media_type, fingerprint)
    return found


def static(name: str) -> str:
    """The address of a file. KeyError if it is not there: a page with a wrong name in it is never drawn."""
    return f"/desk/static/{files()[name].fingerprint}/{name}"


def static_router() -> APIRouter:
    """`GET /desk/static/{fingerprint}/{name}`, and the icon where a browser looks for one unasked."""
    router = APIRouter(include_in_schema=False)

    @router.get("/favicon.ico")
    async def icon() -> Response:
        known = files()["icon.svg"]
        headers = {"Cache-Control": "public, max-age=86400", "X-Content-Type-Options": "nosniff"}
        return Response(known.content, media_type=known.media_type, headers=headers)

    @router.get("/desk/static/{fingerprint}/{name:path}")
    async def file(fingerprint: str, name: str) -> Response:
        known = files().get(name)
        if known is None:
            return Response(status_code=HTTPStatus.NOT_FOUND)
        # An old page may ask for the file as it was: it gets the one there is, and asks again next time.
        keep = FOR_EVER if fingerprint == known.fingerprint else "no-cache"
        headers = {
            "Cache-Control": keep,
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        return Response(known.content, media_type=known.media_type, headers=headers)

    return router
