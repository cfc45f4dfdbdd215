"""The routes of picking: a list for one order or many, ticked unit by unit, told to the orders at the end."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response

from db import claims, listing, notes, picking, reading
from db.claims import Claimed
from db.listing import Filter, Queue
from db.pool import Connection, within_reach
from desk.staff.access import Gate
from desk.staff.errors import NotHere
from desk.staff.forms import Form, form_of
from desk.staff.order_commands import LARGEST, Clicks
from desk.staff.packing import waiting_views
from desk.staff.packing_page import named
from desk.staff.packing_table import held_by
from desk.staff.picking_page import PICK, PickStart, ToPick, pick_href, pick_page, progress
from desk.staff.routes import desk_router
from desk.staff.shell import Desk, Notice, fragment, fresh_command_id, is_fragment, page, see_other, tell
from desk.staff.signed import Signed
from orders.change import By
from orders.commands import CommandId, Picked, Quantity
from orders.errors import OrderNotFound, Refused
from orders.tasks import Task
from orders.words import say

MOST_ORDERS: Final = 50
"""On one list: more than anybody carries in one round."""
MOST_LISTED: Final = 100
LONGEST_NOTE: Final = 4000
NAME: Final[TypeAdapter[str]] = TypeAdapter(CommandId)


def picking_router(desk: Desk, gate: Gate) -> APIRouter:
    """`/desk/pick`, what is ticked there, and the end of the round."""
    router = desk_router(gate)
    clicks = Clicks(desk)
    who = Annotated[Signed, Depends(gate.signed)]

    @router.get(PICK)
    async def pick(request: Request, signed: who, orders: str = "") -> Response:
        names = _names(orders)
        if not names:
            return await start(request, signed)
        async with within_reach(desk.pool) as connection:
            found = await _to_pick(connection, signed, names)
        by = By(at=datetime.now(UTC), actor=signed.actor)
        return await page(desk, request, signed, pick_page(found, by, signed.language))

    async def start(request: Request, signed: Signed) -> Response:
        wanted = Filter(stores=signed.stores, queue=Queue.TO_PICK, oldest_first=True, limit=MOST_LISTED)
        async with within_reach(desk.pool) as connection:
            found = await listing.page(connection, wanted)
            waiting = await waiting_views(connection, signed.language, signed.actor, found.rows)
            mine = list(await claims.of_actor(connection, signed.actor))[:MOST_LISTED]
            rows = [row for place in mine if (row := await listing.row(connection, *place)) is not None]
        # Also those that are not among the first of the list: somebody chose them elsewhere.
        names = [f"{row.store}/{row.order_id}" for row in rows if Task.PICK in row.tasks][:MOST_ORDERS]
        model = PickStart(waiting=waiting, mine=len(names), mine_href=pick_href(names))
        return await page(desk, request, signed, model)

    @router.post(f"{PICK}/take")
    async def take(request: Request, signed: who) -> Response:
        """Claim the orders that were chosen, or the first so many that nobody is at."""
        form = await form_of(request, LARGEST)
        chosen = [] if form.has("first") else _names(",".join(form.all("order")))
        number = _number(form.text("number", 4)) or 10
        taken: list[str] = []
        async with within_reach(desk.pool) as connection:
            if not chosen:
                wanted = Filter(
                    stores=signed.stores, queue=Queue.TO_PICK, oldest_first=True, limit=MOST_LISTED
                )
                chosen = [(row.store, row.order_id) for row in (await listing.page(connection, wanted)).rows]
            for store, order_id in chosen:
                if len(taken) == (min(number, MOST_ORDERS) if form.has("first") else MOST_ORDERS):
                    break
                if not signed.sees(store):
                    raise NotHere
                await reading.store_of(connection, order_id, store)
                found = await claims.claim(connection, store, order_id, signed.actor, signed.name)
                if isinstance(found, Claimed):
                    taken.append(f"{store}/{order_id}")
        if not taken:
            text = say(signed.language, "packing.pick.nothing_free")
            await tell(desk, signed, Notice(text=text, is_good=False))
        return see_other(pick_href(taken))

    @router.post(f"{PICK}/checks")
    async def check(request: Request, signed: who) -> Response:
        form = await form_of(request, LARGEST)
        found = await keep(signed, form)
        if is_fragment(request):
            by = By(at=datetime.now(UTC), actor=signed.actor)
            open_ones = [each for each in found if not each.why_not(by, signed.language)]
            drawn = {"progress": progress(open_ones), "command_id": fresh_command_id()}
            return fragment(signed.language, "staff/pick_progress.html", page=drawn)
        return see_other(pick_href([each.key for each in found]))

    @router.post(f"{PICK}/done")
    async def done(request: Request, signed: who) -> Response:
        """Tell the orders that are complete; with `short`, also those of which something was not found."""
        form = await form_of(request, LARGEST)
        found = await keep(signed, form)
        by = By(at=datetime.now(UTC), actor=signed.actor)
        base = _id(form.text("command_id", 80))
        chosen = [each for each in found if each.is_complete or (form.has("short") and each.is_short)]
        # What is refused is said of each order by itself, and stops none of the others.
        chosen = [each for each in chosen if not each.why_not(by, signed.language)]
        told = await asyncio.gather(*(tell_picked(signed, each, base) for each in chosen))
        refused = [notice.text for notice in told if not notice.is_good]
        if refused:
            await tell(desk, signed, Notice(text=" ".join(refused), is_good=False))
        elif not told:
            await tell(desk, signed, Notice(text=say(signed.language, "packing.pick.none"), is_good=False))
        else:
            text = say(signed.language, "packing.pick.done", count=len(told))
            short = sum(quantity for each in chosen for _, quantity in each.missing)
            if short:
                text += " " + say(signed.language, "packing.pick.done_short", count=short)
            await tell(desk, signed, Notice(text=text))
        left = [each.key for each in found if each not in chosen]
        return see_other(pick_href(left))

    async def tell_picked(signed: Signed, each: ToPick, base: str) -> Notice:
        """Tell one order what was picked of it; what was not found is written down as a note."""
        kept = each.kept
        lines = tuple(
            Quantity(line_id=line_id, quantity=quantity)
            for line_id, quantity in each.checked.items()
            if quantity
        )
        command = Picked(command_id=f"{base}-{kept.order_id}"[:100], lines=lines)
        notice = await clicks.give(signed, kept.store, kept.order_id, command, mails=True)
        if not notice.is_good:
            return notice.model_copy(update={"text": f"{kept.number}: {notice.text}"})
        async with within_reach(desk.pool) as connection:
            if each.missing:
                short = ", ".join(named(line, quantity) for line, quantity in each.missing)
                text = say(signed.language, "packing.pick.not_found_note", missing=short)[:LONGEST_NOTE]
                try:
                    name = f"{base}-note"[:100]
                    await notes.add(connection, kept.store, kept.order_id, name, signed.actor, text)
                except Refused:
                    pass  # It has as many notes as an order may have; what is left to pick says the same.
            await claims.release(connection, kept.store, kept.order_id, signed.actor)
        return notice

    async def keep(signed: Signed, form: Form) -> Sequence[ToPick]:
        """Keep the ticks that a page sent; the orders of its list as they are then."""
        names = _names(form.text("orders", LARGEST))
        ticked = _ticked(form)
        async with within_reach(desk.pool) as connection:
            found = await _to_pick(connection, signed, names)
            for each in found:
                for line, quantity in each.left:
                    count = ticked.get(f"{each.key}/{line.line_id}")
                    known = each.kept.state.line(line.line_id)
                    if count is None or known is None or count == each.checked.get(line.line_id, 0):
                        continue
                    # Whoever works on it keeps it; a tick of somebody else's order is a tick all the same.
                    await held_by(connection, signed, each.kept.store, each.kept.order_id)
                    await picking.check(
                        connection,
                        each.kept.store,
                        each.kept.order_id,
                        line.line_id,
                        min(count, quantity),
                        signed.actor,
                        picked_before=known.units.picked,
                    )
            return await _to_pick(connection, signed, names)

    return router


def _ticked(form: Form) -> dict[str, int]:
    """How many units of each share the page shows as taken: its boxes counted, or the number typed."""
    boxes: dict[str, int] = {}
    for each in form.all("unit"):
        key = each.rpartition("/")[0]
        boxes[key] = boxes.get(key, 0) + 1
    counts = {}
    for key in form.all("share"):
        typed = form.text(f"count.{key}", 4)
        counts[key] = _number(typed) if typed else boxes.get(key, 0)
    return counts


async def _to_pick(
    connection: Connection, signed: Signed, names: Iterable[tuple[str, str]]
) -> tuple[ToPick, ...]:
    """These orders with what is ticked of them. Raises NotHere for one that is not this reader's to see."""
    asked = list(names)
    if any(not signed.sees(store) for store, _ in asked):
        raise NotHere
    checks = await picking.of_orders(connection, asked)
    held = await claims.of_orders(connection, asked)
    found = []
    for name in asked:
        try:
            kept = await reading.order(connection, *name)
        except OrderNotFound:
            raise NotHere from None
        claim = held.get(name)
        other = claim if claim and claim.actor != signed.actor else None
        found.append(ToPick(kept, picking.standing(kept.state, checks.get(name, ())), other))
    return tuple(found)


def _names(written: str) -> list[tuple[str, str]]:
    """The orders that an address or a form names, each once; at most as many as fit one list."""
    found: dict[tuple[str, str], None] = {}
    for each in written[:LARGEST].split(","):
        store, _, order_id = each.strip().partition("/")
        if store and order_id and "\0" not in each:
            found[store, order_id] = None
    return list(found)[:MOST_ORDERS]


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdecimal() else 0


def _id(typed: str) -> str:
    try:
        return NAME.validate_python(typed)
    except ValidationError:
        return fresh_command_id()
