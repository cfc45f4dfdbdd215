"""The routes of the page of one order: the page itself, its parts that follow what happens, its timeline."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from db import reading, stores, tracking_numbers
from db.pool import within_reach
from desk.preview import previews
from desk.staff.access import Gate
from desk.staff.forms import Form
from desk.staff.names import known_names
from desk.staff.order_forms import Filled
from desk.staff.order_model import OrderModel, Seen, order_model
from desk.staff.order_reading import read
from desk.staff.order_story import entries
from desk.staff.routes import desk_router
from desk.staff.shell import HEADERS, Desk, fragment, page
from desk.staff.signed import Signed
from orders.order import OrderId
from orders.own_words import by_digest
from orders.store import StoreId

ORDER = "/desk/orders/{store}/{order_id}"
CUSTOMER_PAGE = f"{ORDER}/customer-page"
Draw = Callable[..., Awaitable[HTMLResponse]]


async def seen(desk: Desk, store: str, order_id: str) -> Seen:
    """All that the page of this order is drawn from. Raises OrderNotFound."""
    async with within_reach(desk.pool) as connection:
        whole = await reading.whole(connection, store, order_id)
        known = await stores.everything(connection)
        who = await known_names(connection)
        numbers = [each.tracking_number for each in whole.kept.facts.parcels if each.tracking_number]
        others = await tracking_numbers.others_with(connection, store, order_id, numbers)
    words = by_digest(each.words for each in whole.timeline if each.words)
    temporal = desk.viewer.temporal(store, order_id)
    return Seen(whole, known[store], who, words, temporal, len(known) > 1, others)


async def with_subject(desk: Desk, signed: Signed, known: Seen, model: OrderModel) -> OrderModel:
    """The same, the mail of its big button called by the very subject that it would have."""
    step = model.main
    if step is None or step.mail is None:
        return model
    fields = {field.name: (field.value or "1",) for field in step.fields if field.is_required}
    form = Form({"type": (step.type,), **{name: (value,) for name, value in step.hidden}, **fields})
    kept, settings, url = known.whole.kept, known.settings, desk.settings.public_url
    async with within_reach(desk.pool) as connection:
        found = await previews(connection, desk.vault, kept, read(form), signed.actor, settings, url)
    first = next((mail for mail in found.mails if not mail.is_copy), None)
    if first is None:
        return model
    mail = step.mail.model_copy(update={"subject": first.subject})
    return model.model_copy(update={"main": step.model_copy(update={"mail": mail})})


async def draw_order(
    desk: Desk,
    request: Request,
    signed: Signed,
    store: str,
    order_id: str,
    *,
    filled: Filled | None = None,
    status_code: int = 200,
) -> HTMLResponse:
    """The page of an order; with a form on it as somebody filled it in."""
    known = await seen(desk, store, order_id)
    shown = entries(request.query_params.get("timeline", ""))
    model = order_model(known, signed, datetime.now(UTC), entries=shown, filled=filled)
    model = await with_subject(desk, signed, known, model)
    return await page(
        desk, request, signed, model, status_code=status_code, time_zone=known.settings.time_zone
    )


def order_router(desk: Desk, gate: Gate) -> APIRouter:
    """`/desk/orders/{store}/{order_id}`, with its parts and its timeline."""
    router = desk_router(gate)
    who = Annotated[Signed, Depends(gate.signed)]

    @router.get(ORDER)
    async def order(request: Request, signed: who, store: StoreId, order_id: OrderId) -> Response:
        return await draw_order(desk, request, signed, store, order_id)

    @router.get(f"{ORDER}/parts")
    async def parts(signed: who, store: StoreId, order_id: OrderId, timeline: str = "") -> Response:
        known = await seen(desk, store, order_id)
        model = order_model(known, signed, datetime.now(UTC), entries=entries(timeline))
        model = await with_subject(desk, signed, known, model)
        zone = known.settings.time_zone
        return fragment(signed.language, "staff/order_parts.html", time_zone=zone, page=model)

    @router.get(CUSTOMER_PAGE)
    async def customer_page(signed: who, store: StoreId, order_id: OrderId) -> Response:
        # A click of its own: the secret address stands on no page of ours, and in no history of theirs.
        async with within_reach(desk.pool) as connection:
            kept = await reading.order(connection, store, order_id)
        return RedirectResponse(desk.viewer.customer_page(kept), status_code=303, headers=dict(HEADERS))

    return router
