"""Calls about how a store looks: its logo, and its mails as they would be sent."""

from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Response
from pydantic import BaseModel, Field

from db import papers, stores
from db.audit import Doer
from db.keys import Scope
from db.pool import Pool, within_reach
from desk import logos
from desk.mail_samples import NoSuchOrder, shown
from orders.errors import StoreNotFound
from orders.logo import LARGEST_LOGO
from orders.mail import MailKind
from orders.store import Language, StoreId
from starter.front_door import Visitor
from starter.http.documentation import PROBLEMS
from starter.http.entrance import Entrance, body

_BYTES: Final = {"schema": {"type": "string", "format": "binary"}}
_PICTURE: Final = {"image/png": _BYTES, "image/jpeg": _BYTES}
_A_LOGO: Final[dict[int | str, dict[str, Any]]] = {200: {"description": "The picture.", "content": _PICTURE}}


class SampleMailAnswer(BaseModel):
    """A mail as the store would send it; codes and links in it open nothing."""

    subject: str
    text: str
    html: str
    order_id: str | None = Field(description="The order it is about; null for one that is made up.")
    number: str | None


def store_calls_router(pool: Pool, public_url: str, entrance: Entrance) -> APIRouter:
    """`/v1/stores/{store}/logo` and `/v1/stores/{store}/mails/{kind}`. Only keys of `ops` open them."""
    routes = APIRouter(prefix="/v1", tags=["stores"])
    ops = entrance(Scope.OPS)
    which = Annotated[StoreId, Path()]

    @routes.get(
        "/stores/{store}/logo",
        response_class=Response,
        responses={**_A_LOGO, **PROBLEMS(401, 403, 404, 422, 503)},
        dependencies=[Depends(ops)],
    )
    async def read_logo(store: which) -> Response:
        """The logo of a store, as it was taken."""
        async with within_reach(pool) as connection:
            logo = await papers.logo(connection, store)
        if logo is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return Response(logo.content, media_type=f"image/{logo.kind}")

    @routes.put(
        "/stores/{store}/logo",
        status_code=HTTPStatus.NO_CONTENT,
        responses=PROBLEMS(401, 403, 404, 413, 422, 503),
        openapi_extra={"requestBody": {"required": True, "content": _PICTURE}},
    )
    async def give_logo(request: Request, store: which, visitor: Annotated[Visitor, Depends(ops)]) -> None:
        """Give a store this logo: a PNG or JPEG of at most 1 MiB and 3000 pixels a side."""
        content = await body(request, LARGEST_LOGO)
        try:
            await logos.give_logo(pool, store, content, Doer(visitor.actor, visitor.request_id))
        except StoreNotFound:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None

    @routes.delete(
        "/stores/{store}/logo",
        status_code=HTTPStatus.NO_CONTENT,
        responses=PROBLEMS(401, 403, 404, 422, 503),
    )
    async def end_logo(store: which, visitor: Annotated[Visitor, Depends(ops)]) -> None:
        """Let a store have no logo."""
        try:
            await logos.end_logo(pool, store, Doer(visitor.actor, visitor.request_id))
        except StoreNotFound:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None

    @routes.get(
        "/stores/{store}/mails/{kind}",
        responses=PROBLEMS(401, 403, 404, 422, 503),
        dependencies=[Depends(ops)],
    )
    async def sample_mail(
        store: which,
        kind: MailKind,
        language: Language | None = None,
        number: Annotated[
            str | None, Query(max_length=100, pattern=r"^[^\x00]*$", description="Of this order.")
        ] = None,
    ) -> SampleMailAnswer:
        """A mail of this kind as the store would send it: about this order where it can have such a mail,
        else about the last one that had, or one that is made up."""
        try:
            async with within_reach(pool) as connection:
                settings = await stores.settings(connection, store)
                wanted = language or settings.language
                found = await shown(connection, store, kind, wanted, settings, public_url, number or "")
        except (StoreNotFound, NoSuchOrder):
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        return SampleMailAnswer(**found._asdict())

    return routes
