"""Jobs that were begun, wherever that was: listed, followed, their mails stopped, and what was refused tried
again, over the API and at the command line as at the desk."""

import uuid
from typing import Any

import httpx
import pytest

from db import bulk
from db.bulk import OrderKey
from db.keys import Scope
from tests.bulk_jobs import a_job, answered
from tests.command_line import run
from tests.house import House
from tests.integration.test_bulk_calls import begin, ended
from tests.integration.test_cli import environment, nothing_set
from tests.sample_orders import an_order

__all__ = ["environment", "nothing_set"]  # Fixtures: the environment of the command line.


async def listed(house: House, **asked: Any) -> dict[str, Any]:
    answer = await house.http.get("/v1/bulk", params=asked, headers=house.headers(Scope.STAFF))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def call(house: House, path: str, scope: Scope = Scope.STAFF) -> httpx.Response:
    return await house.http.post(f"/v1/bulk/{path}", headers=house.headers(scope))


async def refused_job(house: House) -> tuple[str, str]:
    """A job that was refused an order which was not paid, and that order."""
    unpaid = await house.placed(an_order())
    began = await begin(house, type="picked", orders=[{"order_id": unpaid}])
    job = await ended(house, began.json()["job_id"])
    assert job["refused"] == 1
    return job["job_id"], unpaid


async def waiting_mails(house: House) -> tuple[str, list[str]]:
    """A job whose mails wait for an undo, begun at the desk, and its orders."""
    order_ids = [await house.paid(an_order()) for _ in range(2)]
    job_id = await a_job(house, order_ids, "shipped", undo_seconds=60)
    await house.opened.bulk.start(job_id)
    await answered(house, job_id)
    return str(job_id), order_ids


async def assert_stopped(house: House, order_ids: list[str]) -> None:
    for order_id in order_ids:
        await house.until(
            order_id,
            lambda order: [m["state"] for m in order["mails"] if m["kind"] == "shipped"][:1] == ["withdrawn"],
        )


async def test_jobs_are_listed_the_latest_first_whoever_began_them_and_page_by_page(house: House) -> None:
    order_id = await house.paid(an_order())
    at_the_desk = await a_job(house, [order_id], "picked")
    await house.opened.bulk.start(at_the_desk)
    over_http = (await begin(house, type="hold", reason="x", orders=[{"order_id": order_id}])).json()
    first = await listed(house, limit=1)
    second = await listed(house, limit=1, cursor=first["next"])

    assert [each["job_id"] for each in first["jobs"]] == [over_http["job_id"]]
    assert [each["job_id"] for each in second["jobs"]] == [str(at_the_desk)]
    assert (first["jobs"][0]["type"], first["jobs"][0]["orders"]) == ("hold", 1)
    mine = (await listed(house, actor=over_http["actor"], limit=200))["jobs"]
    assert {each["actor"] for each in mine} == {over_http["actor"]}
    assert str(at_the_desk) not in {each["job_id"] for each in mine}


async def test_orders_that_were_only_chosen_are_no_job_yet(house: House) -> None:
    order_id, job_id = await house.paid(an_order()), uuid.uuid4()
    async with house.pool.acquire() as connection:
        await bulk.choose(connection, job_id, "staff:anna", [OrderKey("default", order_id)])
    answers = [await call(house, f"{job_id}/{what}") for what in ("stop-mails", "again")]

    assert str(job_id) not in {each["job_id"] for each in (await listed(house, limit=200))["jobs"]}
    assert {(each.status_code, each.json()["type"]) for each in answers} == {
        (409, "urn:pakhuis:bulk.door.job_not_begun")
    }


async def test_a_cursor_that_nobody_was_given_is_refused(house: House) -> None:
    answer = await house.http.get(
        "/v1/bulk", params={"cursor": "yesterday"}, headers=house.headers(Scope.STAFF)
    )

    assert answer.status_code == 400


