"""The list of what needs a person: each with its reason, its owner, and the click that solves it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.responses import Response

from db import attention, low_stock, stores
from db.attention import Entry
from db.pool import within_reach
from desk.staff.access import Gate
from desk.staff.attention_answers import AnswerView, answers
from desk.staff.low_stock import MOST_SHOWN, LowStockView, low_stock_view
from desk.staff.mail_names import with_mail_names
from desk.staff.order_model import may_give
from desk.staff.order_rows import age, order_href
from desk.staff.orders_page import Option
from desk.staff.routes import desk_router
from desk.staff.shell import Desk, fragment, page
from desk.staff.signed import Signed
from orders.errors import OrderError
from orders.owners import Owner, owner_of
from orders.state import Reason
from orders.store import StoreSettings
from orders.words import TIME_ZONE, in_words, say

ATTENTION: Final = "/desk/attention"
ENTRIES: Final = "/desk/attention/entries"


class EntryView(BaseModel, frozen=True):
    href: str
    store: str
    order_id: str
    number: str
    customer: str
    store_name: str
    text: str
    owner: str
    age: str
    since: datetime
    answers: tuple[AnswerView, ...]


class OwnerView(BaseModel, frozen=True):
    name: str
    href: str
    is_here: bool
    count: int


class AttentionPage(BaseModel, frozen=True):
    template: Literal["staff/attention.html"] = "staff/attention.html"
    entries: tuple[EntryView, ...]
    owners: tuple[OwnerView, ...]
    owner: str
    stores: tuple[Option, ...]
    store: str
    older: str | None
    here: str
    follows: str
    """Where the page asks for its entries anew when something has happened."""
    low: LowStockView


def attention_router(desk: Desk, gate: Gate) -> APIRouter:
    """`/desk/attention?owner=&store=&after=`."""
    router = desk_router(gate)

    who = Annotated[Signed, Depends(gate.signed)]

    async def model_of(signed: Signed, owner: str, store: str, after: str) -> AttentionPage:
        chosen = Owner(owner) if owner in frozenset(Owner) else None
        async with within_reach(desk.pool) as connection:
            everything = await stores.everything(connection)
            known = {name: each for name, each in everything.items() if signed.sees(name)}
            wanted = (store,) if store in known else signed.stores
            reasons = None if chosen is None else attention.of_owner(chosen)
            try:
                cursor = after[:400] or None
                found = await attention.page(connection, stores=wanted, reasons=reasons, cursor=cursor)
            except OrderError:  # An address that somebody mended by hand.
                after = ""
                found = await attention.page(connection, stores=wanted, reasons=reasons)
            counted = await attention.counts(connection, wanted)
            low = await low_stock.longest(connection, wanted, MOST_SHOWN)
            low_count = await low_stock.count(connection, wanted) if len(low) == MOST_SHOWN else len(low)
        store = store if store in known else ""
        now = datetime.now(UTC)
        return AttentionPage(
            entries=tuple(_entry(each, signed, known, now) for each in found.entries),
            owners=_owners(signed, counted, chosen, store),
            owner=str(chosen or ""),
            stores=tuple(Option(value=name, name=each.look.name) for name, each in known.items())
            if len(known) > 1
            else (),
            store=store,
            older=_address(chosen, store, found.next) if found.next else None,
            here=_address(chosen, store, after),
            follows=_address(chosen, store, after, ENTRIES),
            low=low_stock_view(signed, known, low, low_count, now),
        )

    @router.get(ATTENTION)
    async def everything(
        request: Request, signed: who, owner: str = "", store: str = "", after: str = ""
    ) -> Response:
        return await page(desk, request, signed, await model_of(signed, owner, store, after))

    @router.get(ENTRIES)
    async def entries(signed: who, owner: str = "", store: str = "", after: str = "") -> Response:
        model = await model_of(signed, owner, store, after)
        return fragment(signed.language, "staff/attention_found.html", page=model)

    return router


def _address(owner: Owner | None, store: str, after: str | None = None, path: str = ATTENTION) -> str:
    asked = {"owner": str(owner or ""), "store": store, "after": after or ""}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{path}?{query}" if query else path


def _owners(
    signed: Signed, counted: Mapping[Reason, int], chosen: Owner | None, store: str
) -> tuple[OwnerView, ...]:
    """Everybody, and each owner with how much waits for them."""
    per_owner = dict.fromkeys(Owner, 0)
    for reason, count in counted.items():
        per_owner[owner_of(reason)] += count
    everybody = OwnerView(
        name=say(signed.language, "desk_order.attention.everybody"),
        href=_address(None, store),
        is_here=chosen is None,
        count=sum(per_owner.values()),
    )
    return (
        everybody,
        *(
            OwnerView(
                name=say(signed.language, f"owner.{owner}"),
                href=_address(owner, store),
                is_here=owner is chosen,
                count=count,
            )
            for owner, count in per_owner.items()
        ),
    )


def _entry(entry: Entry, signed: Signed, known: Mapping[str, StoreSettings], now: datetime) -> EntryView:
    settings = known.get(entry.store)
    zone = settings.time_zone if settings else TIME_ZONE
    return EntryView(
        href=order_href(entry.store, entry.order_id),
        store=entry.store,
        order_id=entry.order_id,
        number=entry.number,
        customer=entry.customer,
        store_name=settings.look.name if settings and len(known) > 1 else "",
        text=in_words(signed.language, with_mail_names(entry.text), time_zone=zone),
        owner=say(signed.language, f"owner.{owner_of(entry.reason)}"),
        age=age(signed.language, now - entry.since),
        since=entry.since,
        answers=tuple(
            view
            for view, command in answers(
                signed.language, entry.store, entry.order_id, entry.reason, entry.subject
            )
            if command is None or may_give(signed, view.type)
        ),
    )
