"""What the order page and the list of attention can do, over the API and on the command line."""

import re
import uuid
from typing import Any

import httpx
import pytest

from db.keys import Scope
from tests.house import House
from tests.integration.test_cli import environment, nothing_set, run
from tests.sample_orders import BOOK, an_order

__all__ = ["environment", "nothing_set"]


async def get(house: House, path: str, scope: Scope = Scope.STAFF, **params: Any) -> httpx.Response:
    return await house.http.get(path, params=params, headers=house.headers(scope))


async def foresee(house: House, order_id: str, **command: Any) -> httpx.Response:
    path = f"/v1/orders/{order_id}/preview"
    return await house.http.post(path, json=command, headers=house.headers(Scope.STAFF))


async def test_a_mail_is_read_as_it_was_sent_without_its_secrets(house: House) -> None:
    order_id = await house.paid(an_order(BOOK))
    sent = await house.mail(order_id, "downloads")
    secret = re.findall(r"/d/([A-Za-z0-9_-]{20,})", sent.text)

    answer = await get(house, f"/v1/orders/{order_id}/mails/downloads")

    letter = answer.json()["letter"]
    assert answer.json()["state"] == "sent"
    assert letter["subject"] == sent.subject
    assert secret
    assert secret[0] not in answer.text
    assert "/d/••••" in letter["text"]


async def test_a_mail_that_the_order_has_not_is_refused_with_its_name(house: House) -> None:
    order_id = await house.paid(an_order())

    answer = await get(house, f"/v1/orders/{order_id}/mails/shipped:9")

    assert answer.status_code == 409
    assert "shipped:9" in answer.json()["detail"]


async def test_a_preview_tells_the_mails_and_changes_nothing(house: House) -> None:
    order_id = await house.paid(an_order())

    answer = await foresee(house, order_id, type="shipped", tracking_number="3SFORESEEN")

    (mail,) = answer.json()["mails"]
    assert mail["mail_key"] == "shipped:1"
    assert "3SFORESEEN" in mail["text"]
    assert mail["can_be_taken_back"] is True
    assert (await house.show(order_id))["parcels"] == []


async def test_a_preview_of_what_would_be_refused_says_why(house: House) -> None:
    order_id = await house.placed(an_order())

    answer = await foresee(house, order_id, type="picked")

    assert answer.json()["mails"] == []
    assert "not paid yet" in answer.json()["refusal"]


async def test_a_queue_of_the_desk_is_listed_oldest_first(house: House) -> None:
    store = f"queue-{uuid.uuid4().hex[:8]}"
    await house.open_store(store, look={"name": store})
    paid = [await house.paid(an_order(store=store)) for _ in range(2)]
    await house.placed(an_order(store=store))

    found = await get(house, "/v1/orders", store=store, queue="to_pick", oldest_first=True)
    first = await get(house, "/v1/orders", store=store, queue="to_pick", oldest_first=True, limit=1)
    second = await get(
        house,
        "/v1/orders",
        store=store,
        queue="to_pick",
        oldest_first=True,
        limit=1,
        cursor=first.json()["next"],
    )
    wrong = await get(house, "/v1/orders", queue="to_eat")

    assert [row["order_id"] for row in found.json()["orders"]] == paid
    assert [row["order_id"] for page in (first, second) for row in page.json()["orders"]] == paid
    assert wrong.status_code == 422


async def test_attention_is_listed_for_its_owner(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "payment", status="paid", amount="5.00", reference="twice")

    finance = await get(house, "/v1/attention", owner="finance", limit=200)
    warehouse = await get(house, "/v1/attention", owner="warehouse", limit=200)

    entry = next(each for each in finance.json()["entries"] if each["order_id"] == order_id)
    assert (entry["reason"], entry["owner"]) == ("overpaid", "finance")
    assert "€5.00" in entry["text"]
    assert order_id not in warehouse.text


@pytest.mark.parametrize("cursor", ["x", "1|2", "9" * 30 + "|a|b|c"])
async def test_a_cursor_nobody_was_given_is_an_error_of_the_caller(house: House, cursor: str) -> None:
    answer = await get(house, "/v1/attention", cursor=cursor)

    assert answer.status_code == 400


async def test_a_checkout_may_not_read_mails_or_attention(house: House) -> None:
    order_id = await house.paid(an_order())

    answers = [
        await get(house, "/v1/attention", Scope.CHECKOUT),
        await get(house, f"/v1/orders/{order_id}/mails/order_received", Scope.CHECKOUT),
    ]

    assert {answer.status_code for answer in answers} == {403}


async def test_the_command_line_lists_attention_shows_a_mail_and_foretells_one(
    house: House, environment: dict[str, str]
) -> None:
    order_id = await house.paid(an_order(BOOK))
    await house.done(order_id, "payment", status="paid", amount="5.00", reference="twice")
    await house.mail(order_id, "downloads")

    listed = await run("attention", "--owner", "finance", environment=environment)
    as_json = await run("attention", "--json", environment=environment)
    mail = await run("mail", order_id, "downloads", environment=environment)
    foretold = await run("send", order_id, "reissue", "--line-id", "2", "--preview", environment=environment)
    refused = await run("send", order_id, "picked", "--preview", environment=environment)
    nobody = await run("attention", "--owner", "cook", environment=environment)

    assert [each.code for each in (listed, as_json, mail, foretold, refused, nobody)] == [0, 0, 0, 0, 1, 1]
    assert order_id in listed.out
    assert order_id in [entry["order_id"] for entry in as_json.json["entries"]]
    assert "••••" in mail.out
    assert "Subject: " in foretold.out
    assert "no goods to pick" in refused.err
    assert "finance" in nobody.err
