"""Calls about papers: one of an order, or many as one print."""

from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import ValidationError

from db.keys import Scope
from orders.commands import ParcelId
from orders.order import OrderId
from orders.paper import (
    MEDIA_TYPES,
    Asker,
    LabelSize,
    OrderName,
    PaperFormat,
    PaperKind,
    PaperMaker,
    PaperWish,
    Printed,
)
from orders.store import StoreId
from starter.arrivals import unreadable
from starter.front_door import Visitor
from starter.http.documentation import PROBLEMS, json_body
from starter.http.entrance import Entrance, body, parsed
from starter.http.problems import language_of

EXAMPLE: Final = {
    "kind": "packing_slip",
    "orders": [{"order_id": "K8XTQ"}, {"order_id": "M2PWA", "store": "default"}],
}
_A_PAPER: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The paper. `Pakhuis-Substituted: yes` tells that it lacks a character which no font"
        " has, `Pakhuis-Left-Out` which orders have no such paper.",
        "content": {
            media_type: {"schema": {"type": "string", "format": "binary"}}
            for media_type in MEDIA_TYPES.values()
        },
    }
}


def router(maker: PaperMaker, entrance: Entrance) -> APIRouter:
    """The routes about papers."""
    routes = APIRouter(prefix="/v1", tags=["papers"])
    anyone = entrance(*Scope)

    @routes.get(
        "/orders/{order_id}/papers/{kind}",
        response_class=Response,
        responses={**_A_PAPER, **PROBLEMS(400, 401, 403, 404, 409, 422, 503)},
    )
    async def paper(
        request: Request,
        order_id: OrderId,
        kind: PaperKind,
        visitor: Annotated[Visitor, Depends(anyone)],
        store: StoreId | None = None,
        size: Annotated[LabelSize, Query(description="Of an address label.")] = LabelSize.FOUR_BY_SIX,
        format: Annotated[
            PaperFormat, Query(description="`zpl` for thermal printers; labels only.")
        ] = PaperFormat.PDF,
        parcel: Annotated[ParcelId | None, Query(description="This parcel alone.")] = None,
    ) -> Response:
        """A paper of an order. Its invoice is issued when it is first asked for, under the next number; from
        then on it is the same, to the byte."""
        wish = _wish(
            {
                "kind": kind,
                "orders": [OrderName(order_id=order_id, store=store)],
                "size": size,
                "format": format,
                "parcel": parcel,
            }
        )
        return answer(await maker.make(wish, _asker(request, visitor)))

    @routes.post(
        "/papers",
        response_class=Response,
        responses={**_A_PAPER, **PROBLEMS(400, 401, 403, 404, 409, 413, 422, 503)},
        openapi_extra=json_body(PaperWish, EXAMPLE),
    )
    async def papers(request: Request, visitor: Annotated[Visitor, Depends(anyone)]) -> Response:
        """Papers of one kind for many orders as one print, in the order they are named."""
        wish = _wish(parsed(await body(request)))
        return answer(await maker.make(wish, _asker(request, visitor)))

    return routes


def answer(printed: Printed) -> Response:
    """The paper as an answer: shown by a browser, kept by nobody."""
    headers = {
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(printed.file_name, safe='')}",
        "Cache-Control": "private, no-store",
        "Content-Security-Policy": "frame-ancestors 'self'",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if printed.is_substituted:
        headers["Pakhuis-Substituted"] = "yes"
    if printed.left_out:
        headers["Pakhuis-Left-Out"] = ", ".join(printed.left_out)
    return Response(printed.content, headers=headers, media_type=MEDIA_TYPES[printed.format])


def _wish(fields: dict[str, object]) -> PaperWish:
    try:
        return PaperWish.model_validate(fields)
    except ValidationError as error:
        raise unreadable(error) from None


def _asker(request: Request, visitor: Visitor) -> Asker:
    return Asker(actor=visitor.actor, language=language_of(request))
