"""The packing table as a page: the goods of one order, what was counted, and the next step."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal
from urllib.parse import quote, urlencode

from pydantic import BaseModel

from db.claims import Claim
from db.notes import Note
from db.reading import Kept
from desk.staff.order_forms import MailLine
from desk.staff.order_rows import age, order_href
from desk.staff.packing_box import Box, BoxLine, Place, Stage, missing
from desk.staff.scanning import Said
from desk.staff.shell import fresh_command_id
from orders.order import Line
from orders.store import Language, StoreSettings
from orders.words import in_words, say

PACK: Final = "/desk/pack"
MOST_MISSING: Final = 5
STEP: Final = {
    Stage.HAND_OVER: "shipped",
    Stage.MAKE_READY: "ready_for_pickup",
    Stage.BRING: "out_for_delivery",
}
"""The command that the last click at the table gives, by what is done with the parcel."""


class LineView(BaseModel, frozen=True):
    """One line as the packer sees it. `place` is its number at the table."""

    place: int
    line_id: str
    name: str
    sku: str
    barcode: str
    options: tuple[str, ...]
    location: str
    wanted: int
    counted: int
    unpicked: int
    has_code: bool

    @property
    def state(self) -> Literal["none", "part", "full", "over"]:
        if self.counted > self.wanted:
            return "over"
        return "full" if self.counted == self.wanted else "part" if self.counted else "none"


class BoxView(BaseModel, frozen=True):
    """What changes with every scan: how far the box is, and what it lacks."""

    name: str
    href: str
    wanted: int
    counted: int
    is_complete: bool
    is_over: bool
    has_label: bool
    missing: tuple[str, ...]
    more_missing: int
    contents: str
    """What lies in it, as the form sends it: `line:quantity` for each line."""
    weight_hint: int | None
    command_id: str
    weight: str = ""
    problem: str = ""


class Next(BaseModel, frozen=True):
    """The order that is packed after this one."""

    href: str
    number: str


class PackPage(BaseModel, frozen=True):
    template: Literal["staff/pack_order.html"] = "staff/pack_order.html"
    store: str
    order_id: str
    href: str
    order_href: str
    number: str
    customer: str
    method: str
    option: str
    comment: str
    remarks: tuple[str, ...]
    stage: Stage
    parcel: str
    parcels: int
    why_not: str
    lines: tuple[LineView, ...]
    box: BoxView
    said: Said | None
    held_by: Claim | None
    carriers: tuple[str, ...]
    carrier: str
    tracking_number: str
    problems: dict[str, str]
    may_skip_label: bool
    step: str
    mail: MailLine | None
    command_id: str
    left: int
    """Units that are in no parcel yet, once this parcel is made."""
    papers: str
    next: Next | None


def pack_href(store: str, order_id: str, parcel: str = "") -> str:
    href = f"{PACK}/{quote(store)}/{quote(order_id)}"
    return f"{href}?{urlencode({'parcel': parcel})}" if parcel else href


def line_views(lines: Sequence[BoxLine]) -> tuple[LineView, ...]:
    return tuple(
        LineView(
            place=place,
            line_id=each.line.line_id,
            name=each.line.name,
            sku=each.line.sku,
            barcode=each.line.barcode,
            options=each.line.options,
            location=each.line.location,
            wanted=each.expected.wanted,
            counted=each.expected.counted,
            unpicked=each.unpicked,
            has_code=each.expected.has_code,
        )
        for place, each in enumerate(lines, 1)
    )


def box_view(kept: Kept, box: Box, *, weight: str = "", problem: str = "") -> BoxView:
    lacking = missing(box)
    return BoxView(
        name=box.name,
        href=pack_href(kept.store, kept.order_id),
        wanted=box.wanted,
        counted=box.counted,
        is_complete=box.is_complete,
        is_over=box.is_over,
        has_label=box.has_label,
        missing=tuple(named(line, quantity) for line, quantity in lacking[:MOST_MISSING]),
        more_missing=max(0, len(lacking) - MOST_MISSING),
        contents=" ".join(f"{each.line_id}:{each.counted}" for each in box.expected if each.counted),
        weight_hint=_weight(box),
        command_id=fresh_command_id(),
        weight=weight,
        problem=problem,
    )


def named(line: Line, quantity: int) -> str:
    """So many pieces of an article, and where they lie."""
    where = f" ({line.location})" if line.location else ""
    return f"{quantity} × {line.name}{where}"


def pack_page(
    language: Language,
    kept: Kept,
    settings: StoreSettings,
    place: Place,
    box: Box,
    notes: Sequence[Note],
    held_by: Claim | None,
    mail: MailLine | None,
    next_: Next | None,
    *,
    said: Said | None = None,
    values: dict[str, str] | None = None,
    problems: dict[str, str] | None = None,
) -> PackPage:
    """The page of this order at the table; `values` and `problems` are of a form that is drawn again."""
    order, state = kept.order, kept.state
    carriers = tuple(settings.tracking_links)
    values, problems = values or {}, problems or {}
    made = place.parcel
    left = sum(state.to_pack(line) for line in state.lines)
    return PackPage(
        store=kept.store,
        order_id=kept.order_id,
        href=pack_href(kept.store, kept.order_id),
        order_href=order_href(kept.store, kept.order_id),
        number=kept.number,
        customer=order.customer.name or order.customer.email or "",
        method=say(language, f"desk.method.{kept.fulfillment_method}"),
        option=order.fulfillment.option if order.fulfillment else "",
        comment=order.comment,
        remarks=tuple(text for text in (order.staff_note, *(note.text for note in notes)) if text),
        stage=place.stage,
        parcel=place.name,
        parcels=len(state.live_parcels),
        why_not=in_words(language, place.why_not, time_zone=settings.time_zone) if place.why_not else "",
        lines=line_views(box.lines) if place.stage is Stage.PACK else (),
        box=box_view(
            kept, box, weight=values.get("weight_grams", ""), problem=problems.get("weight_grams", "")
        ),
        said=said,
        held_by=held_by,
        carriers=carriers,
        carrier=values.get("carrier", (made and made.carrier) or (carriers[0] if carriers else "")),
        tracking_number=values.get("tracking_number", ""),
        problems=problems,
        may_skip_label=state.plan.policy.may_skip_steps,
        step=STEP.get(place.stage, ""),
        mail=mail,
        command_id=fresh_command_id(),
        left=left,
        papers=urlencode({"orders": f"{kept.store}/{kept.order_id}", "parcel": place.name}),
        next=next_,
    )


def _weight(box: Box) -> int | None:
    """What the goods in the box weigh by their own weights, where all of them are known."""
    grams = 0
    for each in box.lines:
        if each.expected.counted and each.line.weight_grams is None:
            return None
        grams += (each.line.weight_grams or 0) * each.expected.counted
    return grams or None


class Waiting(BaseModel, frozen=True):
    """An order that waits at the table."""

    store: str
    order_id: str
    href: str
    number: str
    customer: str
    items: tuple[tuple[int, str], ...]
    more: int
    age: str
    placed_at: datetime
    held_by: str


class PackStart(BaseModel, frozen=True):
    """Where packing begins: the box that is to be scanned, and what waits."""

    template: Literal["staff/pack.html"] = "staff/pack.html"
    typed: str
    problem: str
    waiting: tuple[Waiting, ...]
    parcels: tuple[Waiting, ...]


def waited(language: Language, since: datetime, now: datetime) -> str:
    return age(language, now - since)
