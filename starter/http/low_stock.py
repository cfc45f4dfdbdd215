"""The calls about what runs low: list it, and say that a product is there again."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from pydantic.config import JsonDict

from db import low_stock
from db.audit import Doer
from db.keys import Scope
from db.listing import LONGEST_PAGE
from db.low_stock import LowProduct
from db.pool import Pool, within_reach
from orders.store import StoreId
from starter.front_door import Visitor
from starter.http.documentation import PROBLEMS
from starter.http.entrance import Entrance

FORM: JsonDict = {"pattern": rf"^{low_stock.CURSOR.pattern}$"}


class LowStockAnswer(BaseModel):
    products: tuple[LowProduct, ...]
    next: str | None = Field(description="Cursor of the next page; null at the end.")


def router(pool: Pool, entrance: Entrance) -> APIRouter:
    """The routes about what runs low."""
    routes = APIRouter(tags=["stores"])
    staff = entrance(Scope.STAFF, Scope.OPS)

    @routes.get("/v1/low-stock", responses=PROBLEMS(400, 401, 403, 422, 503))
    async def runs_low(
        visitor: Annotated[Visitor, Depends(staff)],
        store: StoreId | None = None,
        cursor: Annotated[
            str | None,
            Query(max_length=150, description="The `next` of the page before.", json_schema_extra=FORM),
        ] = None,
        limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 50,
    ) -> LowStockAnswer:
        """Every product of which as many are left as its store wants to be told of, or fewer, by store and
        SKU; `order_id` is the order that said so."""
        async with within_reach(pool) as connection:
            found = await low_stock.page(
                connection, stores=None if store is None else [store], cursor=cursor, limit=limit
            )
        return LowStockAnswer(products=found.products, next=found.next)

    @routes.delete(
        "/v1/low-stock",
        status_code=HTTPStatus.NO_CONTENT,
        responses=PROBLEMS(400, 401, 403, 404, 422, 503),
    )
    async def there_again(
        visitor: Annotated[Visitor, Depends(staff)],
        store: StoreId,
        sku: Annotated[str, Query(min_length=1, max_length=low_stock.LONGEST_SKU, pattern=r"^[^\x00]+$")],
    ) -> None:
        """Say that there are enough of a product again: it runs low no more until a later order says so."""
        async with within_reach(pool) as connection:
            await low_stock.there_again(connection, Doer(visitor.actor, visitor.request_id), store, sku)

    return routes
