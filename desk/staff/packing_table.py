"""The packing table: an order is opened at it, claimed, and counted into its box."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, NamedTuple

from db import claims, listing, notes, packing, reading, stores
from db.claims import Claim, HeldBy
from db.listing import Filter, Queue
from db.pool import Connection, within_reach
from db.reading import Kept
from desk.staff.order_forms import MailLine
from desk.staff.order_steps import Rules
from desk.staff.packing_box import Box, Place, Stage, box_name, box_of, place
from desk.staff.packing_page import STEP, Next, PackPage, pack_href, pack_page
from desk.staff.scanning import Said, bad, counted, said
from desk.staff.shell import Desk
from desk.staff.signed import Signed
from orders.change import By
from orders.commands import COMMAND
from orders.scan import Count, Scanned, Verdict
from orders.words import say

LOOKS_AHEAD: Final = 20
RENEWED_BEFORE: Final = claims.HOLDS_FOR * 2 / 3
"""A claim that holds for less than this is renewed by whatever its holder does next."""


class Counted(NamedTuple):
    """How a scan ended: the box after it, the lines it changed, and what is said."""

    kept: Kept
    box: Box
    changed: tuple[str, ...]
    said: Said


class Shown(NamedTuple):
    """What an open page shows of its order."""

    stage: str
    parcel: str
    wanted: int


class Table:
    """What can be done at the packing table, by whoever is signed in."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def open(
        self,
        signed: Signed,
        store: str,
        order_id: str,
        parcel: str | None,
        *,
        said: Said | None = None,
        values: dict[str, str] | None = None,
        problems: dict[str, str] | None = None,
    ) -> tuple[PackPage, str]:
        """The page of this order, claimed for who opens it unless somebody else is at it; with the time zone
        of its shop. Raises OrderNotFound."""
        async with within_reach(self._desk.pool) as connection:
            kept = await reading.order(connection, store, order_id)
            settings = await stores.settings(connection, store)
            written = await notes.of_order(connection, store, order_id)
            by = By(at=datetime.now(UTC), actor=signed.actor)
            found = place(kept, parcel, by)
            counts = await packing.counts(connection, store, order_id, box_name(kept.state, parcel))
            holder = None
            if found.stage not in (Stage.DONE, Stage.BLOCKED):
                holder = await held_by(connection, signed, store, order_id)
            following = await self._next(connection, signed, store, order_id)
        box = box_of(kept, counts, parcel)
        mail = _mail(kept, found, signed)
        page = pack_page(
            signed.language,
            kept,
            settings,
            found,
            box,
            written,
            holder,
            mail,
            following,
            said=said,
            values=values,
            problems=problems,
        )
        return page, settings.time_zone

    async def is_as_shown(
        self, connection: Connection, signed: Signed, store: str, order_id: str, shown: Shown
    ) -> bool:
        """Whether an open page still shows what is to be done. Raises OrderNotFound."""
        kept = await reading.order(connection, store, order_id)
        parcel = shown.parcel or None
        found = place(kept, parcel, By(at=datetime.now(UTC), actor=signed.actor))
        return found.stage == shown.stage and box_of(kept, {}, parcel).wanted == shown.wanted

    async def count(
        self,
        signed: Signed,
        store: str,
        order_id: str,
        parcel: str | None,
        scan_id: str,
        judge: Callable[[Box], Scanned],
    ) -> Counted:
        """Count what `judge` reads, once for each `scan_id`. Nothing is counted while somebody else has the
        order claimed. Raises OrderNotFound."""
        language = signed.language
        async with within_reach(self._desk.pool) as connection:
            kept = await reading.order(connection, store, order_id)
            held = await held_by(connection, signed, store, order_id)
            by = By(at=datetime.now(UTC), actor=signed.actor)
            name = box_name(kept.state, parcel)
            async with packing.at_the_box(connection, store, order_id):
                box = box_of(kept, await packing.counts(connection, store, order_id, name), parcel)
                if held is not None:
                    text = say(language, "packing.held", name=held.name, since=held.since)
                    return Counted(kept, box, (), bad(text))
                stands = place(kept, parcel, by)
                if stands.stage is not Stage.PACK:
                    return Counted(kept, box, (), bad(say(language, "packing.scan.not_now")))
                before = await packing.known(connection, store, order_id, name, scan_id)
                if before:
                    return Counted(kept, box, _lines(before), counted(language, box, before))
                scanned = judge(box)
                if scanned.verdict is Verdict.COUNTED:
                    kept_counts = scanned.counts
                    await packing.keep(connection, store, order_id, name, scan_id, kept_counts, signed.actor)
                    box = box_of(kept, await packing.counts(connection, store, order_id, name), parcel)
            answer = await said(connection, language, store, box, scanned)
        return Counted(kept, box, _lines(scanned.counts), answer)

    async def release(self, signed: Signed, store: str, order_id: str) -> None:
        """Give the order free: this parcel is out of hand."""
        async with within_reach(self._desk.pool) as connection:
            await claims.release(connection, store, order_id, signed.actor)

    async def _next(self, connection: Connection, signed: Signed, store: str, order_id: str) -> Next | None:
        wanted = Filter(stores=signed.stores, queue=Queue.TO_PACK, oldest_first=True, limit=LOOKS_AHEAD)
        found = await listing.page(connection, wanted)
        others = [row for row in found.rows if (row.store, row.order_id) != (store, order_id)]
        held = await claims.of_orders(connection, [(row.store, row.order_id) for row in others])
        for row in others:
            claim = held.get((row.store, row.order_id))
            if claim is None or claim.actor == signed.actor:
                return Next(href=pack_href(row.store, row.order_id), number=row.number)
        return None


