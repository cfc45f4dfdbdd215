"""Many orders at once: chosen in the list, planned, started, followed; and the lists of tracking numbers."""

import hashlib
import uuid
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from db import bulk, claims
from db.bulk import Job, OrderKey, Stands
from db.pool import Connection, within_reach
from desk.staff.access import Gate
from desk.staff.bulk_choosing import chosen, kind_of
from desk.staff.bulk_foresight import foresee
from desk.staff.bulk_form import form_with_file
from desk.staff.bulk_job_page import JobPage, JobsPage, job_line
from desk.staff.bulk_jobs import far, own
from desk.staff.bulk_page import (
    BULK,
    PAPERS,
    DraftPage,
    draft_page,
    job_href,
    kinds,
    paper_href,
    unread,
)
from desk.staff.bulk_typed import UNDO_SECONDS, listed_again, numbers_of, plan_alike, plan_as_typed
from desk.staff.forms import Form
from desk.staff.order_model import must_give
from desk.staff.routes import desk_router
from desk.staff.shell import Desk, Notice, local, page, see_other, tell
from desk.staff.signed import Signed
from orders.errors import OrderUnreadable
from orders.paper import MOST_ORDERS as MOST_ON_A_PRINT
from orders.paper import PaperKind
from orders.rights import Right
from orders.words import in_words, say
from starter.bulk import KINDS
from starter.bulk_list import understood
from starter.bulk_planning import WITH_NUMBERS, Fields, matched, named_by, planned


def bulk_router(desk: Desk, gate: Gate) -> APIRouter:
    """`/desk/bulk` and the pages of each job. A job is seen by whoever made it, and by nobody else."""
    router = desk_router(gate)
    who = Annotated[Signed, Depends(gate.signed)]

    @router.get(BULK)
    async def jobs(request: Request, signed: who) -> Response:
        return await jobs_page(request, signed)

    async def jobs_page(request: Request, signed: Signed, **more: object) -> Response:
        async with within_reach(desk.pool) as connection:
            recent = await bulk.recent(connection, signed.actor)
        model = JobsPage(
            jobs=tuple(job_line(signed.language, each) for each in recent),
            kinds=kinds(signed.language, WITH_NUMBERS) if signed.may(Right.FULFIL) else (),
        ).model_copy(update=more)
        return await page(desk, request, signed, model, status_code=422 if model.problem else 200)

    @router.post(BULK)
    async def choose(request: Request, signed: who) -> Response:
        form = await form_with_file(request)
        kind = form.text("do", 40) or form.text("kind", 40)
        if kind in KINDS:
            must_give(signed, kind)
        back = local(form.text("here", 2_000))
        async with within_reach(desk.pool) as connection:
            keys, is_whole = await chosen(connection, signed, form)
        if not keys:
            await tell(desk, signed, Notice(text=say(signed.language, "bulk.choose.none"), is_good=False))
            return see_other(back)
        if kind in PAPERS and len(keys) <= MOST_ON_A_PRINT:
            return see_other(paper_href(PaperKind(kind), keys))
        async with within_reach(desk.pool) as connection:
            job_id = await kept(connection, signed, form, keys, kind)
            if kind in KINDS and kind not in ("labelled", "hold"):
                await plan_alike(connection, job_id, kind, Fields())
        if not is_whole:
            text = say(signed.language, "bulk.choose.first", count=len(keys))
            await tell(desk, signed, Notice(text=text))
        return see_other(f"{job_href(job_id)}?kind={kind}" if kind in KINDS else job_href(job_id))

    @router.post(f"{BULK}/list")
    async def from_list(request: Request, signed: who) -> Response:
        form = await form_with_file(request)
        kind = kind_of(form, WITH_NUMBERS)
        must_give(signed, kind)
        text = numbers_of(form)
        listed = understood(text)
        async with within_reach(desk.pool) as connection:
            found = matched(listed, await named_by(connection, listed, signed.stores))
            if found.own:
                job_id = await kept(connection, signed, form, list(found.own), kind)
                rows = await bulk.rows(connection, job_id)
                commands = planned(kind, Fields(), rows, found.own)
                await bulk.plan(
                    connection,
                    job_id,
                    kind,
                    Fields().model_dump(mode="json"),
                    commands,
                    unread=found.unread,
                    undo_seconds=UNDO_SECONDS,
                )
                return see_other(f"{job_href(job_id)}?kind={kind}")
        wrong = unread(signed.language, found.unread)
        problem = say(signed.language, "bulk.list.nothing")
        return await jobs_page(request, signed, kind=kind, numbers=text, problem=problem, unread=wrong)

    async def kept(
        connection: Connection, signed: Signed, form: Form, keys: list[OrderKey], kind: str
    ) -> UUID:
        """The job of these orders. A form that is sent twice is one job; sent again after going back, with
        other orders, it is another."""
        asked = "\n".join(f"{key.store}/{key.order_id}" for key in keys)
        mark = hashlib.sha256(f"{signed.actor}\n{kind}\n{numbers_of(form)}\n{asked}".encode()).digest()
        job_id = _uuid(form.text("job_id", 100).removeprefix("desk-")) or uuid.uuid4()
        known = await bulk.job(connection, job_id)
        if known is not None and (known.fingerprint != mark or known.started_at is not None):
            job_id = uuid.uuid4()
        await bulk.choose(
            connection, job_id, signed.actor, keys, request_id=signed.request_id, fingerprint=mark
        )
        return job_id

    @router.get(f"{BULK}/{{job_id}}")
    async def job(
        request: Request,
        signed: who,
        job_id: UUID,
        kind: str = "",
        stands: Stands | None = None,
        after: int = -1,
    ) -> Response:
        async with within_reach(desk.pool) as connection:
            known = await own(connection, signed, job_id)
            model: DraftPage | JobPage
            if known.started_at is None:
                model = await draft(connection, signed, known, kind if kind in KINDS else known.kind or "")
            else:
                title = say(signed.language, f"bulk.kind.{known.kind}")
                model = JobPage(title=title, progress=await far(connection, signed, known, stands, after))
        return await page(desk, request, signed, model)

    async def draft(connection: Connection, signed: Signed, known: Job, kind: str, **typed: str) -> DraftPage:
        rows = await bulk.rows(connection, known.job_id)
        is_planned = known.kind == kind and not typed.get("problem")
        foreseen = await foresee(connection, rows, signed.actor) if is_planned and kind else []
        held = await claims.of_orders(connection, ((row.store, row.order_id) for row in rows))
        others = [each for each in held.values() if each.actor != signed.actor]
        may_fulfil = signed.may(Right.FULFIL)
        if is_planned and not typed.get("numbers"):
            typed["numbers"] = listed_again(rows)
        return draft_page(
            signed.language, known, rows, kind, foreseen, may_fulfil=may_fulfil, claimed=others, **typed
        )

    @router.post(f"{BULK}/{{job_id}}/plan")
    async def plan(request: Request, signed: who, job_id: UUID) -> Response:
        form = await form_with_file(request)
        async with within_reach(desk.pool) as connection:
            known = await own(connection, signed, job_id)
            kind = kind_of(form, KINDS)
            must_give(signed, kind)
            try:
                await plan_as_typed(connection, known, kind, form)
                return see_other(f"{job_href(job_id)}?kind={kind}")
            except OrderUnreadable as wrong:
                said = in_words(signed.language, (wrong.problems or (("", wrong.sentence),))[0][1])
                typed = {"numbers": numbers_of(form), "reason": form.text("reason"), "problem": said}
                model = await draft(connection, signed, known, kind, **typed)
        return await page(desk, request, signed, model, status_code=422)

    return router


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
