"""Calls about who works on an order: claim it, renew that, take it over, release it."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError

from db import claims, reading
from db.claims import Claimed
from db.keys import Scope
from db.pool import Pool, within_reach
from orders.claim import ClaimWish
from orders.errors import Refused
from orders.order import OrderId
from orders.sentence import sentence
from orders.store import StoreId
from starter.answers import ClaimAnswer
from starter.arrivals import unreadable
from starter.front_door import Visitor
from starter.http.documentation import PROBLEMS, json_body
from starter.http.entrance import Entrance, body, parsed
from starter.http.problems import problem
from starter.view import claim_answer


def router(pool: Pool, entrance: Entrance) -> APIRouter:
    """The routes about claims."""
    routes = APIRouter(tags=["claims"])
    staff = entrance(Scope.STAFF, Scope.OPS)

    @routes.post(
        "/v1/orders/{order_id}/claim",
        response_model=ClaimAnswer,
        responses=PROBLEMS(400, 401, 403, 404, 409, 413, 422, 503),
        openapi_extra=json_body(ClaimWish, {"take_over": False}),
    )
    async def claim(
        request: Request,
        order_id: OrderId,
        visitor: Annotated[Visitor, Depends(staff)],
        store: StoreId | None = None,
    ) -> Response:
        """Claim an order for 15 minutes, or renew one's claim. While somebody else has it the answer is 409,
        with who, since when and until when; `take_over` takes it over."""
        try:
            wish = ClaimWish.model_validate(parsed(await body(request)))
        except ValidationError as error:
            raise unreadable(error) from None
        async with within_reach(pool) as connection:
            owner = await reading.store_of(connection, order_id, store)
            actor = visitor.actor
            found = await claims.claim(connection, owner, order_id, actor, actor, take_over=wish.take_over)
        held = claim_answer(found.claim)
        if isinstance(found, Claimed):
            return Response(held.model_dump_json(), media_type="application/json")
        said = sentence("refusal.claimed", name=held.name, since=held.since, until=held.until)
        return problem(request, HTTPStatus.CONFLICT, said, claim=held.model_dump(mode="json"))

    @routes.delete(
        "/v1/orders/{order_id}/claim",
        status_code=HTTPStatus.NO_CONTENT,
        responses=PROBLEMS(400, 401, 403, 404, 409, 422, 503),
    )
    async def release(
        order_id: OrderId, visitor: Annotated[Visitor, Depends(staff)], store: StoreId | None = None
    ) -> None:
        """End one's own claim, so that others may work on the order."""
        async with within_reach(pool) as connection:
            owner = await reading.store_of(connection, order_id, store)
            if not await claims.release(connection, owner, order_id, visitor.actor):
                raise Refused("refusal.not_claimed")

    return routes
