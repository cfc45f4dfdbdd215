"""Which order waits at the counter for a code, over the API and on the command line."""

import uuid
from typing import Any

import httpx

from db import pickup_codes
from db.keys import Scope
from tests.house import House
from tests.integration.test_cli import environment, nothing_set, run
from tests.sample_orders import an_order

__all__ = ["environment", "nothing_set"]


async def ready(house: House) -> tuple[str, str]:
    """An order that waits at the counter, and its code."""
    order_id = await house.paid(an_order(method="pickup"))
    await house.done(order_id, "packed")
    await house.done(order_id, "ready_for_pickup")
    async with house.pool.acquire() as connection:
        return order_id, await pickup_codes.read(connection, house.vault, "default", order_id) or ""


async def ask(house: House, scope: Scope = Scope.STAFF, **wish: Any) -> httpx.Response:
    return await house.http.post("/v1/pickups", json=wish, headers=house.headers(scope))


async def test_a_code_names_the_order_that_waits_for_it_until_it_is_collected(house: House) -> None:
    order_id, code = await ready(house)

    found = await ask(house, code=f"{code[:3]} {code[3:]}", store="default")
    elsewhere = await ask(house, code=code, store=f"none-{uuid.uuid4().hex[:6]}")
    await house.done(order_id, "collected", code=code)
    after = await ask(house, code=code)

    assert order_id in [each["order_id"] for each in found.json()["orders"]]
    assert elsewhere.json() == {"orders": []}
    assert order_id not in [each["order_id"] for each in after.json()["orders"]]


async def test_who_guesses_codes_has_to_wait_and_a_checkout_may_not_ask(house: House) -> None:
    key = house.headers(Scope.OPS)

    answers = [await house.http.post("/v1/pickups", json={"code": f"{n:06}"}, headers=key) for n in range(8)]
    text = await ask(house, code=["1"])
    checkout = await ask(house, house.checkout, code="000001")

    assert answers[-1].status_code == 429
    assert "wrong codes" in answers[-1].json()["detail"]
    assert (text.status_code, checkout.status_code) == (422, 403)


async def test_the_command_line_names_the_order(house: House, environment: dict[str, str]) -> None:
    order_id, code = await ready(house)

    found = await run("counter", code, environment=environment)
    as_json = await run("counter", code, "--json", environment=environment)
    wrong = await run("counter", "12", environment=environment)

    assert (found.code, as_json.code, wrong.code) == (0, 0, 1)
    assert order_id in found.out
    assert order_id in [each["order_id"] for each in as_json.json["orders"]]
    assert "No order that waits here has this code" in wrong.err
