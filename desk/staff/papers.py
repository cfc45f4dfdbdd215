"""Papers at the desk: a link opens one print; an invoice gets its number by a button, never by a link."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from desk.papers import Papers
from desk.staff.access import Gate
from desk.staff.forms import form_of
from desk.staff.routes import desk_router
from desk.staff.shell import Desk, page
from desk.staff.signed import Signed
from orders.commands import ParcelId
from orders.paper import Asker, LabelSize, PaperFormat, PaperKind, PaperWish
from orders.rights import Right
from starter.arrivals import unreadable
from starter.http.papers import answer

LONGEST_LIST = 25_000
"""Characters: 200 orders, each with its store and the longest ids."""
MOST_NAMED = 10
_INVOICE = "/desk/papers/invoice"


class IssuePage(BaseModel, frozen=True):
    """Asks whether these orders shall get their invoices."""

    template: str = "staff/issue_invoices.html"
    count: int
    numbers: str
    orders: str
    leave_out: bool
    back: str


def papers_router(desk: Desk, gate: Gate) -> APIRouter:
    """`GET /desk/papers/{kind}?orders=store/id,store/id…` opens papers, and changes nothing: invoices that
    are still to be issued are asked about, and `POST /desk/papers/invoice` issues them."""
    routes = desk_router(gate)
    papers = Papers(desk.pool, desk.vault)
    who = Annotated[Signed, Depends(gate.signed)]

    @routes.get("/desk/papers/{kind}")
    async def open_papers(
        request: Request,
        kind: PaperKind,
        signed: who,
        orders: Annotated[str, Query(min_length=1, max_length=LONGEST_LIST)],
        size: LabelSize = LabelSize.FOUR_BY_SIX,
        format: PaperFormat = PaperFormat.PDF,
        parcel: ParcelId | None = None,
        leave_out: bool = False,
    ) -> Response:
        fields = {"size": size, "format": format, "parcel": parcel, "leave_out": leave_out}
        wish = _wish(kind, orders, **fields)
        asker = _asker(signed, may_issue=False)
        if kind is PaperKind.INVOICE and signed.may(Right.FULFIL):
            numbers = await papers.without_invoice(wish, asker)
            if numbers:
                more = ", …" if len(numbers) > MOST_NAMED else ""
                model = IssuePage(
                    count=len(numbers),
                    numbers=", ".join(numbers[:MOST_NAMED]) + more,
                    orders=orders,
                    leave_out=leave_out,
                    back=_back(wish),
                )
                return await page(desk, request, signed, model)
        return answer(await papers.make(wish, asker))

    @routes.post(_INVOICE)
    async def issue_invoices(request: Request, signed: who) -> Response:
        form = await form_of(request)
        wish = _wish(PaperKind.INVOICE, form.text("orders", LONGEST_LIST), leave_out=form.has("leave_out"))
        return answer(await papers.make(wish, _asker(signed, may_issue=True)))

    return routes


def _asker(signed: Signed, *, may_issue: bool) -> Asker:
    return Asker(actor=signed.actor, language=signed.language, stores=signed.stores, may_issue=may_issue)


def _wish(kind: PaperKind, orders: str, **fields: object) -> PaperWish:
    try:
        named = [_named(each) for each in orders.split(",") if each]
        return PaperWish.model_validate({"kind": kind, "orders": named, **fields})
    except ValidationError as error:
        raise unreadable(error) from None


def _named(written: str) -> dict[str, str]:
    store, _, order_id = written.partition("/")
    return {"store": store, "order_id": order_id}


def _back(wish: PaperWish) -> str:
    if len(wish.orders) > 1:
        return "/desk/orders"
    return f"/desk/orders/{wish.orders[0].store}/{wish.orders[0].order_id}"
