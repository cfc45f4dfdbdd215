"""The routes of the pickup counter: a code is brought, and the goods are handed over."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response

from db import listing, notes, packing, pickup_codes, reading, throttle
from db.listing import Filter, Queue
from db.pool import Connection, within_reach
from db.throttle import MustWait
from desk.staff.access import Gate
from desk.staff.counter_page import (
    COUNTER,
    CounterStart,
    choices,
    counter_href,
    counter_order,
    ready,
)
from desk.staff.errors import NotHere
from desk.staff.forms import Form, form_of
from desk.staff.order_commands import Clicks
from desk.staff.packing import waiting_views
from desk.staff.routes import desk_router
from desk.staff.shell import Desk, Notice, fresh_command_id, page, see_other, tell
from desk.staff.signed import Signed
from orders.codes import read_pickup_code
from orders.commands import Collected, CommandId, Reason
from orders.errors import Refused
from orders.order import OrderId
from orders.store import StoreId
from orders.words import say
from starter.pickups import attempt

ORDER: Final = f"{COUNTER}/{{store}}/{{order_id}}"
MOST_LISTED: Final = 100
REASON: Final[TypeAdapter[str]] = TypeAdapter(Reason)
NAME: Final[TypeAdapter[str]] = TypeAdapter(CommandId)


def counter_router(desk: Desk, gate: Gate) -> APIRouter:
    """`/desk/counter`, and `/desk/counter/{store}/{order_id}` with what is handed over."""
    router = desk_router(gate)
    clicks = Clicks(desk)
    who = Annotated[Signed, Depends(gate.signed)]

    @router.get(COUNTER)
    async def start(request: Request, signed: who) -> Response:
        return await at_the_start(request, signed)

    async def at_the_start(
        request: Request,
        signed: Signed,
        problem: str = "",
        same_code: tuple[tuple[str, str], ...] = (),
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        wanted = Filter(
            stores=signed.stores, queue=Queue.PICKUP_WAITING, oldest_first=True, limit=MOST_LISTED
        )
        async with within_reach(desk.pool) as connection:
            rows = (await listing.page(connection, wanted)).rows
            waiting = await waiting_views(connection, signed.language, signed.actor, rows)
        model = CounterStart(
            problem=problem,
            waiting=choices(waiting),
            same_code=choices([each for each in waiting if (each.store, each.order_id) in same_code]),
        )
        return await page(desk, request, signed, model, status_code=status)

    @router.post(COUNTER)
    async def find(request: Request, signed: who) -> Response:
        """The order that waits for this code; else the one with this number."""
        form = await form_of(request)
        typed = form.text("code", 60)
        is_code = read_pickup_code(typed) is not None
        found: tuple[tuple[str, str], ...] = ()
        async with within_reach(desk.pool) as connection:
            named = await packing.named(connection, typed, signed.stores) if typed else ()
            wait = await counted(connection, signed) if is_code else None
            if is_code and wait is None:
                found = await pickup_codes.waiting_with(connection, desk.vault, typed, signed.stores)
                if found or named:
                    await throttle.forget(connection, attempt(desk.vault, signed.staff_id).subject)
        if wait is not None:
            return await must_wait(request, signed, wait)
        if len(found) == 1:
            return await handing(request, signed, *found[0], code=typed)
        if found:
            return await at_the_start(request, signed, same_code=found)
        if named:
            return see_other(counter_href(*named[0]))
        key = "wrong" if is_code else "unknown"
        problem = say(signed.language, f"packing.counter.{key}", code=typed)
        return await at_the_start(request, signed, problem, status=HTTPStatus.UNPROCESSABLE_ENTITY)

    @router.get(ORDER)
    async def order(request: Request, signed: who, store: StoreId, order_id: OrderId) -> Response:
        return await handing(request, signed, store, order_id)

    async def handing(
        request: Request,
        signed: Signed,
        store: str,
        order_id: str,
        *,
        code: str = "",
        problem: str = "",
        problems: dict[str, str] | None = None,
        reason: str = "",
    ) -> Response:
        async with within_reach(desk.pool) as connection:
            kept = await reading.order(connection, store, order_id)
            written = await notes.of_order(connection, store, order_id)
        model = counter_order(
            signed.language,
            kept,
            written,
            code=code,
            problem=problem,
            problems=problems,
            reason=reason,
        )
        is_wrong = bool(problem or problems)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK
        return await page(desk, request, signed, model, status_code=status)

    @router.post(ORDER)
    async def collected(request: Request, signed: who, store: StoreId, order_id: OrderId) -> Response:
        """Hand over what lies ready: with the code, or on one's own judgement and with a reason."""
        form = await form_of(request)
        language, override = signed.language, form.has("override")
        code, reason = form.text("code", 20), form.text("reason", 400)
        problems: dict[str, str] = {}
        wait = None
        async with within_reach(desk.pool) as connection:
            kept = await reading.order(connection, store, order_id)
            if override:
                if not _is_reason(reason):
                    problems["reason"] = say(language, "desk_order.problem.reason")
            else:
                wait = await counted(connection, signed)
                if wait is None and await pickup_codes.check(connection, desk.vault, store, order_id, code):
                    await throttle.forget(connection, attempt(desk.vault, signed.staff_id).subject)
                else:
                    problems["code"] = say(language, "packing.counter.wrong_here")
        if wait is not None:
            return await must_wait(request, signed, wait)
        if problems:
            return await handing(request, signed, store, order_id, problems=problems, reason=reason)
        parcels = tuple(form.all("parcel")) or tuple(each.parcel for each in ready(kept))
        if not parcels:
            raise NotHere
        base = _id(form)
        for parcel in parcels[:50]:
            command = _command(f"{base}-{parcel}", parcel, None if override else code)
            notice = await clicks.give(signed, store, order_id, command, mails=True)
            if not notice.is_good:
                return await handing(request, signed, store, order_id, problem=notice.text, reason=reason)
        if override:
            await write_down(signed, store, order_id, f"{base}-note", reason)
        text = say(language, "packing.counter.done", number=kept.number)
        await tell(desk, signed, Notice(text=text))
        return see_other(COUNTER)

    async def write_down(signed: Signed, store: str, order_id: str, name: str, reason: str) -> None:
        text = say(signed.language, "packing.counter.note", reason=reason)
        async with within_reach(desk.pool) as connection:
            try:
                await notes.add(connection, store, order_id, name[:100], signed.actor, text)
            except Refused:
                return  # As many notes as an order may have; the timeline still says it went without a code.

    async def counted(connection: Connection, signed: Signed) -> MustWait | None:
        """Count an attempt of this person; how long to wait where there were too many."""
        try:
            await throttle.count(connection, attempt(desk.vault, signed.staff_id))
        except MustWait as wait:
            return wait
        return None

    async def must_wait(request: Request, signed: Signed, wait: MustWait) -> Response:
        problem = say(signed.language, "packing.counter.wait", count=wait.seconds)
        return await at_the_start(request, signed, problem, status=HTTPStatus.TOO_MANY_REQUESTS)

    return router


def _command(command_id: str, parcel: str, code: str | None) -> Collected:
    try:
        return Collected(command_id=command_id[:100], parcel=parcel, code=code, override=code is None)
    except ValidationError:
        raise NotHere from None


def _is_reason(typed: str) -> bool:
    try:
        REASON.validate_python(typed)
    except ValidationError:
        return False
    return True


def _id(form: Form) -> str:
    try:
        return NAME.validate_python(form.text("command_id", 70))
    except ValidationError:
        return fresh_command_id()
