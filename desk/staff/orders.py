"""The routes of the list of orders: the page, its rows, its counts."""

from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, Response

from db import listing, stores
from db.pool import Connection, within_reach
from desk.staff.access import Gate
from desk.staff.errors import NotHere
from desk.staff.orders_page import MOST_COUNTED, ORDERS, Asked, orders_page, rows, views
from desk.staff.routes import desk_router
from desk.staff.shell import Desk, Shell, fragment, is_fragment, navigation, page, see_other
from desk.staff.signed import Signed
from orders.rights import Right
from orders.store import StoreSettings
from orders.words import TIME_ZONE


def orders_router(desk: Desk, gate: Gate) -> APIRouter:
    """`/desk`, `/desk/orders` and what an open list asks for."""
    router = desk_router(gate)

    @router.get("/desk")
    async def home(signed: Annotated[Signed, Depends(gate.signed)]) -> Response:
        return see_other(ORDERS)

    @router.get("/desk/orders")
    async def orders(request: Request, signed: Annotated[Signed, Depends(gate.signed)]) -> HTMLResponse:
        asked = Asked.of(request.query_params)
        async with within_reach(desk.pool) as connection:
            known = await _stores(connection, signed)
            wanted = asked.filter(signed.stores, _zone(known))
            found = await listing.page(connection, wanted)
            number = await listing.number_of(
                connection, wanted.model_copy(update={"cursor": None}), at_most=MOST_COUNTED
            )
            counted = await listing.counts(connection, signed.stores)
        model = orders_page(signed.language, asked, found, number, counted, known, datetime.now(UTC))
        if is_fragment(request):
            return fragment(signed.language, "staff/orders_found.html", page=model)
        model = model.model_copy(update={"may_fulfil": signed.may(Right.FULFIL)})
        return await page(desk, request, signed, model)

    @router.get("/desk/orders/views")
    async def counted_views(signed: Annotated[Signed, Depends(gate.signed)], here: str = "") -> HTMLResponse:
        asked = Asked.of(dict(parse_qsl(urlsplit(here[:2000]).query)))
        async with within_reach(desk.pool) as connection:
            counted = await listing.counts(connection, signed.stores)
        drawn = {"views": views(signed.language, asked, counted)}
        return fragment(signed.language, "staff/order_views.html", page=drawn)

    @router.get("/desk/nav")
    async def nav(signed: Annotated[Signed, Depends(gate.signed)], here: str = "") -> HTMLResponse:
        async with within_reach(desk.pool) as connection:
            items = await navigation(connection, signed, urlsplit(here[:2000]).path)
        shell = Shell(name=signed.name, language=signed.language, nav=items)
        return fragment(signed.language, "staff/nav.html", shell=shell)

    @router.get("/desk/orders/{store}/{order_id}/row")
    async def one_row(
        signed: Annotated[Signed, Depends(gate.signed)], store: str, order_id: str
    ) -> HTMLResponse:
        async with within_reach(desk.pool) as connection:
            known = await _stores(connection, signed)
            found = await listing.row(connection, store, order_id)
        if found is None:
            raise NotHere
        (drawn,) = rows(signed.language, [found], known, datetime.now(UTC), several=len(known) > 1)
        return fragment(signed.language, "staff/order_row.html", row=drawn)

    return router


async def _stores(connection: Connection, signed: Signed) -> dict[str, StoreSettings]:
    """The stores this reader sees."""
    everything = await stores.everything(connection)
    return {store: known for store, known in everything.items() if signed.sees(store)}


def _zone(known: dict[str, StoreSettings]) -> str:
    """The time zone that a day is meant in: of the store, where there is one only."""
    zones = {settings.time_zone for settings in known.values()}
    return zones.pop() if len(zones) == 1 else TIME_ZONE
