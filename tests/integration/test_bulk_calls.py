"""Jobs for programs: the calls of the API, and the command of the command line."""

import asyncio
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from db.keys import Scope
from tests.command_line import run
from tests.house import House
from tests.integration.test_cli import environment, nothing_set
from tests.sample_orders import an_order

__all__ = ["environment", "nothing_set"]  # Fixtures: the environment of the command line.


async def begin(house: House, scope: Scope = Scope.STAFF, **wish: Any) -> httpx.Response:
    return await house.http.post("/v1/bulk", json=wish, headers=house.headers(scope))


async def ended(house: House, job_id: str, seconds: float = 20) -> dict[str, Any]:
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        answer = await house.http.get(f"/v1/bulk/{job_id}", headers=house.headers(Scope.STAFF))
        assert answer.status_code == 200, answer.text
        job: dict[str, Any] = answer.json()
        if job["state"] == "done" and not job["waiting"]:
            return job
        assert asyncio.get_running_loop().time() < deadline, job
        await asyncio.sleep(0.05)


async def test_a_job_is_taken_at_once_and_each_order_has_its_own_result(house: House) -> None:
    paid, unpaid = await house.paid(an_order()), await house.placed(an_order())
    orders = [
        {"order_id": paid, "tracking_number": "3SAPI1"},
        {"order_id": unpaid, "tracking_number": "3SAPI2"},
    ]
    answer = await begin(house, type="shipped", notify=False, orders=orders)
    job = await ended(house, answer.json()["job_id"])

    assert answer.status_code == 202
    assert [each["outcome"] for each in job["results"]] == ["applied", "refused"]
    assert all(each["text"] for each in job["results"])
    assert (job["applied"], job["refused"], job["left_out"]) == (1, 1, 0)
    assert (await house.show(paid))["parcels"][0]["tracking_number"] == "3SAPI1"


async def test_the_same_wish_again_is_the_same_job_and_another_under_its_id_is_refused(
    house: House,
) -> None:
    first, second = await house.paid(an_order()), await house.paid(an_order())
    job_id = str(uuid.uuid4())
    sent = [
        await begin(house, job_id=job_id, type="picked", orders=[{"order_id": each}])
        for each in (first, first, second)
    ]
    await ended(house, job_id)

    assert [each.status_code for each in sent] == [202, 202, 409]
    assert sent[2].json()["type"] == "urn:pakhuis:bulk.door.job_differs"


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"type": "cancel", "orders": [{"order_id": "A"}]}, "type"),
        ({"type": "picked", "orders": []}, "orders"),
        ({"type": "picked", "orders": [{"order_id": "NOBODY"}]}, "orders.0.order_id"),
        ({"type": "labelled", "orders": [{"order_id": "{known}"}]}, "orders.0.tracking_number"),
        ({"type": "picked", "orders": [{"order_id": "{known}", "carrier": "x"}]}, "orders.0.carrier"),
        ({"type": "picked", "orders": [{"order_id": "{known}"}] * 2}, "orders.1.order_id"),
        ({"type": "hold", "orders": [{"order_id": "{known}"}]}, "reason"),
        ({"type": "picked", "orders": [{"order_id": "{known}"}], "undo_seconds": 61}, "undo_seconds"),
        ({"type": "picked", "orders": [{"order_id": "{known}"}] * 1001}, "orders"),
    ],
)
async def test_a_wish_that_is_wrong_keeps_nothing_and_names_the_field(
    house: House, wish: dict[str, Any], field: str
) -> None:
    known = await house.paid(an_order())
    orders = [{**each, "order_id": each["order_id"].format(known=known)} for each in wish["orders"]]
    before = await house.pool.fetchval("SELECT count(*) FROM bulk_jobs")
    answer = await begin(house, **{**wish, "orders": orders})

    assert answer.status_code == 422, answer.text
    assert field in [each["field"] for each in answer.json()["errors"]]
    assert await house.pool.fetchval("SELECT count(*) FROM bulk_jobs") == before


async def test_a_key_of_the_checkout_begins_no_job_and_an_unknown_one_is_not_found(house: House) -> None:
    refused = await begin(house, Scope.CHECKOUT, type="picked", orders=[{"order_id": "A"}])
    unknown = await house.http.get(f"/v1/bulk/{uuid.uuid4()}", headers=house.headers(Scope.STAFF))

    assert (refused.status_code, unknown.status_code) == (403, 404)


async def test_a_file_of_tracking_numbers_ships_its_orders(
    house: House, environment: dict[str, str], tmp_path: Path
) -> None:
    order_ids = [await house.paid(an_order()) for _ in range(2)]
    file = tmp_path / "numbers.csv"
    lines = [f"{order_id};3SCLI{place};postnl" for place, order_id in enumerate(order_ids)]
    file.write_text("\n".join(["order;tracking;carrier", *lines]))

    done = await run("bulk", "shipped", "--file", str(file), "--json", environment=environment)

    assert done.code == 0, done.err
    assert done.json["applied"] == 2
    shown = [(await house.show(each))["parcels"][0]["tracking_number"] for each in order_ids]
    assert shown == ["3SCLI0", "3SCLI1"]


async def test_what_is_refused_or_not_understood_is_said_and_shows_in_the_exit_code(
    house: House, environment: dict[str, str]
) -> None:
    paid, unpaid = await house.paid(an_order()), await house.placed(an_order())
    done = await run("bulk", "packed", paid, unpaid, "nobody", environment=environment)
    nothing = await run("bulk", "packed", "nobody", environment=environment)

    assert (done.code, nothing.code) == (1, 1)
    assert "1 done, 1 refused, 0 waiting." in done.out
    assert "nobody is none of these orders." in done.err
    assert "No line of nobody could be used." in nothing.err
