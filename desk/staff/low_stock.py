"""What runs low, below the list of what needs a person: each product with the click that takes it away."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.responses import Response

from db import low_stock, stores
from db.low_stock import LowProduct
from db.pool import within_reach
from desk.staff.access import Gate
from desk.staff.forms import form_of
from desk.staff.order_rows import age, order_href
from desk.staff.routes import desk_router
from desk.staff.shell import Desk, Notice, local, see_other, tell
from desk.staff.signed import Signed
from orders.errors import ProductNotFound
from orders.rights import Right
from orders.store import StoreId, StoreSettings
from orders.words import in_words, say

HOME: Final = "/desk/attention"
ANCHOR: Final = "low-stock"
MOST_SHOWN: Final = 100


class ProductView(BaseModel, frozen=True):
    """A product that runs low. `action` is empty where the reader may not take it away."""

    name: str
    sku: str
    store_name: str
    left: int
    limit: int
    number: str
    href: str
    age: str
    since: datetime
    action: str


class LowStockView(BaseModel, frozen=True):
    """`count` of them run low; those that do so for longest are shown."""

    products: tuple[ProductView, ...]
    count: int

    @property
    def is_cut(self) -> bool:
        return self.count > len(self.products)


def low_stock_view(
    signed: Signed,
    known: dict[str, StoreSettings],
    found: tuple[LowProduct, ...],
    count: int,
    now: datetime,
) -> LowStockView:
    """The section, of the stores that the reader sees."""
    return LowStockView(products=tuple(_product(each, signed, known, now) for each in found), count=count)


def _product(each: LowProduct, signed: Signed, known: dict[str, StoreSettings], now: datetime) -> ProductView:
    settings = known.get(each.store)
    return ProductView(
        name=each.name,
        sku=each.sku,
        store_name=settings.look.name if settings and len(known) > 1 else "",
        left=each.stock_left,
        limit=each.low_limit,
        number=each.number,
        href=order_href(each.store, each.order_id),
        age=age(signed.language, now - each.since),
        since=each.since,
        action=f"/desk/low-stock/{each.store}/there-again" if signed.may(Right.FULFIL) else "",
    )


def low_stock_router(desk: Desk, gate: Gate) -> APIRouter:
    """`POST /desk/low-stock/{store}/there-again`."""
    router = desk_router(gate)
    who = Annotated[Signed, Depends(gate.signed)]

    @router.post("/desk/low-stock/{store}/there-again")
    async def there_again(request: Request, signed: who, store: StoreId) -> Response:
        form = await form_of(request)
        sku = form.exact("sku")[: low_stock.LONGEST_SKU]
        async with within_reach(desk.pool) as connection:
            await stores.settings(connection, store)
            try:
                await low_stock.there_again(connection, signed.doer, store, sku)
            except ProductNotFound as unknown:
                said = Notice(text=in_words(signed.language, unknown.sentence), is_good=False)
            else:
                said = Notice(text=say(signed.language, "desk_order.low_stock.noted", sku=sku))
        await tell(desk, signed, said)
        return see_other(f"{local(form.text('next', 500), HOME)}#{ANCHOR}")

    return router
