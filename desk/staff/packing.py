"""The routes of the packing table: find an order, count its goods into a box, and send the box on its way."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response

from db import claims, listing, packing, reading
from db.listing import Filter, Queue
from db.pool import Connection, within_reach
from desk.staff.access import Gate
from desk.staff.errors import NotHere
from desk.staff.forms import Form, form_of
from desk.staff.order_commands import LARGEST, Clicks
from desk.staff.order_reading import Unreadable, read
from desk.staff.packing_page import (
    PACK,
    STEP,
    PackStart,
    Waiting,
    box_view,
    line_views,
    pack_href,
    waited,
)
from desk.staff.packing_table import Counted, Shown, Table, by_hand, held_by
from desk.staff.routes import desk_router
from desk.staff.shell import HEADERS, Desk, fragment, fresh_command_id, is_fragment, page, see_other, tell
from desk.staff.signed import Signed
from documents.parcel_code import parcel_code_in
from orders.commands import Command, CommandId, Packed, ParcelId
from orders.order import OrderId
from orders.scan import scan
from orders.store import Language, StoreId
from orders.words import say

ORDER: Final = f"{PACK}/{{store}}/{{order_id}}"
MOST_LISTED: Final = 50
SCAN_ID: Final[TypeAdapter[str]] = TypeAdapter(CommandId)
STEPS: Final = ("packed", "labelled", *STEP.values())


def packing_router(desk: Desk, gate: Gate) -> APIRouter:
    """`/desk/pack`, and `/desk/pack/{store}/{order_id}` with its scans and steps."""
    router = desk_router(gate)
    table, clicks = Table(desk), Clicks(desk)
    who = Annotated[Signed, Depends(gate.signed)]

    @router.get(PACK)
    async def start(request: Request, signed: who, code: str = "") -> Response:
        typed = code.replace("\0", "").strip()[:200]
        async with within_reach(desk.pool) as connection:
            found = await _found(connection, signed, typed) if typed else None
            if found is not None:
                return see_other(found)
            to_pack = await _waiting(connection, signed, Queue.TO_PACK)
            to_hand_over = await _waiting(connection, signed, Queue.TO_HAND_OVER)
        problem = say(signed.language, "packing.not_found", code=typed) if typed else ""
        model = PackStart(typed=typed, problem=problem, waiting=to_pack, parcels=to_hand_over)
        return await page(desk, request, signed, model)

    @router.get(ORDER)
    async def order(
        request: Request, signed: who, store: StoreId, order_id: OrderId, parcel: ParcelId | None = None
    ) -> Response:
        model, zone = await table.open(signed, store, order_id, parcel)
        return await page(desk, request, signed, model, time_zone=zone)

    @router.get(f"{ORDER}/claim")
    async def stay(
        signed: who,
        store: StoreId,
        order_id: OrderId,
        stage: str = "",
        parcel: str = "",
        wanted: int = 0,
    ) -> Response:
        """Renew the claim of an open page. Nothing while all is as the page shows it; else a notice: who took
        the order over, or that it has changed."""
        shown = Shown(stage, parcel, wanted)
        async with within_reach(desk.pool) as connection:
            is_as_shown = await table.is_as_shown(connection, signed, store, order_id, shown)
            held = await held_by(connection, signed, store, order_id)
        href = pack_href(store, order_id)
        if held is not None:
            return fragment(signed.language, "staff/pack_held.html", page={"held_by": held, "href": href})
        if stage and not is_as_shown:
            return fragment(signed.language, "staff/pack_changed.html", page={"href": href})
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=dict(HEADERS))

    @router.post(f"{ORDER}/scans")
    async def scanned(request: Request, signed: who, store: StoreId, order_id: OrderId) -> Response:
        form = await form_of(request)
        typed = form.text("code", 400)
        return await answered(
            request,
            signed,
            form,
            await table.count(
                signed,
                store,
                order_id,
                form.text("parcel", 20) or None,
                _scan_id(form),
                lambda box: scan(typed, box.expected),
            ),
        )

    @router.post(f"{ORDER}/counts")
    async def ticked(request: Request, signed: who, store: StoreId, order_id: OrderId) -> Response:
        form = await form_of(request)
        quantity = {"all": None, "one": 1, "out": -1}.get(form.text("count", 10), 1)
        judge = by_hand(form.text("line_id", 40), quantity)
        parcel = form.text("parcel", 20) or None
        counted = await table.count(signed, store, order_id, parcel, _scan_id(form), judge)
        return await answered(request, signed, form, counted)

    async def answered(request: Request, signed: Signed, form: Form, counted: Counted) -> Response:
        """The lines that changed, for an open page; the whole page for a browser without scripts."""
        kept, parcel = counted.kept, form.text("parcel", 20) or None
        if is_fragment(request):
            lines = [each for each in line_views(counted.box.lines) if each.line_id in counted.changed]
            values = {"href": pack_href(kept.store, kept.order_id), "box": box_view(kept, counted.box)}
            drawn = {**values, "said": counted.said, "lines": lines, "parcel": counted.box.name}
            return fragment(signed.language, "staff/pack_scanned.html", page=drawn)
        model, zone = await table.open(signed, kept.store, kept.order_id, parcel, said=counted.said)
        return await page(desk, request, signed, model, time_zone=zone)

    @router.post(f"{ORDER}/steps")
    async def step(request: Request, signed: who, store: StoreId, order_id: OrderId) -> Response:
        form = await form_of(request, LARGEST)
        type_, parcel = form.text("type", 40), form.text("parcel", 20)
        if type_ not in STEPS or not parcel:
            raise NotHere
        try:
            command = _packed(form) if type_ == "packed" else read(form)
        except Unreadable as wrong:
            problems = {
                name: say(signed.language, f"desk_order.problem.{key}")
                for name, key in wrong.problems.items()
            }
            values = {name: form.text(name, 200) for name in ("weight_grams", "carrier", "tracking_number")}
            model, zone = await table.open(signed, store, order_id, parcel, values=values, problems=problems)
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return await page(desk, request, signed, model, status_code=status, time_zone=zone)
        if command.command_id is None:
            command = command.model_copy(update={"command_id": fresh_command_id()})
        notice = await clicks.give(signed, store, order_id, command, mails=True)
        await tell(desk, signed, notice)
        if type_ in STEP.values() and notice.is_good:
            await table.release(signed, store, order_id)
        return see_other(pack_href(store, order_id, parcel))

    return router


def _scan_id(form: Form) -> str:
    try:
        return SCAN_ID.validate_python(form.text("scan_id", 200))
    except ValidationError:
        return fresh_command_id()


def _packed(form: Form) -> Command:
    """The box as its page showed it. Raises Unreadable."""
    weight = form.text("weight_grams", 40)
    if weight and not (weight.isascii() and weight.isdecimal()):
        raise Unreadable(weight_grams="weight_grams")
    lines = []
    for each in form.text("contents", LARGEST).split():
        line_id, _, quantity = each.rpartition(":")
        lines.append({"line_id": line_id, "quantity": int(quantity) if quantity.isdecimal() else 0})
    values = {
        "command_id": form.text("command_id", 200) or None,
        "parcel": form.text("parcel", 20),
        "lines": lines,
        "weight_grams": int(weight) if weight else None,
    }
    try:
        return Packed.model_validate(values)
    except ValidationError as error:
        name = str(error.errors(include_url=False)[0]["loc"][0])
        raise Unreadable(**{name: name if name in ("weight_grams", "lines") else "other"}) from None


async def _found(connection: Connection, signed: Signed, typed: str) -> str | None:
    """Where the order is that was scanned or typed: by a parcel's label, its number, or an article."""
    label = parcel_code_in(typed)
    if label is not None:
        if signed.sees(label.store) and await reading.exists(connection, label.store, label.order_id):
            return pack_href(label.store, label.order_id, label.parcel)
        return None
    named = await packing.named(connection, typed.removeprefix("#"), signed.stores)
    if named:
        return pack_href(*named[0])
    waiting = await packing.waiting_for(connection, typed, signed.stores)
    return pack_href(*waiting) if waiting else None


async def _waiting(connection: Connection, signed: Signed, queue: Queue) -> tuple[Waiting, ...]:
    """What waits at the table, the oldest first, with who is at it."""
    found = await listing.page(
        connection, Filter(stores=signed.stores, queue=queue, oldest_first=True, limit=MOST_LISTED)
    )
    return await waiting_views(connection, signed.language, signed.actor, found.rows)


async def waiting_views(
    connection: Connection, language: Language, actor: str, rows: list[listing.Row]
) -> tuple[Waiting, ...]:
    """Rows of the list as they are shown where work is chosen, with who else is at each."""
    held = await claims.of_orders(connection, [(row.store, row.order_id) for row in rows])
    now = datetime.now(UTC)
    drawn = []
    for row in rows:
        claim = held.get((row.store, row.order_id))
        drawn.append(
            Waiting(
                store=row.store,
                order_id=row.order_id,
                href=pack_href(row.store, row.order_id),
                number=row.number,
                customer=row.customer,
                items=row.items,
                more=max(0, row.lines - len(row.items)),
                age=waited(language, row.moved_at, now),
                placed_at=row.placed_at,
                held_by=claim.name if claim and claim.actor != actor else "",
            )
        )
    return tuple(drawn)
