"""Claims: one person packs an order, everybody sees who, and nobody waits for one who went home."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from db import claims
from db.claims import Claimed, HeldBy
from db.keys import Scope
from tests.house import House
from tests.integration.test_cli import environment, nothing_set, run
from tests.sample_orders import an_order

__all__ = ["environment", "nothing_set"]  # Fixtures: the environment of the command line.


async def claim(house: House, order_id: str, scope: Scope = Scope.STAFF, **body: Any) -> httpx.Response:
    path = f"/v1/orders/{order_id}/claim"
    return await house.http.post(path, json=body, headers=house.headers(scope))


async def release(house: House, order_id: str, scope: Scope = Scope.STAFF) -> httpx.Response:
    return await house.http.delete(f"/v1/orders/{order_id}/claim", headers=house.headers(scope))


async def run_out(house: House, order_id: str) -> None:
    await house.pool.execute(
        "UPDATE claims SET since = now() - interval '15 minutes', until = now() WHERE order_id = $1", order_id
    )


async def acts(house: House, order_id: str) -> list[tuple[str, str, str | None]]:
    async with house.pool.acquire() as connection:
        found = await claims.log(connection, "default", order_id)
    return [(each.actor, each.act, each.taken_from) for each in found]


async def test_a_claim_shows_who_works_on_the_order_and_until_when(house: House) -> None:
    order_id = await house.placed(an_order())
    answer = await claim(house, order_id)
    shown = await house.show(order_id)

    held = answer.json()
    assert answer.status_code == 200
    assert shown["claim"] == held
    assert held["actor"] == "staff:test"
    held_for = datetime.fromisoformat(held["until"]) - datetime.fromisoformat(held["since"])
    assert held_for == timedelta(minutes=15)


async def test_an_order_that_nobody_claimed_says_so(house: House) -> None:
    order_id = await house.placed(an_order())

    assert (await house.show(order_id))["claim"] is None


async def test_who_comes_second_is_told_who_was_first(house: House) -> None:
    order_id = await house.placed(an_order())
    first = (await claim(house, order_id)).json()
    second = await claim(house, order_id, Scope.OPS)

    assert second.status_code == 409
    assert second.json()["claim"] == first
    assert second.json()["detail"].startswith("staff:test is working on this order, since ")


async def test_a_claim_that_is_renewed_keeps_since_when_and_lasts_longer(house: House) -> None:
    order_id = await house.placed(an_order())
    first = (await claim(house, order_id)).json()
    again = (await claim(house, order_id)).json()

    assert again["since"] == first["since"]
    assert again["until"] > first["until"]
    assert await acts(house, order_id) == [("staff:test", "claimed", None)]


async def test_a_claim_that_has_run_out_is_as_good_as_none(house: House) -> None:
    order_id = await house.placed(an_order())
    await claim(house, order_id)
    await run_out(house, order_id)
    gone = (await house.show(order_id))["claim"]
    answer = await claim(house, order_id, Scope.OPS)

    assert gone is None
    assert (answer.status_code, answer.json()["taken_from"]) == (200, None)


async def test_a_claim_can_be_taken_over_and_that_is_remembered(house: House) -> None:
    order_id = await house.placed(an_order())
    await claim(house, order_id)
    taken = await claim(house, order_id, Scope.OPS, take_over=True)
    back = await claim(house, order_id)

    assert (taken.status_code, taken.json()["actor"]) == (200, "ops:test")
    assert taken.json()["taken_from"] == "staff:test"
    assert back.status_code == 409
    assert await acts(house, order_id) == [
        ("staff:test", "claimed", None),
        ("ops:test", "taken_over", "staff:test"),
    ]


async def test_a_claim_is_released_by_whose_it_is_alone(house: House) -> None:
    order_id = await house.placed(an_order())
    await claim(house, order_id)
    others = await release(house, order_id, Scope.OPS)
    still = (await house.show(order_id))["claim"]
    own = await release(house, order_id)
    twice = await release(house, order_id)

    assert [each.status_code for each in (others, own, twice)] == [409, 204, 409]
    assert still["actor"] == "staff:test"
    assert (await house.show(order_id))["claim"] is None
    assert (await acts(house, order_id))[-1] == ("staff:test", "released", None)


async def test_of_many_who_claim_at_once_one_gets_it(house: House) -> None:
    order_id = await house.placed(an_order())

    async def ask(number: int) -> Claimed | HeldBy:
        async with house.pool.acquire() as connection:
            return await claims.claim(connection, "default", order_id, f"staff:{number}", f"Nr {number}")

    answers = await asyncio.gather(*(ask(number) for number in range(20)))

    (winner,) = [each for each in answers if isinstance(each, Claimed)]
    assert {each.claim for each in answers} == {winner.claim}
    assert len(await acts(house, order_id)) == 1


async def test_the_claims_of_many_orders_and_of_one_person_are_found_at_once(house: House) -> None:
    mine, others, free = [await house.placed(an_order()) for _ in range(3)]
    async with house.pool.acquire() as connection:
        await claims.claim(connection, "default", mine, "staff:bea", "Bea")
        await claims.claim(connection, "default", others, "staff:cas", "Cas")
        found = await claims.of_orders(connection, [("default", each) for each in (mine, others, free)])
        own = await claims.of_actor(connection, "staff:bea")

    assert {key: each.name for key, each in found.items()} == {
        ("default", mine): "Bea",
        ("default", others): "Cas",
    }
    assert list(own) == [("default", mine)]


async def test_who_has_no_claim_may_still_tell_what_happened(house: House) -> None:
    order_id = await house.paid(an_order())
    async with house.pool.acquire() as connection:
        await claims.claim(connection, "default", order_id, "staff:bea", "Bea")

    order = await house.done(order_id, "packed")
    assert order["claim"]["name"] == "Bea"


@pytest.mark.parametrize("body", [{"take_over": "perhaps"}, {"minutes": 600}])
async def test_what_is_no_claim_is_refused_with_its_field(house: House, body: dict[str, Any]) -> None:
    order_id = await house.placed(an_order())
    answer = await claim(house, order_id, **body)

    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == list(body)


async def test_an_order_that_is_not_there_is_not_claimed(house: House) -> None:
    assert (await claim(house, "NOBODY")).status_code == 404
    assert (await release(house, "NOBODY")).status_code == 404


async def test_a_checkout_claims_nothing(house: House) -> None:
    order_id = await house.placed(an_order())

    assert (await claim(house, order_id, Scope.CHECKOUT)).status_code == 403
    assert (await release(house, order_id, Scope.CHECKOUT)).status_code == 403


async def test_the_command_line_claims_takes_over_and_releases(
    house: House, environment: dict[str, str]
) -> None:
    order_id = await house.placed(an_order())
    await claim(house, order_id)
    held = await run("claim", order_id, environment=environment)
    taken = await run("claim", order_id, "--take-over", environment=environment)
    shown = await run("show", order_id, environment=environment)
    mine = await run("claim", order_id, "--json", environment=environment)
    released = await run("claim", order_id, "--release", environment=environment)
    again = await run("claim", order_id, "--release", environment=environment)

    assert [each.code for each in (held, taken, mine, released, again)] == [1, 0, 0, 0, 1]
    assert "staff:test is working on this order" in held.err
    assert "before, staff:test was working on it" in taken.out
    assert "Claimed by" in shown.out
    assert mine.json["claimed"] is True
