"""What runs low, at the desk: seen below what needs a person, and taken away by a click."""

import re
import uuid
from html import unescape
from typing import Any

import httpx
import pytest

from orders.rights import Role
from tests.desk_visits import at_the_desk
from tests.house import House
from tests.order_visits import Form, forms, notice, press
from tests.sample_orders import MUG, an_order


@pytest.fixture
async def store(house: House) -> str:
    """A store that is told of what runs low."""
    store = f"low-{uuid.uuid4().hex[:8]}"
    await house.open_store(store, look={"name": store}, low_limit=3)
    return store


async def tells(house: House, store: str, sku: str, left: int, **line: Any) -> str:
    return await house.placed(
        an_order({**MUG, "sku": sku, "name": f"The {sku}", "stock_left": left, **line}, store=store)
    )


async def low(client: httpx.AsyncClient, store: str) -> str:
    """The section of the page."""
    page = (await client.get(f"/desk/attention?store={store}")).text
    found = re.search(r'<section class="gap" id="low-stock">.*?</section>', page, re.DOTALL)
    return unescape(found.group(0)) if found else ""


def click(page: str, sku: str) -> Form:
    return next(form for form in forms(page) if form.get("sku") == sku)


async def test_what_runs_low_stands_below_what_needs_a_person(house: House, store: str) -> None:
    order_id = await tells(house, store, "CUP", 2)
    await tells(house, store, "POT", 20)

    async with at_the_desk(house) as anna:
        section = await low(anna, store)

    assert "The CUP" in section
    assert "2 left, limit 3." in section
    assert f'href="/desk/orders/{store}/{order_id}"' in section
    assert "POT" not in section


async def test_where_nothing_runs_low_nothing_is_said_of_it(house: House, store: str) -> None:
    await tells(house, store, "POT", 20)

    async with at_the_desk(house) as anna:
        assert await low(anna, store) == ""


async def test_a_click_takes_a_product_away_and_a_second_one_changes_nothing(
    house: House, store: str
) -> None:
    await tells(house, store, "CUP/blue & <b>", 2)
    await tells(house, store, "POT", 1)

    async with at_the_desk(house, language="nl") as anna:
        form = click((await anna.get(f"/desk/attention?store={store}")).text, "CUP/blue & <b>")
        after = await press(anna, form)
        again = await press(anna, form)
        section = await low(anna, store)
    written = await house.pool.fetch(
        "SELECT act FROM audit WHERE subject = $1", f"stock:{store}/CUP/blue & <b>"
    )

    assert notice(after)[0] == notice(again)[0] == "ok"
    assert "is er weer" in notice(after)[1]
    assert "CUP" not in section
    assert "POT" in section
    assert [row["act"] for row in written] == ["stock_there_again"]


async def test_a_product_nobody_knows_of_is_not_said_to_be_there(house: House, store: str) -> None:
    async with at_the_desk(house) as anna:
        form = Form(sku="NO-SUCH")
        form.action = f"/desk/low-stock/{store}/there-again"
        after = await press(anna, form)

    assert notice(after)[0] == "bad"


async def test_whoever_may_not_fulfil_sees_it_without_a_button(house: House, store: str) -> None:
    await tells(house, store, "CUP", 2)

    async with at_the_desk(house, Role.VIEWER) as viewer:
        section = await low(viewer, store)
        answer = await viewer.post(f"/desk/low-stock/{store}/there-again", data={"sku": "CUP"})
    async with at_the_desk(house, Role.PACKER) as packer:
        for_a_packer = await low(packer, store)

    assert "The CUP" in section
    assert "<button" not in section
    assert answer.status_code == 403
    assert "<button" in for_a_packer


async def test_another_store_is_neither_seen_nor_reached(house: House, store: str) -> None:
    await tells(house, store, "CUP", 2)
    await house.open_store(f"{store}-b", look={"name": "B"}, low_limit=3)
    await tells(house, f"{store}-b", "JAR", 2)

    async with at_the_desk(house, stores=(f"{store}-b",)) as stranger:
        seen = [await low(stranger, each) for each in (store, "")]
        answer = await stranger.post(f"/desk/low-stock/{store}/there-again", data={"sku": "CUP"})
    async with at_the_desk(house) as anna:
        still = await low(anna, store)

    assert all("JAR" in each and "CUP" not in each for each in seen)
    assert answer.status_code == 404
    assert "CUP" in still


async def test_of_very_many_those_that_are_low_for_longest_are_shown(house: House, store: str) -> None:
    lines = [
        {**MUG, "line_id": f"{n}", "sku": f"S{n:03}", "name": f"The S{n:03}", "stock_left": 0}
        for n in range(101)
    ]
    await house.placed(an_order(*lines, store=store))

    async with at_the_desk(house) as anna:
        section = await low(anna, store)

    assert '<span class="count">101</span>' in section
    assert "These 100 have run low for longest." in section
    assert "The S099" in section
    assert "The S100" not in section


async def test_the_click_leads_back_to_the_page_it_came_from_and_nowhere_else(
    house: House, store: str
) -> None:
    await tells(house, store, "CUP", 2)

    async with at_the_desk(house) as anna:
        form = click((await anna.get(f"/desk/attention?store={store}")).text, "CUP")
        back = await anna.post(form.action, data=form)
        astray = await anna.post(form.action, data={**form, "next": "https://elsewhere.example/"})

    assert back.status_code == astray.status_code == 303
    assert back.headers["location"] == f"/desk/attention?store={store}#low-stock"
    assert astray.headers["location"] == "/desk/attention#low-stock"
