"""The pickup counter over HTTP, in a real house: codes right and wrong, and goods that go without one."""

import httpx

from db import pickup_codes
from orders.rights import Role
from tests.desk_visits import at_the_desk
from tests.house import House
from tests.sample_orders import MUG, an_order


async def ready(house: House) -> tuple[str, str]:
    """An order that lies ready at the counter; its id and its code."""
    order_id = await house.paid(an_order(MUG, method="pickup"))
    await house.done(order_id, "packed")
    await house.done(order_id, "ready_for_pickup")
    async with house.pool.acquire() as connection:
        code = await pickup_codes.read(connection, house.vault, "default", order_id)
    assert code is not None
    return order_id, code


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


async def state(house: House, order_id: str) -> str:
    return str((await house.show(order_id))["parcels"][0]["state"])


async def give(desk: httpx.AsyncClient, order_id: str, **fields: str) -> httpx.Response:
    return await desk.post(f"/desk/counter/default/{order_id}", data=fields)


async def test_a_code_leads_to_the_goods_and_hands_them_over(house: House) -> None:
    order_id, code = await ready(house)

    async with at_the_desk(house, Role.PACKER) as desk:
        found = await desk.post("/desk/counter", data={"code": f"{code[:3]} {code[3:]}"})
        given = await give(desk, order_id, code=code, command_id="counter-1")
        told = await desk.get("/desk/counter")

    assert "Blauwe mok" in found.text
    assert "The code is right." in found.text
    assert given.headers["location"] == "/desk/counter"
    assert "is collected." in told.text
    assert await state(house, order_id) == "collected"


async def test_goods_that_are_given_twice_are_collected_once(house: House) -> None:
    order_id, code = await ready(house)

    async with at_the_desk(house, Role.PACKER) as desk:
        for _ in range(2):
            await give(desk, order_id, code=code, command_id="counter-1", parcel="1")

    told = [each for each in (await house.show(order_id))["timeline"] if each["kind"] == "collected"]
    assert len(told) == 1


async def test_a_wrong_code_hands_nothing_over(house: House) -> None:
    order_id, code = await ready(house)

    async with at_the_desk(house, Role.PACKER) as desk:
        answer = await give(desk, order_id, code=another(code))

    assert answer.status_code == 422
    assert "This is not the code of this order." in answer.text
    assert await state(house, order_id) == "ready_for_pickup"


async def test_who_tries_many_codes_must_wait_even_with_the_right_one(house: House) -> None:
    order_id, code = await ready(house)

    async with at_the_desk(house, Role.PACKER) as desk:
        tried = [(await give(desk, order_id, code=another(code))).status_code for _ in range(7)]
        right = await give(desk, order_id, code=code)
    async with at_the_desk(house, Role.PACKER) as other:
        of_another = await give(other, order_id, code=code)

    assert tried[:5] == [422] * 5
    assert tried[-1] == right.status_code == 429
    assert of_another.status_code == 303


async def test_without_the_code_it_goes_with_a_reason_that_is_written_down(house: House) -> None:
    order_id, _ = await ready(house)

    async with at_the_desk(house, Role.PACKER) as desk:
        unsaid = await give(desk, order_id, override="yes", reason=" ")
        before = await state(house, order_id)
        await give(desk, order_id, override="yes", reason="showed her passport")

    order = await house.show(order_id)
    assert (unsaid.status_code, before) == (422, "ready_for_pickup")
    assert order["parcels"][0]["state"] == "collected"
    assert [note["text"] for note in order["notes"]] == [
        "Handed over at the counter without the code: showed her passport"
    ]


async def test_an_order_is_found_by_its_number_and_asks_for_the_code(house: House) -> None:
    order_id, _ = await ready(house)
    number = (await house.show(order_id))["number"]

    async with at_the_desk(house, Role.PACKER) as desk:
        found = await desk.post("/desk/counter", data={"code": number})
        drawn = await desk.get(found.headers["location"])
        unknown = await desk.post("/desk/counter", data={"code": "no such order"})

    assert "The code is right." not in drawn.text
    assert 'name="code"' in drawn.text
    assert "No order here has the number no such order." in unknown.text


async def test_a_code_of_another_store_is_as_one_that_nobody_has(house: House) -> None:
    order_id, code = await ready(house)
    await house.open_store("outlet")

    async with at_the_desk(house, Role.PACKER, stores=("outlet",)) as desk:
        found = await desk.post("/desk/counter", data={"code": code})
        opened = await desk.get(f"/desk/counter/default/{order_id}")

    assert (found.status_code, opened.status_code) == (422, 404)


async def test_what_does_not_lie_ready_says_so(house: House) -> None:
    order_id = await house.paid(an_order(MUG, method="pickup"))

    async with at_the_desk(house, Role.PACKER) as desk:
        drawn = await desk.get(f"/desk/counter/default/{order_id}")

    assert "Nothing of this order lies ready" in drawn.text