async def held_by(connection: Connection, signed: Signed, store: str, order_id: str) -> Claim | None:
    """Claim the order, or renew one's claim; who else is at it, if somebody is."""
    standing = await claims.standing(connection, store, order_id)
    if standing is not None and standing.actor == signed.actor and _is_fresh(standing):
        return None  # Every renewal is told to every open page: not with every scan.
    found = await claims.claim(connection, store, order_id, signed.actor, signed.name)
    return found.claim if isinstance(found, HeldBy) else None


def _is_fresh(claim: Claim) -> bool:
    return claim.until - datetime.now(UTC) > RENEWED_BEFORE


def by_hand(line_id: str, quantity: int | None) -> Callable[[Box], Scanned]:
    """So many of a line ticked without a scan; below zero, taken out; None: all that is left of it."""

    def judge(box: Box) -> Scanned:
        line = next((each for each in box.expected if each.line_id == line_id), None)
        if line is None:
            return Scanned(verdict=Verdict.UNKNOWN, code=line_id)
        wanted = line.left if quantity is None else quantity
        if wanted > line.left or -wanted > line.counted or wanted == 0:
            return Scanned(verdict=Verdict.TOO_MANY, quantity=max(1, wanted), line_ids=(line_id,))
        counts = (Count(line_id=line_id, quantity=wanted),)
        return Scanned(verdict=Verdict.COUNTED, line_ids=(line_id,), counts=counts)

    return judge


def _lines(counts: tuple[Count, ...]) -> tuple[str, ...]:
    return tuple(each.line_id for each in counts)


def _mail(kept: Kept, found: Place, signed: Signed) -> MailLine | None:
    """The mail that the last click would send."""
    type_ = STEP.get(found.stage)
    if type_ is None and found.stage is Stage.LABEL:
        type_ = "shipped"
    if type_ is None:
        return None
    command = COMMAND.validate_python({"type": type_, "parcel": found.name})
    if not Rules(kept, signed.actor, datetime.now(UTC)).mail_keys(command):
        return None
    kind = say(signed.language, f"desk_order.mail.{type_}")
    customer = kept.order.customer
    return MailLine(recipient=customer.name or customer.email or "", subject=kind, can_be_switched_off=True)
