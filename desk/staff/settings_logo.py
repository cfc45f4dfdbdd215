"""The logo of a store: looked at, taken and taken away."""

from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.responses import Response

from db import papers
from db.pool import within_reach
from desk.logos import end_logo, give_logo
from desk.staff.access import Gate
from desk.staff.errors import NotHere
from desk.staff.routes import desk_router
from desk.staff.settings_drawing import drawn
from desk.staff.settings_models import SETTINGS, home
from desk.staff.settings_parts import PARTS
from desk.staff.shell import HEADERS, Desk, Notice, see_other, tell
from desk.staff.signed import Signed
from orders.errors import OrderUnreadable
from orders.logo import LARGEST_LOGO
from orders.store import StoreId
from orders.words import in_words, say
from starter.http.entrance import body
from starter.http.problems import TooLarge

LOGO: Final = f"{SETTINGS}/{{store}}/logo"
_LARGEST: Final = LARGEST_LOGO + 65_536
"""With what stands around the picture in the form that brings it."""


def settings_logo_router(desk: Desk, gate: Gate) -> APIRouter:
    """`/desk/settings/{store}/logo`."""
    router = desk_router(gate)
    who = Annotated[Signed, Depends(gate.signed)]

    async def done(signed: Signed, store: str, key: str) -> Response:
        await tell(desk, signed, Notice(text=say(signed.language, key)))
        return see_other(f"{home(store)}/parts/look#logo")

    @router.get(LOGO)
    async def show_logo(signed: who, store: StoreId) -> Response:
        async with within_reach(desk.pool) as connection:
            logo = await papers.logo(connection, store)
        if logo is None:
            raise NotHere
        return Response(logo.content, media_type=f"image/{logo.kind}", headers=dict(HEADERS))

    @router.post(LOGO)
    async def take(request: Request, signed: who, store: StoreId) -> Response:
        try:
            picture = await _picture(request)
        except TooLarge:
            why = say(signed.language, "papers.logo.too_large", most=LARGEST_LOGO // 1024)
            return await drawn(desk, request, signed, store, PARTS["look"], logo_problem=why)
        if not picture:
            why = say(signed.language, "shop_settings.logo_missing")
            return await drawn(desk, request, signed, store, PARTS["look"], logo_problem=why)
        try:
            await give_logo(desk.pool, store, picture, signed.doer)
        except OrderUnreadable as no:
            why = in_words(signed.language, no.sentence)
            return await drawn(desk, request, signed, store, PARTS["look"], logo_problem=why)
        return await done(signed, store, "shop_settings.logo_kept")

    @router.post(f"{LOGO}/removed")
    async def remove(signed: who, store: StoreId) -> Response:
        await end_logo(desk.pool, store, signed.doer)
        return await done(signed, store, "shop_settings.logo_removed")

    return router


async def _picture(request: Request) -> bytes:
    """The bytes of the file in the form; none where there is no file. Raises TooLarge before more than a logo
    may be is read."""
    raw = await body(request, _LARGEST)

    async def stream() -> AsyncIterator[bytes]:
        yield raw
        yield b""

    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return b""
    try:
        form = await MultiPartParser(request.headers, stream(), max_files=1, max_fields=10).parse()  # type: ignore[arg-type]
    except (MultiPartException, KeyError, ValueError):
        return b""
    try:
        file = form.get("logo")
        return await file.read() if isinstance(file, UploadFile) else b""
    finally:
        await form.close()
