"""Jobs under way: started, followed, their mails stopped, and what was refused tried again."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from db import bulk
from db.bulk import Job, Stands
from db.pool import Connection, within_reach
from desk.staff.access import Gate
from desk.staff.bulk_foresight import foresee
from desk.staff.bulk_form import form_with_file
from desk.staff.bulk_job_page import ON_A_PAGE, Progress, progress
from desk.staff.bulk_page import BULK, job_href
from desk.staff.bulk_typed import is_as_planned, plan_as_typed
from desk.staff.errors import NotHere
from desk.staff.forms import Form
from desk.staff.order_model import must_give
from desk.staff.routes import desk_router
from desk.staff.shell import Desk, Notice, fragment, see_other, tell
from desk.staff.signed import Signed
from orders.errors import JobNotBegun, NothingRefused, OrderUnreadable
from orders.rights import Right
from orders.words import say
from starter.bulk_planning import again


async def own(connection: Connection, signed: Signed, job_id: UUID) -> Job:
    """A job of this reader. Raises NotHere for another's, and once it has an order they no longer see."""
    job = await bulk.job(connection, job_id)
    if job is None or job.actor != signed.actor:
        raise NotHere
    if not all(signed.sees(store) for store in await bulk.stores_of(connection, job_id)):
        raise NotHere
    return job


async def far(
    connection: Connection, signed: Signed, known: Job, stands: Stands | None, after: int
) -> Progress:
    after = max(-1, min(after, bulk.MOST_ORDERS))
    return progress(
        signed.language,
        known,
        await bulk.counts(connection, known.job_id),
        await bulk.rows(connection, known.job_id, stands=stands, after=after, limit=ON_A_PAGE + 1),
        stands=stands,
        after=after,
        mails=len(await bulk.waiting_mails(connection, known.job_id)),
        may_fulfil=signed.may(Right.FULFIL),
    )


def bulk_jobs_router(desk: Desk, gate: Gate) -> APIRouter:
    """What is done with a job that was planned: `/desk/bulk/{job_id}/start` and what follows it."""
    router = desk_router(gate)
    who = Annotated[Signed, Depends(gate.signed)]

    @router.get(f"{BULK}/{{job_id}}/progress")
    async def job_progress(
        signed: who, job_id: UUID, stands: Stands | None = None, after: int = -1
    ) -> Response:
        async with within_reach(desk.pool) as connection:
            known = await own(connection, signed, job_id)
            how_far = await far(connection, signed, known, stands, after)
        return fragment(signed.language, "staff/bulk_progress.html", progress=how_far)

    @router.post(f"{BULK}/{{job_id}}/start")
    async def start(request: Request, signed: who, job_id: UUID) -> Response:
        form = await form_with_file(request)
        async with within_reach(desk.pool) as connection:
            known = await own(connection, signed, job_id)
            if known.kind is None:
                return see_other(job_href(job_id))
            must_give(signed, known.kind)
            why_not = await not_yet(connection, signed, known, form) if known.started_at is None else None
        if why_not is None:
            await desk.bulk.start(job_id)
            return see_other(job_href(job_id))
        await tell(desk, signed, Notice(text=say(signed.language, why_not), is_good=False))
        return see_other(f"{job_href(job_id)}?kind={known.kind}")

    async def not_yet(connection: Connection, signed: Signed, known: Job, form: Form) -> str | None:
        """Why this plan is looked at once more before it is started, as the key of a sentence. What is
        started is what was looked at: another window may have planned something else since, or somebody
        typed on."""
        kind = known.kind or ""
        if form.text("kind", 40) != kind:
            return "bulk.draft.planned_elsewhere"
        rows = await bulk.rows(connection, known.job_id)
        if not is_as_planned(known, rows, form):
            try:
                await plan_as_typed(connection, known, kind, form)
            except OrderUnreadable:
                return "bulk.draft.typed_wrong"
            return "bulk.draft.typed_on"
        if not form.has("unpacked"):
            foreseen = await foresee(connection, rows, signed.actor)
            if any(each.refusal is None and each.is_unpacked for each in foreseen):
                return "bulk.draft.unpacked_unsaid"
        return None

    @router.post(f"{BULK}/{{job_id}}/stop-mails")
    async def stop_mails(signed: who, job_id: UUID) -> Response:
        async with within_reach(desk.pool) as connection:
            known = await own(connection, signed, job_id)
        if known.started_at is None:
            raise NotHere
        count = await desk.bulk.stop_mails(job_id, signed.visitor)
        key = "bulk.job.mails_stopped" if count else "bulk.job.mails_gone"
        await tell(desk, signed, Notice(text=say(signed.language, key, count=count), is_good=bool(count)))
        return see_other(job_href(job_id))

    @router.post(f"{BULK}/{{job_id}}/again")
    async def try_again(signed: who, job_id: UUID) -> Response:
        async with within_reach(desk.pool) as connection:
            known = await own(connection, signed, job_id)
            if known.kind is None:
                return see_other(job_href(job_id))
            must_give(signed, known.kind)
            try:
                fresh = await again(connection, known, signed.actor)
            except (JobNotBegun, NothingRefused):
                return see_other(job_href(job_id))
        return see_other(f"{job_href(fresh)}?kind={known.kind}")

    return router
