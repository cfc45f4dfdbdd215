"""Calls about jobs: one command for many orders, carried out also where nobody waits for it."""

from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import ValidationError
from pydantic.config import JsonDict

from db import bulk
from db.keys import Scope
from db.listing import LONGEST_PAGE
from db.pool import Pool, within_reach
from starter import bulk_planning, bulk_wish
from starter.arrivals import unreadable
from starter.bulk import Bulk
from starter.bulk_wish import BulkJobAnswer, BulkJobsAnswer, BulkWish, MailsStoppedAnswer
from starter.front_door import Visitor
from starter.http.documentation import PROBLEMS, json_body
from starter.http.entrance import Entrance, body, parsed
from starter.http.problems import language_of

LARGEST: Final = 1_000_000
FORM: Final[JsonDict] = {"pattern": rf"^{bulk.CURSOR.pattern}$"}
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

    @routes.get("/bulk", responses=PROBLEMS(400, 401, 403, 422, 503), dependencies=[Depends(staff)])
    async def jobs(
        actor: Annotated[
            str | None,
            Query(min_length=1, max_length=150, pattern=r"^[^\x00]+$", description="Only what they began."),
        ] = None,
        cursor: Annotated[
            str | None,
            Query(max_length=60, description="The `next` of the page before.", json_schema_extra=FORM),
        ] = None,
        limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 50,
    ) -> BulkJobsAnswer:
        """The jobs that were begun, here, at the desk or at the command line, the latest first. They are kept
        for 90 days; what they did stands with their orders."""
        async with within_reach(pool) as connection:
            found = await bulk.begun(connection, actor=actor, cursor=cursor, limit=limit)
        return bulk_wish.listed(found)

    @routes.get(
        "/bulk/{job_id}",
        response_model=BulkJobAnswer,
        responses=PROBLEMS(401, 403, 404, 422, 503),
        dependencies=[Depends(staff)],
    )
    async def job(request: Request, job_id: UUID) -> Response:
        """How far a job is, order by order."""
        return await told(request, job_id, HTTPStatus.OK)

    @routes.post("/bulk/{job_id}/stop-mails", responses=PROBLEMS(401, 403, 404, 409, 422, 503))
    async def stop_mails(job_id: UUID, visitor: Annotated[Visitor, Depends(staff)]) -> MailsStoppedAnswer:
        """Keep the mails of a job from leaving: those that still wait (`undo_seconds`), and those it would
        still cause."""
        async with within_reach(pool) as connection:
            await bulk_wish.begun(connection, job_id)
        return MailsStoppedAnswer(job_id=job_id, stopped=await service.stop_mails(job_id, visitor))

    @routes.post(
        "/bulk/{job_id}/again",
        status_code=HTTPStatus.ACCEPTED,
        response_model=BulkJobAnswer,
        responses=PROBLEMS(401, 403, 404, 409, 422, 503),
    )
    async def again(request: Request, job_id: UUID, visitor: Annotated[Visitor, Depends(staff)]) -> Response:
        """Give the orders that a job was refused their command once more, as a job of its own. The same call
        again is the same job."""
        async with within_reach(pool) as connection:
            refused = await bulk_wish.begun(connection, job_id)
            fresh = await bulk_planning.again(connection, refused, visitor.actor, visitor.request_id)
        await service.start(fresh)
        return await told(request, fresh, HTTPStatus.ACCEPTED)

    async def told(request: Request, job_id: UUID, status: HTTPStatus) -> Response:
        async with within_reach(pool) as connection:
            answer = await bulk_wish.answer(connection, job_id, language_of(request))
        return Response(answer.model_dump_json(), status, media_type="application/json")

    return routes
