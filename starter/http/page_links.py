"""The call that replaces the link of a customer's order page."""

from typing import Annotated

from fastapi import APIRouter, Depends

from db.audit import Doer
from db.keys import Scope
from orders.order import OrderId
from orders.store import StoreId
from starter.answers import PageLinkAnswer
from starter.front_door import FrontDoor, Visitor
from starter.http.documentation import PROBLEMS
from starter.http.entrance import Entrance
from starter.view import Viewer


def router(front_door: FrontDoor, viewer: Viewer, entrance: Entrance) -> APIRouter:
    """The route about links."""
    routes = APIRouter(tags=["orders"])
    staff = entrance(Scope.STAFF, Scope.OPS)

    @routes.delete("/v1/orders/{order_id}/page-link", responses=PROBLEMS(400, 401, 403, 404, 422, 503))
    async def replace_page_link(
        order_id: OrderId, visitor: Annotated[Visitor, Depends(staff)], store: StoreId | None = None
    ) -> PageLinkAnswer:
        """End the link of the customer's page, for it got into the wrong hands, and answer the new one.
        Whoever came in by the old one is let in no more. The customer is not told."""
        doer = Doer(visitor.actor, visitor.request_id)
        kept = await front_door.replace_link(order_id, doer, store)
        return PageLinkAnswer(customer_page=viewer.customer_page(kept))

    return routes
