"""The call of a pickup counter: which order waits for the code that a customer shows."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ValidationError

from db import pickup_codes, reading, throttle
from db.keys import Scope
from db.pool import Connection, Pool, within_reach
from db.throttle import Attempt, Limit, MustWait
from db.vault import Vault
from orders.pickup import PickupWish
from orders.sentence import sentence
from starter.arrivals import unreadable
from starter.front_door import Visitor
from starter.http.documentation import PROBLEMS, json_body
from starter.http.entrance import Entrance, body, parsed
from starter.http.problems import problem

WRONG_CODES: Final = Limit(free=5, longest=throttle.CODE.longest)
"""Of one member of staff, or one key: who guesses waits."""


class WaitingOrder(BaseModel):
    store: str
    order_id: str
    number: str
    customer: str


class WaitingOrders(BaseModel):
    """One, or two where two orders have the same code by chance; none for a code that is not right."""

    orders: list[WaitingOrder]


def attempt(vault: Vault, who: str) -> Attempt:
    """How attempts at codes are counted, by who makes them."""
    return Attempt(vault.keyed_hash("counter", who), WRONG_CODES)


async def waiting_for(
    connection: Connection, vault: Vault, code: str, stores: tuple[str, ...] | None
) -> list[WaitingOrder]:
    """The orders that wait for this code."""
    found = []
    for store, order_id in await pickup_codes.waiting_with(connection, vault, code, stores):
        kept = await reading.order(connection, store, order_id)
        found.append(
            WaitingOrder(
                store=store, order_id=order_id, number=kept.number, customer=kept.order.customer.name
            )
        )
    return found


def counter_calls_router(pool: Pool, vault: Vault, entrance: Entrance) -> APIRouter:
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
