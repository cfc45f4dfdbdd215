"""Picking over HTTP, in a real house: one list for many orders, ticks that stay, and what was not found."""

import re

import httpx

from orders.rights import Role
from tests.desk_visits import at_the_desk, hidden_field
from tests.house import House
from tests.integration.test_cli import environment, nothing_set, run
from tests.sample_orders import MUG, an_order

__all__ = ["environment", "nothing_set"]  # Fixtures: the environment of the command line.

JUG = {
    "line_id": "2",
    "kind": "physical",
    "sku": "JUG-1",
    "location": "A-10",
    "name": "Kan",
    "quantity": 1,
    "unit_price": "24.00",
}
VASE = {**JUG, "line_id": "3", "sku": "VASE-1", "location": "A-2", "name": "Vaas"}


def names(*order_ids: str) -> str:
    return ",".join(f"default/{order_id}" for order_id in order_ids)


async def page(desk: httpx.AsyncClient, path: str) -> str:
    answer = await desk.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def tick(desk: httpx.AsyncClient, order_id: str, line_id: str, count: int) -> None:
    key = f"default/{order_id}/{line_id}"
    units = [f"{key}/{unit}" for unit in range(1, count + 1)]
    fields = {"orders": names(order_id), "share": [key], "unit": units}
    answer = await desk.post("/desk/pick/checks", data=fields, headers={"HX-Request": "true"})
    assert answer.status_code == 200, answer.text


async def test_orders_are_merged_into_one_list_in_the_order_of_the_shelves(house: House) -> None:
    first = await house.paid(an_order(MUG, JUG, VASE))
    second = await house.paid(an_order(JUG))

    async with at_the_desk(house, Role.PACKER) as desk:
        drawn = await page(desk, f"/desk/pick?orders={names(first, second)}")

    assert re.findall(r'class="shelf"><bdi>([^<]*)<', drawn) == ["A-2", "A-10", "–"]
    assert drawn.count('name="unit"') == 1 + 2 + 2
    assert f'value="default/{second}/2/1"' in drawn


async def test_ticks_are_there_when_the_page_is_opened_again(house: House) -> None:
    order_id = await house.paid(an_order(MUG))

    async with at_the_desk(house, Role.PACKER) as desk:
        await tick(desk, order_id, "1", 1)
    async with at_the_desk(house, Role.PACKER) as other:
        drawn = await page(other, f"/desk/pick?orders={names(order_id)}")

    assert drawn.count("checked") == 1
    assert "1 of 2 pieces" in drawn


async def test_what_is_complete_is_told_to_its_order_and_leaves_the_list(house: House) -> None:
    first, second = await house.paid(an_order(MUG)), await house.paid(an_order(JUG))

    async with at_the_desk(house, Role.PACKER) as desk:
        await tick(desk, first, "1", 2)
        fields = {"orders": names(first, second), "command_id": "round-1"}
        answers = [await desk.post("/desk/pick/done", data=fields) for _ in range(2)]

    assert answers[0].headers["location"] == f"/desk/pick?orders={names(second)}"
    told, untold = await house.show(first), await house.show(second)
    assert [line["units"]["picked"] for line in (*told["lines"], *untold["lines"])] == [2, 0]
    assert len([each for each in told["timeline"] if each["kind"] == "picked"]) == 1


async def test_a_short_pick_goes_on_with_what_is_there_and_a_note_says_what_is_not(house: House) -> None:
    order_id = await house.paid(an_order(MUG, JUG))

    async with at_the_desk(house, Role.PACKER) as desk:
        await tick(desk, order_id, "1", 2)
        drawn = await page(desk, f"/desk/pick?orders={names(order_id)}")
        fields = {"orders": names(order_id), "command_id": hidden_field(drawn, "command_id"), "short": "yes"}
        done = await desk.post("/desk/pick/done", data=fields)
        told = await page(desk, done.headers["location"])

    assert "1 × Kan (A-10)" in drawn
    assert "1 piece was not found and stays on the pick list." in told
    order = await house.show(order_id)
    assert [line["units"]["picked"] for line in order["lines"]] == [2, 0]
    assert [note["text"] for note in order["notes"]] == ["Not found while picking: 1 × Kan (A-10)"]