async def test_the_mails_of_a_job_that_still_wait_are_stopped_by_one_call(house: House) -> None:
    job_id, order_ids = await waiting_mails(house)
    before = (await house.http.get(f"/v1/bulk/{job_id}", headers=house.headers(Scope.STAFF))).json()
    stopped = await call(house, f"{job_id}/stop-mails")
    await assert_stopped(house, order_ids)
    after = (await house.http.get(f"/v1/bulk/{job_id}", headers=house.headers(Scope.STAFF))).json()

    assert (stopped.status_code, stopped.json()) == (200, {"job_id": job_id, "stopped": 2})
    assert (before["mails_waiting"], after["mails_waiting"]) == (2, 0)
    assert before["mails_stopped_at"] is None
    assert after["mails_stopped_at"] is not None


async def test_what_was_refused_is_tried_again_as_one_job_however_often_it_is_asked(house: House) -> None:
    job_id, order_id = await refused_job(house)
    await house.pay(order_id)
    answers = [await call(house, f"{job_id}/again") for _ in range(2)]
    job = await ended(house, answers[0].json()["job_id"])

    assert [each.status_code for each in answers] == [202, 202]
    assert len({each.json()["job_id"] for each in answers}) == 1
    assert (job["applied"], job["results"][0]["order_id"]) == (1, order_id)
    nothing_left = await call(house, f"{job['job_id']}/again")
    assert nothing_left.status_code == 409
    assert nothing_left.json()["type"] == "urn:pakhuis:bulk.door.nothing_refused"


@pytest.mark.parametrize("what", ["stop-mails", "again"])
async def test_a_key_of_the_checkout_does_nothing_with_jobs_and_an_unknown_one_is_not_found(
    house: House, what: str
) -> None:
    job_id, _ = await refused_job(house)
    refused = await call(house, f"{job_id}/{what}", Scope.CHECKOUT)
    unlisted = await house.http.get("/v1/bulk", headers=house.headers(Scope.CHECKOUT))
    unknown = await call(house, f"{uuid.uuid4()}/{what}")

    assert (refused.status_code, unlisted.status_code, unknown.status_code) == (403, 403, 404)


async def test_the_command_line_lists_and_follows_a_job_that_was_begun_elsewhere(
    house: House, environment: dict[str, str]
) -> None:
    job_id, _ = await refused_job(house)
    found = await run("jobs", "list", "--json", environment=environment)
    table = await run("jobs", "list", environment=environment)
    mine = await run("jobs", "list", "--mine", "--json", environment=environment)
    shown = await run("jobs", "show", job_id, "--follow", environment=environment)
    unknown = await run("jobs", "show", "42", environment=environment)

    assert job_id in {each["job_id"] for each in found.json["jobs"]}
    assert job_id in table.out
    assert job_id not in {each["job_id"] for each in mine.json["jobs"]}
    assert (shown.code, "Refused" in shown.out) == (1, True)
    assert (unknown.code, unknown.err.strip()) == (1, "There is no job 42.")


async def test_the_command_line_stops_the_mails_of_a_job(house: House, environment: dict[str, str]) -> None:
    job_id, order_ids = await waiting_mails(house)
    stopped = await run("jobs", "stop-mails", job_id, environment=environment)
    await assert_stopped(house, order_ids)
    gone = await run("jobs", "stop-mails", job_id, environment=environment)

    assert (stopped.code, stopped.out.strip()) == (0, "2 mails were stopped.")
    assert f"The mails of job {job_id} have left already" in gone.out


async def test_the_command_line_tries_again_what_was_refused(
    house: House, environment: dict[str, str]
) -> None:
    job_id, order_id = await refused_job(house)
    await house.pay(order_id)
    done = await run("jobs", "again", job_id, "--json", environment=environment)
    nothing_left = await run("jobs", "again", done.json["job_id"], environment=environment)

    assert (done.code, done.json["applied"]) == (0, 1)
    assert nothing_left.code == 1
    assert "nothing to try again" in nothing_left.err
