"""The list of what needs a person: the oldest first, with its owner, and a click that solves it."""

import re
from datetime import timedelta

from orders.rights import Role
from tests.desk_visits import at_the_desk
from tests.house import House
from tests.order_visits import forms, notice, press
from tests.sample_orders import MUG, an_order


async def overpaid(house: House, store: str = "default") -> str:
    order_id = await house.paid(an_order(store=store))
    await house.done(order_id, "payment", status="paid", amount="5.00", reference="twice")
    return order_id


def entries(html: str) -> list[str]:
    return re.findall(r'data-entry="([^"]+)"', html)


async def test_the_click_beside_an_entry_solves_it(house: House) -> None:
    await house.open_store("clicked", look={"name": "Clicked"})
    order_id = await overpaid(house, "clicked")

    async with at_the_desk(house) as anna:
        page = (await anna.get("/desk/attention?owner=finance&store=clicked")).text
        form = next(
            form
            for form in forms(page)
            if f"/{order_id}/" in form.action and form.get("status") == "refunded"
        )
        after = await press(anna, form)

    assert f"clicked/{order_id}" in entries(page)
    assert notice(after) == ("ok", "Refunded: €5.00")
    assert f"clicked/{order_id}" not in entries(after)
    assert (await house.show(order_id))["attention"] == []


async def test_the_oldest_comes_first_and_pages_hold_all_of_it_once(house: House) -> None:
    await house.open_store("queue", look={"name": "Queue"})
    made = [await overpaid(house, "queue") for _ in range(3)]
    async with house.pool.acquire() as connection:
        text = {"key": "attention.goods_not_mailed", "facts": {}}
        rows = [("queue", made[0], f"no_address:{number:03}", text) for number in range(60)]
        await connection.executemany(
            "INSERT INTO attention (store, order_id, key, reason, since, text)"
            " VALUES ($1, $2, $3, 'no_address', now() - interval '1 day', $4)",
            rows,
        )

    async with at_the_desk(house) as anna:
        first = (await anna.get("/desk/attention?store=queue")).text
        older = re.search(r'href="(/desk/attention\?[^"]*after=[^"]*)"', first)
        assert older is not None
        second = (await anna.get(older.group(1).replace("&amp;", "&"))).text

    found = entries(first) + entries(second)
    assert len(found) == 63
    assert found[60:] == [f"queue/{order_id}" for order_id in made]


async def test_an_owner_sees_what_is_theirs(house: House) -> None:
    await house.open_store("owned", look={"name": "Owned"})
    order_id = await overpaid(house, "owned")

    async with at_the_desk(house) as anna:
        finance = (await anna.get("/desk/attention?owner=finance&store=owned")).text
        warehouse = (await anna.get("/desk/attention?owner=warehouse&store=owned")).text

    assert f"owned/{order_id}" in entries(finance)
    assert f"owned/{order_id}" not in entries(warehouse)


async def test_a_reader_sees_only_their_stores_and_only_their_buttons(house: House) -> None:
    await house.open_store("hidden", look={"name": "Hidden"})
    await house.open_store("seen", look={"name": "Seen"})
    theirs, mine = await overpaid(house, "hidden"), await overpaid(house, "seen")

    async with at_the_desk(house, Role.PACKER, stores=("seen",)) as packer:
        page = (await packer.get("/desk/attention?store=hidden")).text

    assert f"hidden/{theirs}" not in entries(page)
    assert f"seen/{mine}" in entries(page)
    assert not [form for form in forms(page) if form.get("type") == "payment"]
    assert [form for form in forms(page) if form.get("type") == "resolve"]


async def test_the_reason_of_a_hold_is_told_in_the_words_of_who_wrote_it(house: House) -> None:
    await house.open_store("held", look={"name": "Held"})
    order_id = await house.paid(an_order(MUG, store="held"))
    await house.done(order_id, "hold", reason="Wacht op de glazuurproef")
    await house.started(order_id, "held")
    await house.skip(order_id, timedelta(days=3), "held")
    await house.until(order_id, lambda order: bool(order["attention"]))

    async with at_the_desk(house) as anna:
        page = (await anna.get("/desk/attention?owner=customer_service&store=held")).text
        order = (await anna.get(f"/desk/orders/held/{order_id}")).text
        form = next(
            form for form in forms(page) if f"/{order_id}/" in form.action and form.get("type") == "release"
        )
        after = await press(anna, form)

    assert "Wacht op de glazuurproef" in page
    assert "Wacht op de glazuurproef" in order
    assert notice(after)[0] == "ok"
    assert (await house.show(order_id))["holds"] == []


async def test_a_cursor_that_somebody_made_up_is_left_out(house: House) -> None:
    async with at_the_desk(house) as anna:
        answers = [
            (await anna.get("/desk/attention", params={"after": after})).status_code
            for after in ("x", "1|2|3", "9" * 30 + "|a|b|c", "1|a\x00|b|c", "-1|a|b|c")
        ]

    assert answers == [200] * 5
