"""The pick list as a page: what to take from which shelf, for whom, and what lies in the cart already."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple
from urllib.parse import urlencode

from pydantic import BaseModel

from db.claims import Claim
from db.reading import Kept
from desk.staff.order_rows import order_href
from desk.staff.packing_page import Waiting, named
from desk.staff.shell import fresh_command_id
from orders.change import By
from orders.commands import Picked
from orders.errors import OrderError
from orders.order import Line
from orders.pick_list import Wanted, left_to_pick, pick_list
from orders.rules.decide import decide
from orders.store import Language
from orders.words import in_words

PICK: Final = "/desk/pick"
MOST_BOXES: Final = 24
"""A box to tick for every unit, up to so many; beyond, a number is typed."""


class ToPick(NamedTuple):
    """An order on the list: what is ticked of it, by line, and who else is at it."""

    kept: Kept
    checked: Mapping[str, int]
    held_by: Claim | None

    @property
    def key(self) -> str:
        return f"{self.kept.store}/{self.kept.order_id}"

    @property
    def left(self) -> tuple[tuple[Line, int], ...]:
        """What is to be taken from the shelf, by line."""
        return left_to_pick(self.kept.order.lines, self.kept.state)

    @property
    def missing(self) -> tuple[tuple[Line, int], ...]:
        """What is on the list and not in the cart."""
        short = ((line, quantity - self.checked.get(line.line_id, 0)) for line, quantity in self.left)
        return tuple((line, quantity) for line, quantity in short if quantity > 0)

    @property
    def is_complete(self) -> bool:
        return bool(self.left) and not self.missing

    @property
    def is_short(self) -> bool:
        return any(self.checked.values()) and bool(self.missing)

    def why_not(self, by: By, language: Language) -> str:
        """Why it may not be picked now; empty where it may."""
        try:
            decide(self.kept.state, Picked(), by)
        except OrderError as no:
            return in_words(language, no.sentence)
        return ""


class ShareView(BaseModel, frozen=True):
    """How many units of an article are for one order; `key` names it in the form."""

    key: str
    number: str
    quantity: int
    checked: int

    @property
    def has_boxes(self) -> bool:
        return self.quantity <= MOST_BOXES


class RowView(BaseModel, frozen=True):
    place: int
    location: str
    name: str
    sku: str
    options: tuple[str, ...]
    quantity: int
    shares: tuple[ShareView, ...]

    @property
    def is_full(self) -> bool:
        return all(share.checked == share.quantity for share in self.shares)


class OrderView(BaseModel, frozen=True):
    number: str
    customer: str
    href: str
    checked: int
    quantity: int
    missing: tuple[str, ...]
    held_by: str
    why_not: str


class Progress(BaseModel, frozen=True):
    """How far the list is: what every tick changes."""

    checked: int
    quantity: int
    complete: tuple[OrderView, ...]
    short: tuple[OrderView, ...]


class PickPage(BaseModel, frozen=True):
    template: Literal["staff/pick.html"] = "staff/pick.html"
    rows: tuple[RowView, ...]
    orders: tuple[OrderView, ...]
    blocked: tuple[OrderView, ...]
    progress: Progress
    names: str
    papers: str
    command_id: str


class PickStart(BaseModel, frozen=True):
    """Where picking begins: what waits, and the list that one was busy with."""

    template: Literal["staff/pick_start.html"] = "staff/pick_start.html"
    waiting: tuple[Waiting, ...]
    mine: int
    mine_href: str


def pick_href(names: Sequence[str]) -> str:
    """The page of the list of these orders, each named as `store/order_id`."""
    return f"{PICK}?{urlencode({'orders': ','.join(names)}, safe='/,')}" if names else PICK


def pick_page(found: Sequence[ToPick], by: By, language: Language) -> PickPage:
    """One list for all of these orders, in the order of the shelves."""
    views = [_order(each, each.why_not(by, language)) for each in found]
    open_ones = [each for each, view in zip(found, views, strict=True) if not view.why_not]
    names = [each.key for each in found]
    return PickPage(
        rows=_rows(open_ones),
        orders=tuple(view for view in views if not view.why_not),
        blocked=tuple(view for view in views if view.why_not),
        progress=progress(open_ones),
        names=",".join(names),
        papers=urlencode({"orders": ",".join(each.key for each in open_ones)}),
        command_id=fresh_command_id(),
    )


def progress(found: Sequence[ToPick]) -> Progress:
    return Progress(
        checked=sum(sum(each.checked.values()) for each in found),
        quantity=sum(quantity for each in found for _, quantity in each.left),
        complete=tuple(_order(each, "") for each in found if each.is_complete),
        short=tuple(_order(each, "") for each in found if each.is_short),
    )


def _order(each: ToPick, why_not: str) -> OrderView:
    order = each.kept.order
    return OrderView(
        number=each.kept.number,
        customer=order.customer.name or order.customer.email or "",
        href=order_href(each.kept.store, each.kept.order_id),
        checked=sum(each.checked.values()),
        quantity=sum(quantity for _, quantity in each.left),
        missing=tuple(named(line, quantity) for line, quantity in each.missing),
        held_by=each.held_by.name if each.held_by else "",
        why_not=why_not,
    )


def _rows(found: Sequence[ToPick]) -> tuple[RowView, ...]:
    """The same articles on the same shelf together, whoever they are for."""
    checked = {f"{each.key}/{line_id}": count for each in found for line_id, count in each.checked.items()}
    wanted = [Wanted(each.kept.store, each.kept.order_id, each.kept.number, each.left) for each in found]
    return tuple(
        RowView(
            place=place,
            location=row.location,
            name=row.name,
            sku=row.sku,
            options=row.options,
            quantity=row.quantity,
            shares=tuple(
                ShareView(
                    key=(key := f"{share.store}/{share.order_id}/{share.line_id}"),
                    number=share.number,
                    quantity=share.quantity,
                    checked=checked.get(key, 0),
                )
                for share in row.shares
            ),
        )
        for place, row in enumerate(pick_list(wanted), 1)
    )