async def test_the_first_orders_are_taken_and_not_those_somebody_else_is_at(house: House) -> None:
    taken = await house.paid(an_order(MUG))
    free = await house.paid(an_order(MUG))

    async with (
        at_the_desk(house, Role.PACKER, name="Anna") as anna,
        at_the_desk(house, Role.PACKER, name="Ben") as ben,
    ):
        await anna.post("/desk/pick/take", data={"order": f"default/{taken}"})
        answer = await ben.post("/desk/pick/take", data={"order": [f"default/{taken}", f"default/{free}"]})
        start = await page(anna, "/desk/pick")

    assert answer.headers["location"] == f"/desk/pick?orders=default/{free}"
    assert "You have claimed 1 order" in start


async def test_an_order_that_may_not_be_picked_says_why(house: House) -> None:
    order_id = await house.placed(an_order(MUG))

    async with at_the_desk(house, Role.PACKER) as desk:
        drawn = await page(desk, f"/desk/pick?orders={names(order_id)}")

    assert "The order is not paid" in drawn
    assert 'name="unit"' not in drawn


async def test_ticks_of_a_line_that_was_picked_since_count_no_more(house: House) -> None:
    order_id = await house.paid(an_order({**MUG, "quantity": 4}))

    async with at_the_desk(house, Role.PACKER) as desk:
        await tick(desk, order_id, "1", 2)
        await house.done(order_id, "picked", lines=[{"line_id": "1", "quantity": 2}])
        drawn = await page(desk, f"/desk/pick?orders={names(order_id)}")

    assert "0 of 2 pieces" in drawn


async def test_many_units_are_typed(house: House) -> None:
    order_id = await house.paid(an_order({**MUG, "quantity": 40, "unit_price": "1.00"}))
    key = f"default/{order_id}/1"

    async with at_the_desk(house, Role.PACKER) as desk:
        fields = {"orders": names(order_id), "share": key, f"count.{key}": "39"}
        await desk.post("/desk/pick/checks", data=fields)
        drawn = await page(desk, f"/desk/pick?orders={names(order_id)}")

    assert "39 of 40 pieces" in drawn


async def test_another_stores_order_is_on_nobody_elses_list(house: House) -> None:
    await house.open_store("outlet")
    order_id = await house.placed(an_order(MUG, store="outlet"))

    async with at_the_desk(house, Role.PACKER, stores=("default",)) as desk:
        listed = await desk.get("/desk/pick", params={"orders": f"outlet/{order_id}"})
        unknown = await desk.get("/desk/pick", params={"orders": "outlet/NOBODY"})
        taken = await desk.post("/desk/pick/take", data={"order": f"outlet/{order_id}"})

    assert (listed.status_code, unknown.status_code, taken.status_code) == (404, 404, 404)
    assert listed.text == unknown.text.replace("NOBODY", order_id)


async def test_the_api_gives_the_same_list(house: House) -> None:
    first, second = await house.paid(an_order(MUG, JUG)), await house.paid(an_order(JUG))

    answer = await house.http.get(
        "/v1/pick-list", params={"order_id": [first, second]}, headers=house.headers(house.staff)
    )
    unknown = await house.http.get(
        "/v1/pick-list", params={"order_id": ["NOBODY"]}, headers=house.headers(house.staff)
    )
    waiting = await house.http.get("/v1/pick-list", params={"limit": 1}, headers=house.headers(house.staff))
    closed = await house.http.get("/v1/pick-list", headers=house.headers(house.checkout))

    assert answer.status_code == 200
    assert [(row["location"], row["sku"], row["quantity"]) for row in answer.json()["rows"]] == [
        ("A-10", "JUG-1", 2),
        ("", "MUG-BLUE", 2),
    ]
    assert [share["order_id"] for share in answer.json()["rows"][0]["shares"]] == [first, second]
    assert len(waiting.json()["orders"]) == 1
    assert (unknown.status_code, closed.status_code) == (404, 403)


async def test_the_command_line_gives_the_same_list(house: House, environment: dict[str, str]) -> None:
    order_id = await house.paid(an_order(MUG, JUG))

    shown = await run("pick-list", order_id, environment=environment)
    as_json = await run("pick-list", order_id, "--json", environment=environment)

    assert shown.out.index("A-10") < shown.out.index("Blauwe mok")
    assert [row["sku"] for row in as_json.json["rows"]] == ["JUG-1", "MUG-BLUE"]
