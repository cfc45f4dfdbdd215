"""The call for a pick list: what to take from which shelf, for the orders that are named or that wait."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from db.keys import Scope
from db.pool import Pool, within_reach
from orders.order import OrderId
from orders.store import StoreId
from starter.front_door import Visitor
from starter.http.documentation import PROBLEMS
from starter.http.entrance import Entrance
from starter.pick_lists import MOST_ORDERS, PickListAnswer, pick_list_of


def router(pool: Pool, entrance: Entrance) -> APIRouter:
    """`GET /v1/pick-list`."""
    routes = APIRouter(tags=["orders"])
    staff = entrance(Scope.STAFF, Scope.OPS)

    @routes.get("/v1/pick-list", responses=PROBLEMS(400, 401, 403, 404, 409, 422, 503))
    async def pick_list(
        visitor: Annotated[Visitor, Depends(staff)],
        order_id: Annotated[
            list[OrderId] | None,
            Query(max_length=MOST_ORDERS, description="These orders; without any, those that wait longest."),
        ] = None,
        store: StoreId | None = None,
        limit: Annotated[int, Query(ge=1, le=MOST_ORDERS)] = 10,
    ) -> PickListAnswer:
        """What to take from the shelves for these orders, the same articles together. Nothing is changed:
        `picked` tells what was taken."""
        async with within_reach(pool) as connection:
            return await pick_list_of(connection, order_id or [], store, limit)

    return routes
