"""Commands at the door: applied once, however often and from wherever they come."""

import asyncio
from pathlib import Path

from embedded.temporal import Temporal
from tests.house import House, open_house
from tests.sample_orders import BOOK, an_order


async def test_fifty_copies_of_one_command_are_applied_once_and_all_answered_alike(house: House) -> None:
    order_id = await house.paid(an_order())
    answers = await asyncio.gather(
        *(house.send(order_id, "packed", command_id="pack-once", weight_grams=500) for _ in range(50))
    )

    assert {answer.status_code for answer in answers} == {200}
    assert {(answer.json()["outcome"], answer.json()["text"]) for answer in answers} == {
        ("applied", "Parcel 1 packed, 2 pieces")
    }
    order = await house.show(order_id)
    assert [moment["kind"] for moment in order["timeline"]].count("packed") == 1
    assert len(order["parcels"]) == 1


async def test_the_same_command_much_later_is_answered_as_it_was(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "packed", command_id="pack-once")
    await house.done(order_id, "shipped")
    again = await house.send(order_id, "packed", command_id="pack-once")

    assert (again.status_code, again.json()["outcome"]) == (200, "applied")
    assert len((await house.show(order_id))["parcels"]) == 1


async def test_a_refused_command_stays_refused_when_it_comes_again(house: House) -> None:
    order_id = await house.placed(an_order())
    first = await house.refused(order_id, "shipped", command_id="too-soon")
    await house.done(order_id, "payment", status="paid")

    assert await house.refused(order_id, "shipped", command_id="too-soon") == first
    assert (await house.show(order_id))["parcels"] == []


async def test_an_id_that_was_given_to_another_command_is_refused(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "hold", command_id="one-id", reason="address")
    other = await house.send(order_id, "hold", command_id="one-id", reason="fraud")

    assert other.status_code == 409
    assert other.json()["type"] == "urn:pakhuis:door.command_differs"
    assert len((await house.show(order_id))["holds"]) == 1


async def test_the_same_id_on_another_order_is_another_command(house: House) -> None:
    orders = [await house.paid(an_order()) for _ in range(2)]

    for order_id in orders:
        assert (await house.done(order_id, "picked", command_id="shared"))["lines"][0]["units"]["picked"] == 2


async def test_many_at_once_have_a_result_each_and_bad_ones_harm_no_other(house: House) -> None:
    good, unpaid = await house.paid(an_order()), await house.placed(an_order())
    rows: list[object] = [
        {"order_id": good, "type": "packed", "command_id": "bulk-1"},
        {"order_id": good, "type": "shipped", "command_id": "bulk-2", "tracking_number": "3SBULK"},
        {"order_id": unpaid, "type": "shipped", "command_id": "bulk-3"},
        {"order_id": "NOSUCH", "type": "shipped"},
        {"order_id": good, "type": "dance"},
        {"order_id": good, "type": "packed", "weight_grams": "heavy"},
        {"type": "packed"},
        "not a row",
    ]

    async def give() -> list[tuple[int, str]]:
        answer = await house.http.post(
            "/v1/commands", json={"commands": rows}, headers=house.headers(house.staff)
        )
        assert answer.status_code == 200, answer.text
        results = answer.json()["results"]
        assert [result["index"] for result in results] == list(range(len(rows)))
        assert all(result["text"] for result in results)
        return [(result["status"], result["outcome"]) for result in results]

    expected = [
        (200, "applied"),
        (200, "applied"),
        (409, "refused"),
        (404, "refused"),
        (422, "refused"),
        (422, "refused"),
        (422, "refused"),
        (400, "refused"),
    ]
    assert await give() == expected
    assert await give() == expected
    assert len((await house.show(good))["parcels"]) == 1


async def test_a_bulk_that_is_no_list_of_commands_is_refused(house: House) -> None:
    bodies: tuple[object, ...] = ({}, {"commands": []}, {"commands": {}}, {"commands": [{}], "more": 1}, [])
    for body in bodies:
        answer = await house.http.post("/v1/commands", json=body, headers=house.headers(house.staff))
        assert answer.status_code == (400 if body == [] else 422), (body, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_command_is_kept_while_no_worker_runs_and_applied_when_one_comes(
    postgres_url: str, temporal: Temporal, servers_folder: Path
) -> None:
    folder = servers_folder / "away"
    async with open_house(
        postgres_url, temporal.address, folder, task_queue="workers-away", works=False
    ) as house:
        order_id = await house.placed(an_order())
        paid = await house.pay(order_id, command_id="pay-1")
        assert (paid.status_code, paid.json()["outcome"]) == (202, "pending")
        assert "kept" in paid.json()["text"]
        async with house.working():
            order = await house.until(order_id, lambda order: order["payment_status"] == "PAID")
            again = await house.pay(order_id, command_id="pay-1")

    assert order["timeline"][-1]["command_id"] == "pay-1"
    assert (again.status_code, again.json()["outcome"]) == (200, "applied")


async def test_a_checkout_may_tell_of_payments_and_of_nothing_else(house: House) -> None:
    order_id = await house.placed(an_order())
    headers = house.headers(house.checkout)
    path = f"/v1/orders/{order_id}/commands"
    shipped = await house.http.post(path, json={"type": "shipped"}, headers=headers)
    paid = await house.http.post(path, json={"type": "payment", "status": "paid"}, headers=headers)

    assert shipped.status_code == 403
    assert "scope" in shipped.json()["detail"]
    assert paid.status_code == 200
    assert paid.json()["order"]["timeline"][-1]["actor"] == "checkout:test"


async def test_nobody_comes_in_without_a_key(house: House) -> None:
    order_id = await house.placed(an_order())
    path = f"/v1/orders/{order_id}/commands"
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}):
        for method, address in (("POST", path), ("POST", "/v1/orders"), ("GET", f"/v1/orders/{order_id}")):
            answer = await house.http.request(method, address, json={}, headers=headers)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_command_for_an_order_nobody_placed_is_not_found(house: House) -> None:
    answer = await house.send("NOBODY", "shipped")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "NOBODY" in answer.json()["detail"]


async def test_a_command_with_a_field_that_is_wrong_says_which(house: House) -> None:
    order_id = await house.paid(an_order())
    answer = await house.send(order_id, "packed", lines=[{"line_id": "1", "quantity": 0}])

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "lines.0.quantity"
    assert "at least 1" in answer.json()["errors"][0]["problem"]


async def test_sentences_come_in_the_reader_s_language(house: House) -> None:
    order_id = await house.placed(an_order(BOOK))
    answer = await house.http.post(
        f"/v1/orders/{order_id}/commands",
        json={"type": "shipped"},
        headers=house.headers(house.staff) | {"Accept-Language": "nl-NL,nl;q=0.9"},
    )

    assert answer.status_code == 409
    assert "bestelling" in answer.json()["detail"]
