"""The call of a pickup counter: which order waits for the code that a customer shows."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError

from db import throttle
from db.keys import Scope
from db.pool import Pool, within_reach
from db.throttle import MustWait
from db.vault import Vault
from orders.pickup import PickupWish
from orders.sentence import sentence
from starter.arrivals import unreadable
from starter.front_door import Visitor
from starter.http.documentation import PROBLEMS, json_body
from starter.http.entrance import Entrance, body, parsed
from starter.http.problems import problem
from starter.pickups import WaitingOrders, attempt, waiting_for


def router(pool: Pool, vault: Vault, entrance: Entrance) -> APIRouter:
    """`POST /v1/pickups`. The code stands in the body: addresses are logged, and it opens an order."""
    routes = APIRouter(prefix="/v1", tags=["orders"])
    staff = entrance(Scope.STAFF, Scope.OPS)

    @routes.post(
        "/pickups",
        response_model=WaitingOrders,
        responses=PROBLEMS(400, 401, 403, 413, 422, 429, 503),
        openapi_extra=json_body(PickupWish, {"code": "420 224"}),
    )
    async def who_waits(request: Request, visitor: Annotated[Visitor, Depends(staff)]) -> Response:
        """The order that waits at the counter for this pickup code. The command `collected` hands it over.
        After five codes that were not right the next has to wait."""
        try:
            wish = PickupWish.model_validate(parsed(await body(request)))
        except ValidationError as error:
            raise unreadable(error) from None
        mine = attempt(vault, visitor.actor)
        async with within_reach(pool) as connection:
            try:
                await throttle.count(connection, mine)
            except MustWait as wait:
                said = sentence("packing.counter.wait", count=wait.seconds)
                return problem(request, HTTPStatus.TOO_MANY_REQUESTS, said)
            stores = None if wish.store is None else (wish.store,)
            found = await waiting_for(connection, vault, wish.code, stores)
            if found:
                await throttle.forget(connection, mine.subject)
        return Response(WaitingOrders(orders=found).model_dump_json(), media_type="application/json")

    return routes
