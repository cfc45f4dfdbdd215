"""The list of orders at the desk: what it finds, what waits where, and whose orders it shows."""

import re
import uuid

import pytest

from db import listing
from db.backfill import fill_tasks
from db.listing import Filter, Queue
from db.migrate import all_migrations
from orders.rights import Role
from orders.searchable import searchable
from tests.desk_visits import at_the_desk
from tests.house import House
from tests.sample_orders import MUG, an_order


def numbers(html: str) -> list[str]:
    """The numbers in a list, from the top."""
    return re.findall(r'<a class="strong" href="[^"]*"><bdi>([^<]*)</bdi></a>', html)


async def queue_of(house: House, order_id: str) -> set[Queue]:
    """The queues that hold this order."""
    found = set()
    async with house.pool.acquire() as connection:
        for queue in Queue:
            page = await listing.page(connection, Filter(queue=queue, q=order_id, limit=5))
            if any(row.order_id == order_id for row in page.rows):
                found.add(queue)
    return found


async def test_an_order_goes_from_queue_to_queue_as_it_is_worked_on(house: House) -> None:
    order_id = await house.placed(an_order())

    assert await queue_of(house, order_id) == {Queue.UNPAID}
    await house.done(order_id, "payment", status="paid")
    assert await queue_of(house, order_id) == {Queue.TO_PICK}
    await house.done(order_id, "picked")
    assert await queue_of(house, order_id) == {Queue.TO_PACK}
    await house.done(order_id, "packed")
    assert await queue_of(house, order_id) == {Queue.TO_HAND_OVER}
    await house.done(order_id, "hold", reason="address")
    assert await queue_of(house, order_id) == {Queue.HELD}
    await house.done(order_id, "release")
    await house.done(order_id, "shipped")
    assert await queue_of(house, order_id) == set()


async def test_counts_are_of_the_stores_one_works_for(house: House) -> None:
    await house.open_store("andere", mail_from="andere@pakhuis.example")
    await house.paid(an_order(store="andere"))

    async with house.pool.acquire() as connection:
        mine = await listing.counts(connection, ["andere"])
        nobodys = await listing.counts(connection, [])

    assert mine[Queue.TO_PICK] >= 1
    assert set(nobodys.values()) == {0}


@pytest.mark.parametrize("what", ["number", "name", "email", "sku", "city", "tracking_number"])
async def test_an_order_is_found_by(house: House, what: str) -> None:
    body = an_order()
    order_id = body["order_id"]
    body["lines"][0]["sku"] = f"SKU-{order_id}"
    body["customer"]["name"] = f"Naam{order_id} de Vries"
    body["shipping_address"] = {**body["shipping_address"], "city": f"Stad{order_id}"}
    body["number"] = f"NR{order_id}"
    await house.paid(body)
    tracking_number = f"3S{order_id}"
    await house.done(order_id, "shipped", tracking_number=tracking_number)
    typed = {
        "number": body["number"],
        "name": f"naam{order_id}",
        "email": body["customer"]["email"],
        "sku": f"sku-{order_id}",
        "city": f"stad{order_id}",
        "tracking_number": tracking_number,
    }

    async with at_the_desk(house) as anna:
        page = await anna.get("/desk/orders", params={"q": typed[what]})

    assert numbers(page.text) == [body["number"]]


async def test_pages_stay_true_while_orders_come_in(house: House) -> None:
    bodies = [an_order(number=f"P{index}") for index in range(5)]
    name = f"blad{bodies[0]['order_id']}"
    for body in bodies[:4]:
        body["customer"]["name"] = name
        await house.placed(body)

    async with house.pool.acquire() as connection:
        first = await listing.page(connection, Filter(q=name, limit=2))
        bodies[4]["customer"]["name"] = name
        await house.placed(bodies[4])
        second = await listing.page(connection, Filter(q=name, limit=2, cursor=first.next))

    seen = [row.order_id for row in (*first.rows, *second.rows)]
    assert seen == [body["order_id"] for body in reversed(bodies[:4])]


async def test_work_is_listed_with_what_waits_longest_on_top(house: House) -> None:
    older, newer = an_order(), an_order()
    for body in (older, newer):
        body["customer"]["name"] = f"rij{older['order_id']}"
        await house.paid(body)

    async with at_the_desk(house) as anna:
        work = await anna.get("/desk/orders", params={"view": "to_pick", "q": f"rij{older['order_id']}"})
        everything = await anna.get("/desk/orders", params={"q": f"rij{older['order_id']}"})

    assert numbers(work.text) == [older["number"], newer["number"]]
    assert numbers(everything.text) == [newer["number"], older["number"]]


