"""What runs low, in the database: as orders say of the shop's stock, whichever of them comes in first."""

import asyncio
import itertools
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db import digests, intake, low_stock, stores
from db.audit import Doer
from db.low_stock import LowProduct
from db.pool import Pool
from db.vault import Vault
from orders.errors import ProductNotFound
from orders.order import Order
from orders.store import StoreSettings
from starter import arrivals
from starter.ecwid import History, read
from tests import ecwid_orders
from tests.digital import EBOOK, MUGS, SECRET, an_order

VAULT = Vault(SECRET)
MORNING = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MINUTES = itertools.count()


class Stock:
    """A store with limits, and the orders that tell of its stock."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.store = f"low-{uuid.uuid4().hex[:8]}"

    async def limit(self, **settings: Any) -> None:
        async with self.pool.acquire() as connection:
            await stores.keep(connection, self.store, StoreSettings.model_validate(settings))

    def order(self, *left: int | None, at: datetime | None = None, sku: str = "MUG-BLUE") -> Order:
        """An order with a line for each of these counts."""
        lines = [{**MUGS, "line_id": str(n), "sku": sku, "stock_left": each} for n, each in enumerate(left)]
        return self.order_of(*lines, at=at)

    def order_of(self, *lines: dict[str, Any], at: datetime | None = None) -> Order:
        placed_at = at or MORNING + timedelta(minutes=next(MINUTES))
        return an_order(*lines, method="pickup", store=self.store, placed_at=placed_at.isoformat())

    async def keep(self, order: Order) -> bool:
        """Keep an order as it comes in at the front door."""
        now = datetime.now(UTC)
        async with self.pool.acquire() as connection:
            settings = await stores.settings(connection, self.store)
            mark = order.order_id.encode()
            arrival = arrivals.arrival(order, settings, now, "pakhuis", mark, foreign=None)
            return await intake.keep(connection, VAULT, arrival, settings, now)

    async def tells(self, *left: int | None, at: datetime | None = None, sku: str = "MUG-BLUE") -> Order:
        order = self.order(*left, at=at, sku=sku)
        assert await self.keep(order)
        return order

    async def low(self) -> tuple[LowProduct, ...]:
        async with self.pool.acquire() as connection:
            return (await low_stock.page(connection, stores=[self.store])).products

    async def left(self) -> list[tuple[str, int]]:
        return [(each.sku, each.stock_left) for each in await self.low()]

    async def there_again(self, sku: str) -> None:
        async with self.pool.acquire() as connection:
            await low_stock.there_again(connection, Doer("staff:anna"), self.store, sku)


@pytest.fixture
async def stock(pool: Pool) -> Stock:
    stock = Stock(pool)
    await stock.limit(low_limit=3)
    return stock


async def test_a_product_runs_low_at_its_limit(stock: Stock) -> None:
    await stock.tells(4, sku="PLENTY")
    order = await stock.tells(3)

    (low,) = await stock.low()
    assert (low.sku, low.name, low.stock_left, low.low_limit) == ("MUG-BLUE", "Blauwe mok", 3, 3)
    assert (low.order_id, low.number) == (order.order_id, order.number)


async def test_its_own_limit_goes_before_the_general_one(stock: Stock) -> None:
    await stock.limit(low_limit=3, low_limits={"MUG-BLUE": 1, "POT": 9})
    await stock.tells(3)
    await stock.tells(9, sku="POT")

    assert await stock.left() == [("POT", 9)]


async def test_without_a_general_limit_other_products_are_of_no_concern(stock: Stock) -> None:
    await stock.limit(low_limits={"POT": 3})
    await stock.tells(0)

    assert await stock.left() == []


async def test_what_is_low_already_has_been_so_since_then(stock: Stock) -> None:
    await stock.tells(3)
    (before,) = await stock.low()
    order = await stock.tells(1)

    (after,) = await stock.low()
    assert (after.since, after.stock_left, after.order_id) == (before.since, 1, order.order_id)


async def test_what_is_there_again_runs_low_no_more(stock: Stock) -> None:
    await stock.tells(3)
    await stock.tells(20)

    assert await stock.left() == []


async def test_what_runs_low_again_does_so_since_then(stock: Stock) -> None:
    await stock.tells(3)
    (before,) = await stock.low()
    await stock.tells(20)
    await stock.tells(2)

    (after,) = await stock.low()
    assert after.since > before.since


async def test_the_same_order_again_changes_nothing(stock: Stock) -> None:
    order = await stock.tells(3)
    await stock.tells(20)
    kept = await stock.keep(order)

    assert not kept
    assert await stock.left() == []


async def test_an_order_that_was_placed_earlier_says_nothing_of_now(stock: Stock) -> None:
    await stock.tells(2, at=MORNING)
    await stock.tells(20, at=MORNING - timedelta(hours=1))
    await stock.tells(3, at=MORNING - timedelta(hours=2))

    assert await stock.left() == [("MUG-BLUE", 2)]


async def test_an_earlier_order_does_not_make_low_what_is_there_again(stock: Stock) -> None:
    await stock.tells(20, at=MORNING)
    await stock.tells(2, at=MORNING - timedelta(hours=1))

    assert await stock.left() == []


async def test_of_two_orders_of_one_moment_the_smaller_number_counts(stock: Stock) -> None:
    await stock.tells(2, at=MORNING)
    await stock.tells(3, at=MORNING)

    assert await stock.left() == [("MUG-BLUE", 2)]


async def test_a_clock_that_is_ahead_does_not_outlast_the_next_order(stock: Stock) -> None:
    await stock.tells(2, at=datetime.now(UTC) + timedelta(days=365))
    await stock.tells(20, at=datetime.now(UTC) + timedelta(days=1))

    assert await stock.left() == []


async def test_of_several_lines_of_a_product_the_smallest_number_counts(stock: Stock) -> None:
    await stock.tells(3, 1, None, 2)

    assert await stock.left() == [("MUG-BLUE", 1)]


async def test_what_is_not_counted_has_no_sku_or_is_no_thing_is_left_alone(stock: Stock) -> None:
    order = stock.order_of(
        {**MUGS, "line_id": "1"},
        {**MUGS, "line_id": "2", "sku": "", "stock_left": 0},
        {**EBOOK, "line_id": "3", "stock_left": 0},
    )
    await stock.keep(order)

    assert await stock.left() == []


async def test_an_order_of_the_past_says_nothing_of_now(stock: Stock) -> None:
    now = datetime.now(UTC)
    item = ecwid_orders.mug(trackQuantity=True, quantityInStock=1)
    body = ecwid_orders.order(items=[item], fulfillmentStatus="DELIVERED")
    async with stock.pool.acquire() as connection:
        settings = await stores.settings(connection, stock.store)
        (reading,) = read(body, settings, stock.store, now=now)
        assert isinstance(reading, History)
        foreign = arrivals.Foreign.of(reading)
        arrival = arrivals.arrival(reading.order, settings, now, "ecwid", b"past", foreign)
        kept = await intake.keep(connection, VAULT, arrival, settings, now)

    assert kept
    assert reading.order.lines[0].stock_left == 1
    assert await stock.left() == []


async def test_orders_that_come_in_at_once_wait_for_each_other_and_never_both(stock: Stock) -> None:
    skus = [f"SKU-{number:02}" for number in range(40)]

    def mixed(number: int) -> Order:
        turned = skus if number % 2 else skus[::-1]
        lines = [{**MUGS, "line_id": sku, "sku": sku, "stock_left": number % 3 * 3} for sku in turned]
        return stock.order_of(*lines, at=MORNING + timedelta(hours=1, seconds=number))

    kept = await asyncio.gather(*(stock.keep(mixed(number)) for number in range(24)))

    assert all(kept)
    assert await stock.left() == []  # The last of them found 6 of each.


async def test_a_product_with_a_new_limit_is_held_against_it_at_once(stock: Stock) -> None:
    await stock.tells(3)
    await stock.tells(20, sku="POT")
    await stock.limit(low_limit=1, low_limits={"POT": 25})
    low = await stock.low()
    await stock.limit()
    without = await stock.low()
    await stock.limit(low_limit=100)

    assert [(each.sku, each.stock_left, each.low_limit) for each in low] == [("POT", 20, 25)]
    assert without == ()
    assert await stock.low() == ()  # What nobody followed meanwhile is not known any more.


async def test_a_person_takes_a_product_away_until_a_later_order_says_it_is_low(stock: Stock) -> None:
    await stock.tells(3)
    await stock.there_again("MUG-BLUE")
    await stock.there_again("MUG-BLUE")
    gone = await stock.left()
    await stock.tells(2, at=datetime.now(UTC) - timedelta(minutes=1))
    earlier = await stock.left()
    await stock.tells(1, at=datetime.now(UTC))

    assert (gone, earlier) == ([], [])
    assert await stock.left() == [("MUG-BLUE", 1)]


async def test_said_twice_it_counts_from_the_first_time(stock: Stock) -> None:
    await stock.tells(3)
    await stock.there_again("MUG-BLUE")
    between = datetime.now(UTC)
    await stock.there_again("MUG-BLUE")
    await stock.tells(2, at=between)

    assert await stock.left() == [("MUG-BLUE", 2)]


async def test_what_a_person_said_is_there_again_is_written_down_once(stock: Stock) -> None:
    await stock.tells(3)
    await stock.there_again("MUG-BLUE")
    await stock.there_again("MUG-BLUE")
    with pytest.raises(ProductNotFound, match="product_not_found"):
        await stock.there_again("NO-SUCH")

    rows = await stock.pool.fetch("SELECT actor, act, subject FROM audit WHERE subject LIKE 'stock:%'")
    mine = [tuple(row) for row in rows if stock.store in row["subject"]]
    assert mine == [("staff:anna", "stock_there_again", f"stock:{stock.store}/MUG-BLUE")]


async def test_a_new_limit_does_not_take_back_what_a_person_said(stock: Stock) -> None:
    await stock.tells(3)
    await stock.there_again("MUG-BLUE")
    await stock.limit(low_limit=50)

    assert await stock.left() == []


async def test_a_store_without_limits_asks_the_database_nothing(stock: Stock) -> None:
    await stock.limit()
    queries: list[str] = []
    order = stock.order(0)
    async with stock.pool.acquire() as connection:
        connection.add_query_logger(lambda record: queries.append(record.query))
        settings = await stores.settings(connection, stock.store)
        now = datetime.now(UTC)
        arrival = arrivals.arrival(order, settings, now, "pakhuis", b"x", foreign=None)
        await intake.keep(connection, VAULT, arrival, settings, now)

    assert [query for query in queries if "INSERT INTO orders" in query]
    assert [query for query in queries if "low_stock" in query] == []


async def digest(stock: Stock, digest_id: str) -> tuple[list[str], int]:
    """The SKUs that a digest of this name tells of, and how many mails it has."""
    async with stock.pool.acquire() as connection:
        mails = await digests.compose(connection, stock.store, digest_id)
        return [each.sku for each in await low_stock.told(connection, stock.store, digest_id)], len(mails)


async def is_due(stock: Stock) -> bool:
    async with stock.pool.acquire() as connection:
        later = datetime.now(UTC) + timedelta(hours=2)
        return stock.store in [each.store for each in await digests.due(connection, later)]


async def test_a_digest_is_due_where_a_product_newly_runs_low(stock: Stock) -> None:
    await stock.limit(low_limit=3, shop_addresses=["shop@pakhuis.example"])
    before = await is_due(stock)
    await stock.tells(3)
    new = await is_due(stock)
    told = await digest(stock, "1")
    await stock.tells(2)

    assert (before, new) == (False, True)
    assert told == (["MUG-BLUE"], 1)
    assert not await is_due(stock)
    assert (await digest(stock, "2"))[0] == []


async def test_a_digest_asked_for_again_tells_the_same_in_the_same_mails(stock: Stock) -> None:
    await stock.limit(low_limit=3, shop_addresses=["shop@pakhuis.example"])
    await stock.tells(3)
    first = await digest(stock, "1")
    await stock.tells(0, sku="POT")
    again = await digest(stock, "1")
    query = "SELECT count(*) FROM mails WHERE store = $1 AND kind = 'attention_digest'"
    mails = await stock.pool.fetchval(query, stock.store)

    assert first == again == (["MUG-BLUE"], 1)
    assert mails == 1
    assert await is_due(stock)


async def test_what_is_there_again_is_left_out_of_a_digest_and_told_anew_when_it_runs_low(
    stock: Stock,
) -> None:
    await stock.limit(low_limit=3, shop_addresses=["shop@pakhuis.example"])
    await stock.tells(3)
    await digest(stock, "1")
    await stock.tells(20)
    gone = await digest(stock, "1")
    due_without = await is_due(stock)
    await stock.tells(1)

    assert gone == ([], 1)
    assert not due_without
    assert await is_due(stock)
    assert (await digest(stock, "1"))[0] == []
    assert (await digest(stock, "2"))[0] == ["MUG-BLUE"]


async def test_what_is_low_by_a_new_limit_is_told_too(stock: Stock) -> None:
    await stock.limit(low_limit=3, shop_addresses=["shop@pakhuis.example"])
    await stock.tells(5)
    before = await is_due(stock)
    await stock.limit(low_limit=6, shop_addresses=["shop@pakhuis.example"])

    assert (before, await is_due(stock)) == (False, True)


async def test_the_list_can_be_read_in_pages(stock: Stock) -> None:
    lines = [{**MUGS, "line_id": str(number), "sku": f"S|{number}", "stock_left": 0} for number in range(5)]
    await stock.keep(stock.order_of(*lines))
    found: list[str] = []
    cursor = None
    async with stock.pool.acquire() as connection:
        while True:
            page = await low_stock.page(connection, stores=[stock.store], cursor=cursor, limit=2)
            found += [each.sku for each in page.products]
            cursor = page.next
            if cursor is None:
                break
        counted = await low_stock.count(connection, [stock.store])

    assert found == [f"S|{number}" for number in range(5)]
    assert counted == 5


async def test_an_order_is_held_against_the_limits_as_they_are_when_it_is_kept(
    stock: Stock,
) -> None:
    order = stock.order(3)
    async with stock.pool.acquire() as connection:
        as_planned = await stores.settings(connection, stock.store)
        await stores.keep(connection, stock.store, StoreSettings(low_limit=1))
        await stock.keep(order)
        async with connection.transaction():
            await low_stock.take_counts(connection, order, as_planned)
    with_one = await stock.low()
    await stock.limit()
    async with stock.pool.acquire() as connection, connection.transaction():
        await low_stock.take_counts(connection, stock.order(0), as_planned)

    assert with_one == ()
    assert await stock.pool.fetchval("SELECT count(*) FROM low_stock WHERE store = $1", stock.store) == 0


async def test_what_one_digest_cannot_hold_comes_in_the_next(stock: Stock) -> None:
    lines = [{**MUGS, "line_id": str(n), "sku": f"S{n:03}", "stock_left": 0} for n in range(201)]
    await stock.limit(low_limit=3, shop_addresses=["shop@example.com"])
    await stock.keep(stock.order_of(*lines))

    first, second = [(await digest(stock, name))[0] for name in ("1", "2")]

    assert len(first) == 200
    assert second == ["S200"]
