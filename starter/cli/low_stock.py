"""What runs low, and saying that a product is there again: from PostgreSQL only."""

from db import low_stock, stores
from db.audit import Doer
from db.low_stock import LowProduct
from orders.sentence import sentence
from starter.cli import connections, tables
from starter.cli.sending import who
from starter.cli.talk import print_json, printable, talk

DEFAULT = "default"


async def listed(store: str | None, as_json: bool) -> None:
    """What runs low, by store and SKU."""
    products: list[LowProduct] = []
    cursor = None
    async with connections.database() as pool, pool.acquire() as connection:
        while True:
            page = await low_stock.page(
                connection, stores=None if store is None else [store], cursor=cursor, limit=200
            )
            products += page.products
            cursor = page.next
            if cursor is None:
                break
    if as_json:
        print_json({"products": [each.model_dump(mode="json") for each in products]})
        return
    found = tables.table("sku", "article", "left", "low_limit", "since", "order")
    for each in products:
        order = each.order_id if each.store == DEFAULT else f"{each.store}/{each.order_id}"
        cells = (each.sku, each.name, each.stock_left, each.low_limit, talk.fact(each.since), order)
        found.add_row(*map(tables.cell, cells))
    talk.out.print(found)


async def there_again(sku: str, store: str | None, as_json: bool) -> None:
    """Say that there are enough of a product again."""
    async with connections.database() as pool, pool.acquire() as connection:
        owner = store or DEFAULT
        await stores.settings(connection, owner)
        await low_stock.there_again(connection, Doer(f"cli:{who()}"), owner, sku)
    if as_json:
        print_json({"store": owner, "sku": sku, "there_again": True})
        return
    noted = talk.words(sentence("desk_order.low_stock.noted", sku=sku))
    talk.out.print(printable(noted), soft_wrap=True)