async def test_orders_of_another_store_are_not_there_for_who_does_not_work_for_it(house: House) -> None:
    body = an_order()
    await house.placed(body)

    async with at_the_desk(house, Role.PACKER, stores=("elders",)) as bram:
        found = await bram.get("/desk/orders", params={"q": body["order_id"]})
        row = await bram.get(f"/desk/orders/default/{body['order_id']}/row")
        unknown = await bram.get("/desk/orders/default/NOSUCHORDER/row")

    assert numbers(found.text) == []
    assert row.status_code == unknown.status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "payment=NONSENSE&placed_from=0001-01-01&placed_to=9999-12-31&after=x.y.z&view=nothing&store=%00",
        "q=%25%5C_%27%22%3Cscript%3E&placed_from=yesterday",
        "q=" + "x" * 5000,
        "after=9999999999999999.default.A",
    ],
)
async def test_an_address_that_says_nonsense_still_shows_a_list(house: House, query: str) -> None:
    async with at_the_desk(house) as anna:
        page = await anna.get(f"/desk/orders?{query}")

    assert page.status_code == 200


async def test_markup_in_a_name_is_text(house: House) -> None:
    body = an_order()
    body["customer"]["name"] = '"><img src=x onerror=alert(1)>'
    await house.placed(body)

    async with at_the_desk(house) as anna:
        page = await anna.get("/desk/orders", params={"q": body["order_id"]})

    assert "<bdi>&#34;&gt;&lt;img src=x onerror=alert(1)&gt;</bdi>" in page.text


async def test_an_open_list_asks_for_its_rows_only(house: House) -> None:
    body = an_order()
    await house.placed(body)

    async with at_the_desk(house) as anna:
        piece = await anna.get("/desk/orders", params={"q": body["order_id"]}, headers={"HX-Request": "true"})

    assert piece.text.startswith('<div id="found">')
    assert numbers(piece.text) == [body["number"]]


async def found(house: House, asked: str) -> list[str]:
    async with house.pool.acquire() as connection:
        return [row.order_id for row in (await listing.page(connection, Filter(q=asked, limit=5))).rows]


async def test_a_name_is_found_with_and_without_its_accents_and_an_article_by_its_barcode(
    house: House,
) -> None:
    body = an_order({**MUG, "barcode": f"871{uuid.uuid4().int % 10**10:010}"})
    body["customer"]["name"] = f"Zoë Åström{body['order_id']}"
    order_id = await house.placed(body)

    for asked in (
        f"#{body['number']} {order_id}",
        f"zoe astrom{order_id}",
        f"ZOË Åström{order_id}",
        body["lines"][0]["barcode"],
    ):
        assert await found(house, asked) == [order_id]


async def test_orders_from_before_are_found_by_the_same_words_after_migrating(house: House) -> None:
    body = an_order({**MUG, "barcode": f"872{uuid.uuid4().int % 10**10:010}"})
    body["customer"]["name"] = f"Zoë Łuk Øst Straße Æneas Œuvre Đan {body['order_id']}"
    order_id = await house.placed(body)
    (after,) = await house.pool.fetch("SELECT search FROM orders WHERE order_id = $1", order_id)
    before = body["customer"]["name"].lower()
    await house.pool.execute("UPDATE orders SET search = $2 WHERE order_id = $1", order_id, before)

    await house.pool.execute(all_migrations()["0015_search.sql"])

    (row,) = await house.pool.fetch("SELECT search FROM orders WHERE order_id = $1", order_id)
    assert row["search"] == f"{searchable(before)} {body['lines'][0]['barcode']}"
    assert searchable(before) in after["search"]


async def test_orders_from_before_the_queues_are_given_their_tasks_by_migrating(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.pool.execute("UPDATE orders SET tasks = NULL, moved_at = NULL WHERE order_id = $1", order_id)
    assert await queue_of(house, order_id) == set()

    async with house.pool.acquire() as connection:
        filled = await fill_tasks(connection)

    assert filled == 1
    assert await queue_of(house, order_id) == {Queue.TO_PICK}
