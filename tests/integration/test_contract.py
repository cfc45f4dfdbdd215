"""The contract at the door, as a client sees it that knows nothing of what is behind it."""

from typing import Any

import httpx
import pytest

from tests.house import House
from tests.sample_orders import BOOK, CARD, MUG, an_order


async def listed(house: House, **params: str) -> httpx.Response:
    return await house.http.get("/v1/orders", params=params, headers=house.headers(house.staff))


async def give_many(house: House, body: dict[str, Any]) -> httpx.Response:
    return await house.http.post("/v1/commands", json=body, headers=house.headers(house.staff))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (an_order(MUG | {"unit_price": "12.505"}), "lines.0.unit_price"),
        (an_order(MUG, MUG), "lines.1.line_id"),
        (an_order(BOOK | {"files": []}), "lines.0.files"),
        (an_order(MUG, CARD | {"quantity": 101}), "lines.1.quantity"),
        (an_order(shipping_address=None), "shipping_address"),
        (an_order(fulfillment=None), "fulfillment"),
    ],
)
async def test_what_is_wrong_only_beside_other_fields_is_told_with_its_path(
    house: House, body: dict[str, Any], field: str
) -> None:
    answer = await house.place(body)

    assert answer.status_code == 422
    assert field in [each["field"] for each in answer.json()["errors"]]
    assert answer.json()["detail"].startswith(f"{field} is not right: ")


@pytest.mark.parametrize(
    "moment",
    [
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2026-11-20T10:15:00",
        1793000000,
        "1793000000",
    ],
)
async def test_a_time_that_cannot_be_told_in_every_zone_or_is_a_bare_number_is_refused(
    house: House, moment: object
) -> None:
    answer = await house.place(an_order(placed_at=moment))

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "placed_at"


async def test_an_order_that_was_kept_is_not_judged_again_by_what_the_door_asks_today(house: House) -> None:
    order_id = await house.placed(an_order())
    await house.pool.execute(
        'UPDATE orders SET body = body || \'{"placed_at": "1900-01-01T00:00:00Z"}\' WHERE order_id = $1',
        order_id,
    )

    assert (await house.show(order_id))["order_id"] == order_id


@pytest.mark.parametrize(
    ("filter_", "value"),
    [
        ("placed_from", "0.5"),
        ("placed_to", "1793000000"),
        ("payment_status", "PAYED"),
        ("fulfillment_status", "SHIPED"),
        ("method", "post"),
        ("status", "PAID"),
    ],
)
async def test_a_filter_that_is_no_filter_is_refused_and_never_answered_with_every_order(
    house: House, filter_: str, value: str
) -> None:
    answer = await listed(house, **{filter_: value})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].split(".")[0] == filter_


async def test_a_command_of_an_unknown_type_is_told_that_its_type_is_wrong(house: House) -> None:
    order_id = await house.placed(an_order())
    answer = await house.send(order_id, "nonsense")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "type"


async def test_a_key_that_may_not_do_this_is_told_which_key_may(house: House) -> None:
    order_id = await house.placed(an_order())
    answer = await house.http.post(
        f"/v1/orders/{order_id}/commands", json={"type": "picked"}, headers=house.headers(house.checkout)
    )

    assert answer.status_code == 403
    assert "staff" in answer.json()["detail"]
    assert "checkout" not in answer.json()["detail"]


async def test_an_address_with_two_methods_names_both_to_a_third(house: House) -> None:
    answer = await house.http.put("/v1/orders", headers=house.headers(house.staff))

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"


async def test_amounts_are_answered_with_the_decimals_of_their_currency(house: House) -> None:
    answer = await house.place(an_order())

    totals = answer.json()["totals"]
    assert (totals["discount"], totals["tax"], totals["fees"]) == ("0.00", "0.00", "0.00")


async def test_a_bad_row_of_many_is_answered_under_the_id_it_was_sent_with(house: House) -> None:
    order_id = await house.placed(an_order())
    rows = [
        {"order_id": order_id, "type": "nonsense", "command_id": "row-1"},
        {"order_id": order_id, "type": "picked", "colour": "red", "command_id": "row-2"},
        "text",
    ]
    answer = await give_many(house, {"commands": rows})

    results = answer.json()["results"]
    assert [(each["command_id"], each["status"]) for each in results] == [
        ("row-1", 422),
        ("row-2", 422),
        (None, 400),
    ]


@pytest.mark.parametrize("body", [{"commands": []}, {"commands": [], "more": 1}, {"command": []}])
async def test_many_commands_in_another_wrapping_are_refused_with_the_field(
    house: House, body: dict[str, Any]
) -> None:
    answer = await give_many(house, body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "commands"


@pytest.mark.parametrize("plain_copies", [1, 2])
async def test_a_command_whose_id_plain_signals_had_before_is_answered_and_not_left_waiting(
    house: House, plain_copies: int
) -> None:
    order_id = await house.paid(an_order())
    for _ in range(plain_copies):
        await house.signal(order_id, "packed", {"command_id": "same"})
    await house.until(order_id, lambda order: order["parcels"])
    answer = await house.send(order_id, "packed", command_id="same")

    assert (answer.status_code, answer.json()["outcome"]) == (200, "repeated")
    assert len((await house.show(order_id))["parcels"]) == 1


async def test_an_id_that_an_unreadable_signal_had_can_still_be_answered_at_the_door(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.signal(order_id, "picked", {"command_id": "mine", "colour": "red"})
    await house.until(order_id, lambda order: order["timeline"][-1]["outcome"] == "refused")
    answer = await house.send(order_id, "picked", command_id="mine")

    assert (answer.status_code, answer.json()["outcome"]) == (200, "repeated")
