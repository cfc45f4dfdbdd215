"""What runs low, over the API and on the command line."""

import uuid
from typing import Any

import httpx
import pytest

from db.keys import Scope
from tests.house import House
from tests.integration.test_cli import environment, nothing_set, run
from tests.sample_orders import MUG, an_order

__all__ = ["environment", "nothing_set"]


@pytest.fixture
async def store(house: House) -> str:
    """A store of which a cup/blue and a pot run low, and a jar does not."""
    store = f"low-{uuid.uuid4().hex[:8]}"
    await house.open_store(store, look={"name": store}, low_limit=3)
    left = {"CUP/blue & <b>": 2, "JAR": 20, "POT": 0}
    lines = [
        {**MUG, "line_id": sku[:3], "sku": sku, "name": f"The {sku}", "stock_left": count}
        for sku, count in left.items()
    ]
    await house.placed(an_order(*lines, store=store))
    return store


async def ask(house: House, method: str, scope: Scope = Scope.STAFF, **params: Any) -> httpx.Response:
    return await house.http.request(method, "/v1/low-stock", params=params, headers=house.headers(scope))


async def skus(house: House, store: str) -> list[str]:
    return [each["sku"] for each in (await ask(house, "GET", store=store)).json()["products"]]


async def test_what_runs_low_is_listed_with_the_order_that_said_so(house: House, store: str) -> None:
    answer = await ask(house, "GET", store=store)

    cup, pot = answer.json()["products"]
    assert (cup["sku"], cup["name"], cup["stock_left"], cup["low_limit"]) == (
        "CUP/blue & <b>",
        "The CUP/blue & <b>",
        2,
        3,
    )
    assert pot["stock_left"] == 0
    assert (await house.show(cup["order_id"], store=store))["number"] == cup["number"]
    assert answer.json()["next"] is None


async def test_the_list_is_read_page_by_page(house: House, store: str) -> None:
    first = (await ask(house, "GET", store=store, limit=1)).json()
    second = (await ask(house, "GET", store=store, limit=1, cursor=first["next"])).json()

    assert [each["sku"] for page in (first, second) for each in page["products"]] == ["CUP/blue & <b>", "POT"]
    assert second["next"] is None


async def test_what_is_there_again_is_listed_no_more_and_saying_it_twice_is_harmless(
    house: House, store: str
) -> None:
    answers = [await ask(house, "DELETE", store=store, sku="CUP/blue & <b>") for _ in range(2)]
    left = await skus(house, store)
    written = await house.pool.fetch("SELECT act FROM audit WHERE subject LIKE $1", f"stock:{store}/%")

    assert [answer.status_code for answer in answers] == [204, 204]
    assert left == ["POT"]
    assert [row["act"] for row in written] == ["stock_there_again"]


async def test_a_product_nobody_told_of_is_named(house: House, store: str) -> None:
    product = await ask(house, "DELETE", store=store, sku="NO-SUCH")
    elsewhere = await ask(house, "DELETE", store=f"{store}-none", sku="POT")

    assert (product.status_code, elsewhere.status_code) == (404, 404)
    assert "NO-SUCH" in product.json()["detail"]


@pytest.mark.parametrize("cursor", ["x", "|POT", "A B|POT", "ok|" + "x" * 101])
async def test_a_cursor_nobody_was_given_is_an_error_of_the_caller(house: House, cursor: str) -> None:
    assert (await ask(house, "GET", cursor=cursor)).status_code in (400, 422)


async def test_a_checkout_neither_reads_nor_changes_what_runs_low(house: House, store: str) -> None:
    answers = [
        await ask(house, "GET", Scope.CHECKOUT, store=store),
        await ask(house, "DELETE", Scope.CHECKOUT, store=store, sku="POT"),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert "POT" in await skus(house, store)


async def test_the_command_line_lists_what_runs_low_and_takes_it_away(
    house: House, store: str, environment: dict[str, str]
) -> None:
    listed = await run("low-stock", "--store", store, environment=environment)
    as_json = await run("low-stock", "--store", store, "--json", environment=environment)
    noted = await run("low-stock", "--there-again", "POT", "--store", store, environment=environment)
    unknown = await run("low-stock", "--there-again", "NO-SUCH", "--store", store, environment=environment)
    nowhere = await run("low-stock", "--there-again", "POT", "--store", "none-here", environment=environment)

    assert [each.code for each in (listed, as_json, noted, unknown, nowhere)] == [0, 0, 0, 1, 1]
    assert "POT" in listed.out
    assert [each["sku"] for each in as_json.json["products"]] == ["CUP/blue & <b>", "POT"]
    assert "POT is there again" in noted.out
    assert "NO-SUCH" in unknown.err
    assert "none-here" in nowhere.err
    assert await skus(house, store) == ["CUP/blue & <b>"]


async def test_an_order_placed_again_with_another_count_is_the_same_order(house: House, store: str) -> None:
    body = an_order({**MUG, "sku": "POT", "stock_left": 3}, store=store)
    order_id = await house.placed(body)

    again = await house.http.post(
        "/v1/orders",
        json={**body, "lines": [{**body["lines"][0], "stock_left": 2}]},
        headers=house.headers(Scope.CHECKOUT),
    )

    assert (again.status_code, again.json()["order_id"]) == (200, order_id)


async def test_a_sku_is_known_without_the_space_around_it(house: House, store: str) -> None:
    await house.placed(an_order({**MUG, "sku": " PAN ", "stock_left": 1}, store=store))
    await house.placed(an_order({**MUG, "sku": "   ", "stock_left": 1}, store=store))

    assert await skus(house, store) == ["CUP/blue & <b>", "PAN", "POT"]
