"""Replacing the link of a customer's page: for one that got into the wrong hands."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.responses import Response

from desk.staff.access import Gate
from desk.staff.forms import form_of
from desk.staff.order import CUSTOMER_PAGE
from desk.staff.order_rows import order_href
from desk.staff.routes import desk_router
from desk.staff.shell import Desk, page
from desk.staff.signed import Signed
from orders.order import OrderId
from orders.store import StoreId


class LinkPage(BaseModel, frozen=True):
    """The new link, shown this once."""

    template: Literal["staff/order_link.html"] = "staff/order_link.html"
    href: str
    number: str
    address: str
    email: str


def link_router(desk: Desk, gate: Gate) -> APIRouter:
    """`POST …/customer-page`: the new link is the answer itself, so that no session keeps it."""
    router = desk_router(gate)

    @router.post(CUSTOMER_PAGE)
    async def replace(
        request: Request,
        signed: Annotated[Signed, Depends(gate.signed)],
        store: StoreId,
        order_id: OrderId,
    ) -> Response:
        said = (await form_of(request)).text("issue", 9)
        # A form without its number replaces nothing, and neither does a second click or a reload.
        issue = int(said) if said.isascii() and said.isdecimal() else -1
        kept = await desk.front_door.replace_link(order_id, signed.doer, store, issue=issue)
        model = LinkPage(
            href=order_href(kept.store, kept.order_id),
            number=kept.number,
            address=desk.viewer.customer_page(kept),
            email=kept.order.customer.email or "",
        )
        return await page(desk, request, signed, model)

    return router
