"""The customer's order page: opened by the secret in its link, which is swapped for a cookie at once."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from db import downloads, gift_cards, order_pages, pickup_codes, reading, stores
from db.order_pages import FoundPage
from db.pool import Connection, Pool, within_reach
from db.vault import Vault
from desk.customer_cookies import cookie_of, forget_cookie, keep_cookie, page_address, ref_of
from desk.customer_pages import SECRET_HEADERS, draw
from desk.customer_route import customer_router
from desk.dead_link import page_of_known_link, page_of_unknown_link
from desk.order_view import Codes, order_page
from orders.order import FulfillmentMethod, LineKind


def order_page_router(pool: Pool, vault: Vault) -> APIRouter:
    """`GET` and `HEAD` of `/o/{token}`, the link, and of `/o/order/{ref}`, the clean address it leads to.

    A browser that refuses cookies comes to the clean address without one; it is led back to the link, which
    then draws the page itself (`?plain=1`): better an address with a secret in it than no page. HEAD lets
    nobody in, and whoever follows the link besides the customer, such as a scanner of mails, uses nothing up.
    """
    router = customer_router()

    @router.api_route("/o/order/{ref}", methods=["GET", "HEAD"])
    async def by_cookie(ref: str, request: Request) -> Response:
        cookie, pass_ = cookie_of(request, ref), request.query_params.get("pass")
        async with within_reach(pool) as connection:
            visit = await order_pages.find_visit(connection, cookie) if cookie else None
            if cookie and visit and ref_of(visit.page.token_hash) == ref:
                if visit.is_first:
                    await order_pages.came_back(connection, cookie)
                if pass_ is not None:
                    return _see_other(page_address(ref))
                if visit.page.has_ended:
                    return await _ended(connection, visit.page)
                return await _drawn(connection, vault, visit.page, page_address(ref))
            if pass_ is not None and request.method == "GET":
                place = await order_pages.use_pass(connection, pass_)
                if place is not None:
                    kept = await reading.order(connection, *place)
                    return _see_other(f"/o/{kept.page_token(vault)}?plain=1")
            page = await page_of_unknown_link(connection, "no_visit", _accepts(request))
        answer = draw(page, status_code=HTTPStatus.FORBIDDEN)
        if cookie:
            forget_cookie(answer, ref)
        return answer

    @router.api_route("/o/{token}", methods=["GET", "HEAD"])
    async def by_link(token: str, request: Request) -> Response:
        async with within_reach(pool) as connection:
            found = await order_pages.find_page(connection, token)
            if found is None:
                page = await page_of_unknown_link(connection, "unknown_order", _accepts(request))
                return draw(page, status_code=HTTPStatus.NOT_FOUND)
            if found.has_ended:
                return await _ended(connection, found)
            if request.query_params.get("plain") == "1":
                return await _drawn(connection, vault, found, f"/o/{token}?plain=1", is_plain=True)
            if request.method == "HEAD":
                return Response(headers=SECRET_HEADERS)
            ref = ref_of(found.token_hash)
            cookie = cookie_of(request, ref)
            known = await order_pages.find_visit(connection, cookie) if cookie else None
            if known is not None and known.page == found:
                return _see_other(page_address(ref))
            given = await order_pages.let_in(connection, found)
        answer = _see_other(f"{page_address(ref)}?pass={given.pass_}")
        keep_cookie(answer, request, ref, given.cookie)
        return answer

    return router


async def _drawn(
    connection: Connection, vault: Vault, found: FoundPage, address: str, *, is_plain: bool = False
) -> Response:
    place = (found.store, found.order_id)
    kept = await reading.order(connection, *place)
    settings = await stores.settings(connection, found.store)
    picked_up = kept.plan.method is FulfillmentMethod.PICKUP
    has_cards = any(line.kind is LineKind.GIFT_CARD and line.issued for line in kept.facts.lines)
    codes = Codes(
        links=await downloads.links(connection, vault, *place),
        pickup=await pickup_codes.read(connection, vault, *place) if picked_up else None,
        gift_cards=await gift_cards.codes(connection, vault, *place) if has_cards else (),
    )
    now = await connection.fetchval("SELECT now()")
    return draw(order_page(kept, settings, codes, now, address=address, is_plain=is_plain))


async def _ended(connection: Connection, found: FoundPage) -> Response:
    page = await page_of_known_link(connection, found.store, found.order_id, "link_ended")
    return draw(page, status_code=HTTPStatus.GONE)


def _see_other(address: str) -> Response:
    headers = {**SECRET_HEADERS, "Location": address}
    return Response(status_code=HTTPStatus.SEE_OTHER, headers=headers)


def _accepts(request: Request) -> str:
    return request.headers.get("accept-language", "")
