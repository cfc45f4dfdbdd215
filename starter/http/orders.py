"""Calls about orders: place, list, look at."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field
from pydantic.config import JsonDict

from db import listing, reading
from db.keys import Scope
from db.listing import Filter, Queue
from db.pool import Pool, within_reach
from orders.errors import OrderUnreadable
from orders.order import EARLIEST_YEAR, LATEST_YEAR, FulfillmentMethod, Order, OrderId, written_out
from orders.status import FulfillmentStatus, PaymentStatus
from orders.store import StoreId
from orders.words import in_words
from starter import ecwid
from starter.answers import ListAnswer, OrderAnswer
from starter.front_door import Format, FrontDoor, NotPlaced, Placed, Visitor
from starter.http.documentation import LINKS, ORDER_EXAMPLE, PROBLEMS, json_body
from starter.http.entrance import LARGEST_EXPORT, Entrance, body, parsed
from starter.http.problems import HTTP_STATUS, language_of
from starter.view import Viewer

LONGEST_SEARCH = 200
FORM: JsonDict = {"pattern": f"^{listing.CURSOR.pattern}$"}


def _in_our_time(moment: datetime) -> datetime:
    # No order lies beyond: the nearest moment that every time zone can tell asks for the same orders.
    if moment.year < EARLIEST_YEAR:
        return datetime(EARLIEST_YEAR, 1, 1, tzinfo=UTC)
    return datetime(LATEST_YEAR + 1, 1, 1, tzinfo=UTC) if moment.year > LATEST_YEAR else moment


Moment = Annotated[datetime, BeforeValidator(written_out), AfterValidator(_in_our_time)]


class PlacedOne(BaseModel):
    """What became of one order of many."""

    index: int
    order_id: str | None
    status: int = Field(description="201 kept now, 200 kept before, 409 or 422 refused.")
    detail: str = Field(description="Why it was refused; empty if it was not.")
    warnings: list[str]


class PlacedMany(BaseModel):
    orders: list[PlacedOne]
    refused: int


def router(front_door: FrontDoor, viewer: Viewer, pool: Pool, entrance: Entrance) -> APIRouter:
    """The routes about orders."""
    routes = APIRouter(tags=["orders"])

    async def answer(request: Request, store: str, order_id: str) -> OrderAnswer:
        async with within_reach(pool) as connection:
            return await viewer.order(connection, store, order_id, language_of(request))

    @routes.post(
        "/v1/orders",
        status_code=HTTPStatus.CREATED,
        responses={
            200: {
                "model": OrderAnswer,
                "description": "This very order was kept before; nothing was started.",
                "links": LINKS,
            },
            201: {"links": LINKS},
            207: {"model": PlacedMany, "description": "`?format=ecwid` with many orders: a result for each."},
            **PROBLEMS(400, 401, 403, 409, 413, 422, 503),
        },
        response_model=OrderAnswer,
        openapi_extra=json_body(Order, ORDER_EXAMPLE),
    )
    async def place(
        request: Request,
        visitor: Annotated[Visitor, Depends(entrance(Scope.CHECKOUT, Scope.STAFF, Scope.OPS))],
        format: Annotated[Format, Query(description="`ecwid` reads a store's own JSON.")] = Format.PAKHUIS,
        store: Annotated[StoreId, Query(description="Whose orders these are; for `ecwid` only.")] = "default",
    ) -> Response:
        """Keep an order and start fulfilling it. The same order again changes nothing and answers 200."""
        if format is Format.PAKHUIS:
            placed = await front_door.place(parsed(await body(request)))
            request.state.order = placed.order_id
            kept = await answer(request, placed.store, placed.order_id)
            status = HTTPStatus.CREATED if placed.is_new else HTTPStatus.OK
            return Response(kept.model_dump_json(), status, media_type="application/json")
        raw = await body(request, LARGEST_EXPORT)
        try:
            export = ecwid.parse(raw)
        except ecwid.UnreadableBody as error:
            raise OrderUnreadable.because(error.reason) from None
        results = await front_door.place_ecwid(export, store)
        if len(results) == 1:
            return await _one(request, results[0])
        return JSONResponse(_many(request, results).model_dump(mode="json"), HTTPStatus.MULTI_STATUS)

    async def _one(request: Request, result: Placed | NotPlaced) -> Response:
        if isinstance(result, NotPlaced):
            raise result.error
        kept = await answer(request, result.store, result.order_id)
        status = HTTPStatus.CREATED if result.is_new else HTTPStatus.OK
        return Response(kept.model_dump_json(), status, media_type="application/json")

    @routes.get("/v1/orders", responses=PROBLEMS(400, 401, 403, 422, 503))
    async def list_orders(
        visitor: Annotated[Visitor, Depends(entrance(*Scope))],
        store: StoreId | None = None,
        payment_status: Annotated[list[PaymentStatus] | None, Query(max_length=20)] = None,
        fulfillment_status: Annotated[list[FulfillmentStatus] | None, Query(max_length=20)] = None,
        method: Annotated[list[FulfillmentMethod] | None, Query(max_length=10)] = None,
        queue: Annotated[
            Queue | None, Query(description="Orders that wait for this work, as the desk's views show them.")
        ] = None,
        attention: bool | None = None,
        open: bool | None = None,
        placed_from: Moment | None = None,
        placed_to: Moment | None = None,
        q: Annotated[str | None, Query(max_length=LONGEST_SEARCH, description="Words to find.")] = None,
        cursor: Annotated[
            str | None,
            Query(max_length=400, description="The `next` of the page before.", json_schema_extra=FORM),
        ] = None,
        limit: Annotated[int, Query(ge=1, le=listing.LONGEST_PAGE)] = 50,
        oldest_first: bool = False,
    ) -> ListAnswer:
        """Orders, newest first unless asked otherwise; every condition that is given must hold."""
        wanted = Filter(
            store=store,
            payment_status=tuple(payment_status or ()),
            fulfillment_status=tuple(fulfillment_status or ()),
            method=tuple(method or ()),
            queue=queue,
            attention=attention,
            open=open,
            placed_from=_aware(placed_from),
            placed_to=_aware(placed_to),
            q=q,
            cursor=cursor,
            limit=limit,
            oldest_first=oldest_first,
        )
        async with within_reach(pool) as connection:
            return viewer.listed(await listing.page(connection, wanted))

    @routes.get("/v1/orders/{order_id}", responses=PROBLEMS(400, 401, 403, 404, 422, 503))
    async def show(
        request: Request,
        order_id: OrderId,
        visitor: Annotated[Visitor, Depends(entrance(*Scope))],
        store: StoreId | None = None,
    ) -> OrderAnswer:
        """One order: statuses, lines with their unit ledger, parcels, payments, attention, timeline."""
        async with within_reach(pool) as connection:
            owner = await reading.store_of(connection, order_id, store)
            return await viewer.order(connection, owner, order_id, language_of(request))

    return routes


def _many(request: Request, results: list[Placed | NotPlaced]) -> PlacedMany:
    language = language_of(request)
    rows = []
    for index, result in enumerate(results):
        if isinstance(result, NotPlaced):
            status = HTTP_STATUS[type(result.error)]
            detail = in_words(language, result.error.sentence)
            rows.append(
                PlacedOne(index=index, order_id=result.order_id, status=status, detail=detail, warnings=[])
            )
        else:
            status = HTTPStatus.CREATED if result.is_new else HTTPStatus.OK
            warnings = [in_words(language, warning) for warning in result.warnings]
            rows.append(
                PlacedOne(index=index, order_id=result.order_id, status=status, detail="", warnings=warnings)
            )
    return PlacedMany(orders=rows, refused=sum(isinstance(result, NotPlaced) for result in results))


def _aware(moment: datetime | None) -> datetime | None:
    """A time without a zone is taken as UTC."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
