"""The same tracking number on two orders: one box for both, or a slip of the hand. It is said, and taken."""

import uuid
from html import unescape

import httpx
import pytest

from tests.desk_visits import at_the_desk
from tests.house import House
from tests.order_visits import Form, notice, open_order, press
from tests.sample_orders import an_order


@pytest.fixture
def tracking_number() -> str:
    return f"3S_{uuid.uuid4().hex[:10].upper()}"


async def packed(house: House, **order: str) -> str:
    order_id = await house.paid(an_order(**order))
    await house.done(order_id, "packed")
    return order_id


async def number_of(house: House, order_id: str) -> str:
    return str((await house.show(order_id))["number"])


async def label(anna: httpx.AsyncClient, order_id: str, tracking_number: str) -> tuple[str, str]:
    form = Form(type="labelled", tracking_number=tracking_number, carrier="postnl", mails="yes", notify="yes")
    form.action = f"/desk/orders/default/{order_id}/commands"
    return notice(await press(anna, form))


async def test_a_number_that_stands_on_another_order_is_taken_and_the_other_is_named(
    house: House, tracking_number: str
) -> None:
    first, second = await packed(house), await packed(house)

    async with at_the_desk(house) as anna:
        before = await label(anna, first, tracking_number)
        after = await label(anna, second, tracking_number)
        page = unescape(await open_order(anna, first))

    assert before[0] == after[0] == "ok"
    assert "stands on" not in before[1]
    assert f"The same tracking number stands on {await number_of(house, first)} too" in after[1]
    assert f"The same tracking number stands on {await number_of(house, second)} too." in page


async def test_a_number_alike_is_another_number(house: House, tracking_number: str) -> None:
    first, second = await packed(house), await packed(house)
    await house.done(first, "labelled", tracking_number=tracking_number.replace("_", "A"))

    async with at_the_desk(house) as anna:
        said = await label(anna, second, tracking_number)
        longer = await label(anna, await packed(house), tracking_number[:-1])

    assert "stands on" not in said[1] + longer[1]


async def test_a_number_of_a_parcel_that_is_no_more_stands_nowhere(
    house: House, tracking_number: str
) -> None:
    first, cancelled, second = await packed(house), await packed(house), await packed(house)
    await house.done(first, "labelled", tracking_number=tracking_number)
    await house.done(first, "labelled", parcel="1", tracking_number=f"{tracking_number}NEW")
    await house.done(cancelled, "labelled", tracking_number=tracking_number)
    await house.done(cancelled, "cancel")

    async with at_the_desk(house) as anna:
        said = await label(anna, second, tracking_number)

    assert "stands on" not in said[1]


async def test_another_stores_order_is_not_named(house: House, tracking_number: str) -> None:
    store = f"else-{uuid.uuid4().hex[:8]}"
    await house.open_store(store, look={"name": store})
    other = an_order(store=store)
    order_id = await house.placed(other)
    await house.done(order_id, "payment", status="paid")
    await house.done(order_id, "packed")
    await house.done(order_id, "labelled", tracking_number=tracking_number)
    mine = await packed(house)

    async with at_the_desk(house) as anna:
        said = await label(anna, mine, tracking_number)

    assert "stands on" not in said[1]
