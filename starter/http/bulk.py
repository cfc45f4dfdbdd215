"""Calls about jobs: one command for many orders, carried out also where nobody waits for it."""

from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError

from db.keys import Scope
from db.pool import Pool, within_reach
from starter import bulk_wish
from starter.arrivals import unreadable
from starter.bulk import Bulk
from starter.bulk_wish import BulkJobAnswer, BulkWish
from starter.front_door import Visitor
from starter.http.documentation import PROBLEMS, json_body
from starter.http.entrance import Entrance, body, parsed
from starter.http.problems import language_of

LARGEST: Final = 1_000_000
EXAMPLE: Final[dict[str, Any]] = {
    "type": "shipped",
    "notify": True,
    "orders": [
        {"order_id": "K8XTQ", "tracking_number": "3SDEVC1234567", "carrier": "postnl"},
        {"order_id": "M2PWA", "store": "default", "tracking_number": "3SDEVC1234568"},
    ],
}


def router(service: Bulk, pool: Pool, entrance: Entrance) -> APIRouter:
    """The routes about jobs."""
    routes = APIRouter(prefix="/v1", tags=["commands"])
    staff = entrance(Scope.STAFF, Scope.OPS)

    @routes.post(
        "/bulk",
        status_code=HTTPStatus.ACCEPTED,
        response_model=BulkJobAnswer,
        responses=PROBLEMS(400, 401, 403, 409, 413, 422, 503),
        openapi_extra=json_body(BulkWish, EXAMPLE),
    )
    async def begin_job(request: Request, visitor: Annotated[Visitor, Depends(staff)]) -> Response:
        """Give many orders the same command. All of it is kept before it is answered, or nothing; then it is
        carried out by itself, and each order has a result of its own. `GET /v1/bulk/{job_id}` tells how far
        it is."""
        try:
            wish = BulkWish.model_validate(parsed(await body(request, LARGEST)))
        except ValidationError as error:
            raise unreadable(error) from None
        async with within_reach(pool) as connection:
            job_id = await bulk_wish.keep(connection, wish, visitor.actor, visitor.request_id)
        await service.start(job_id)
        return await told(request, job_id, HTTPStatus.ACCEPTED)

    @routes.get(
        "/bulk/{job_id}",
        response_model=BulkJobAnswer,
        responses=PROBLEMS(401, 403, 404, 422, 503),
        dependencies=[Depends(staff)],
    )
    async def job(request: Request, job_id: UUID) -> Response:
        """How far a job is, order by order."""
        return await told(request, job_id, HTTPStatus.OK)

    async def told(request: Request, job_id: UUID, status: HTTPStatus) -> Response:
        async with within_reach(pool) as connection:
            answer = await bulk_wish.answer(connection, job_id, language_of(request))
        return Response(answer.model_dump_json(), status, media_type="application/json")

    return routes
