"""Orders as Ecwid stores export them, through the door."""

import uuid
from typing import Any

import httpx
import pytest
from temporalio.service import RPCError

from db.migrate import all_migrations
from tests import ecwid_orders as ecwid
from tests.house import House


def an_order(**changes: Any) -> dict[str, Any]:
    """An Ecwid order with an id and an address of its own."""
    id_ = uuid.uuid4().hex[:8].upper()
    return ecwid.order(
        **{"id": id_, "vendorOrderNumber": id_, "email": f"{id_.lower()}@example.com"} | changes
    )


async def place(house: House, body: object) -> httpx.Response:
    return await house.http.post(
        "/v1/orders", params={"format": "ecwid"}, json=body, headers=house.headers(house.checkout)
    )


async def test_an_ecwid_order_is_taken_and_fulfilled(house: House) -> None:
    body = an_order()
    answer = await place(house, body)
    order_id = answer.json()["order_id"]
    order = await house.done(order_id, "shipped", tracking_number="3SECWID")

    assert answer.status_code == 201, answer.text
    assert (order["payment_status"], order["fulfillment_status"]) == ("PAID", "SHIPPED")
    assert "3SECWID" in (await house.mail(order_id, "shipped")).text


async def test_the_same_export_again_changes_nothing_also_when_its_statuses_went_on(house: House) -> None:
    body = an_order()
    first = await place(house, body)
    again = await place(house, body)
    later = await place(
        house, body | {"updateTimestamp": 1795165999, "updateDate": "2026-11-21 09:15:00 +0000"}
    )

    assert [answer.status_code for answer in (first, again, later)] == [201, 200, 200]


async def test_another_order_under_a_known_id_is_refused(house: House) -> None:
    body = an_order()
    await place(house, body)
    answer = await place(house, body | {"items": [ecwid.mug(quantity=3)], "subtotal": 37.5, "total": 42.45})

    assert answer.status_code == 409


async def test_an_order_that_was_over_before_it_came_is_history_and_mails_nobody(house: House) -> None:
    answer = await place(house, an_order(fulfillmentStatus="SHIPPED", trackingNumber="3SOLD"))
    order = answer.json()
    order_id = order["order_id"]
    why = await house.refused(order_id, "shipped")

    assert answer.status_code == 201
    assert (order["history"], order["open"], order["fulfillment_status"]) == (True, False, "SHIPPED")
    assert "history" in why
    after = await house.show(order_id)
    assert after["mails"] == []
    with pytest.raises(RPCError, match="not found"):
        await house.handle(order_id).describe()


async def test_history_is_found_by_its_tracking_number_also_after_migrating(house: House) -> None:
    number = f"3SOLD{uuid.uuid4().hex[:8]}"
    answer = await place(house, an_order(fulfillmentStatus="SHIPPED", trackingNumber=number))
    order_id = answer.json()["order_id"]
    at_once = await found(house, number)
    await house.pool.execute("UPDATE orders SET search = 'x' WHERE order_id = $1", order_id)
    lost = await found(house, number)
    await house.pool.execute(all_migrations()["0017_search_of_the_past.sql"])

    assert (at_once, lost) == ([order_id], [])
    assert await found(house, number) == [order_id]


async def found(house: House, words: str) -> list[str]:
    answer = await house.http.get("/v1/orders", params={"q": words}, headers=house.headers(house.checkout))
    return [row["order_id"] for row in answer.json()["orders"]]


async def test_many_at_once_have_a_result_each(house: House) -> None:
    good, other = an_order(), an_order(fulfillmentStatus="DELIVERED")
    bad = an_order(items=[])
    answer = await place(
        house, {"total": 3, "count": 3, "offset": 0, "limit": 100, "items": [good, bad, other]}
    )
    rows = answer.json()["orders"]

    assert answer.status_code == 207
    assert [row["status"] for row in rows] == [201, 422, 201]
    assert rows[1]["detail"]
    assert answer.json()["refused"] == 1


async def test_downloads_of_an_ecwid_order_go_out_at_once(house: House) -> None:
    body = an_order(
        items=[ecwid.ebook()], subtotal=9, total=9, shippingOption=ecwid.GONE, shippingPerson=ecwid.GONE
    )
    answer = await place(house, body)

    assert answer.status_code == 201, answer.text
    mail = await house.mail(answer.json()["order_id"], "downloads")
    assert "/d/" in mail.text


async def test_an_ecwid_order_that_asks_for_silence_mails_its_customer_nothing(house: House) -> None:
    answer = await place(house, an_order(disableAllCustomerNotifications=True))
    order_id = answer.json()["order_id"]
    order = await house.done(order_id, "shipped")

    assert [mail["kind"] for mail in order["mails"]] == ["new_order"]


async def test_what_is_no_ecwid_order_is_refused_with_a_sentence(house: House) -> None:
    for body in ({}, {"hello": "world"}, {"items": "none"}, {"productId": 3, "name": "Mok"}):
        answer = await place(house, body)
        assert answer.status_code == 422, answer.text
        assert len(answer.json()["detail"]) > 10


async def test_secrets_of_the_other_system_are_not_kept(house: House) -> None:
    body = an_order(
        items=[ecwid.ebook()], subtotal=9, total=9, shippingOption=ecwid.GONE, shippingPerson=ecwid.GONE
    )
    order_id = (await place(house, body)).json()["order_id"]
    kept = await house.pool.fetchval("SELECT body::text FROM orders WHERE order_id = $1", order_id)

    assert "SECRET" not in kept
