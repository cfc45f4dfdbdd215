"""The customer's order page, opened by the secret in its address."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from db import downloads, pickup_codes, reading, stores
from db.order_pages import find_page
from db.pool import Pool, within_reach
from db.vault import Vault
from desk.customer_pages import draw
from desk.dead_link import page_of_unknown_link
from desk.order_view import order_page
from orders.order import FulfillmentMethod


def order_page_router(pool: Pool, vault: Vault) -> APIRouter:
    """`GET` and `HEAD /o/{token}`."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/o/{token}", methods=["GET", "HEAD"])
    async def page(token: str, request: Request) -> Response:
        async with within_reach(pool) as connection:
            found = await find_page(connection, token)
            if found is None:
                language = request.headers.get("accept-language", "")
                dead = await page_of_unknown_link(connection, "unknown_order", language)
                return draw(dead, status_code=HTTPStatus.NOT_FOUND)
            place = (found.store, found.order_id)
            kept = await reading.order(connection, *place)
            settings = await stores.settings(connection, found.store)
            links = await downloads.links(connection, vault, *place)
            picked_up = found.plan.method is FulfillmentMethod.PICKUP
            code = await pickup_codes.read(connection, vault, *place) if picked_up else None
        return draw(order_page(kept, found.plan, settings, links, code))

    return router
