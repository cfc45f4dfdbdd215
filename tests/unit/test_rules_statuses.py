"""Statuses: both of Ecwid's, from units and payments, as the table of the domain has them."""

from typing import Any

import pytest

from orders.order import FulfillmentMethod
from orders.rules.closing import headline
from orders.store import PaymentKind
from tests.scenes import Scene, download, goods, of, plan

LOCAL, PICKUP = FulfillmentMethod.LOCAL_DELIVERY, FulfillmentMethod.PICKUP
Steps = list[tuple[str, dict[str, Any]]]
PAY = ("payment", {"status": "paid", "amount": "25.00", "reference": "tr_1"})
TRACKED = {"tracking_number": "3SA"}


@pytest.mark.parametrize(
    ("method", "steps", "status"),
    [
        ("shipping", [PAY, ("cancel", {})], "WILL_NOT_DELIVER"),
        ("shipping", [PAY, ("shipped", TRACKED), ("delivered", {})], "DELIVERED"),
        ("local_delivery", [PAY, ("out_for_delivery", {})], "OUT_FOR_DELIVERY"),
        ("shipping", [PAY, ("shipped", TRACKED)], "SHIPPED"),
        ("shipping", [PAY, ("shipped", {**TRACKED, "lines": of("1", 1)}), ("cancel", {})], "SHIPPED"),
        ("pickup", [PAY, ("ready_for_pickup", {})], "READY_FOR_PICKUP"),
        ("pickup", [PAY, ("ready_for_pickup", {"lines": of("1", 1)})], "PROCESSING"),
        ("shipping", [PAY, ("shipped", {**TRACKED, "lines": of("1", 1)})], "PROCESSING"),
        (
            "local_delivery",
            [PAY, ("out_for_delivery", {"lines": of("1", 1)})],
            "PROCESSING",
        ),
        ("shipping", [PAY, ("picked", {"lines": of("1", 1)})], "PROCESSING"),
        ("shipping", [PAY, ("labelled", TRACKED)], "PROCESSING"),
        ("shipping", [PAY], "AWAITING_PROCESSING"),
        ("shipping", [PAY, ("hold", {"reason": "address"})], "AWAITING_PROCESSING"),
        (
            "shipping",
            [PAY, ("packed", {"lines": of("1", 1)}), ("cancel", {"lines": of("1", 1)})],
            "PROCESSING",
        ),
    ],
)
def test_the_fulfilment_status_follows_from_the_units(method: str, steps: Steps, status: str) -> None:
    scene = Scene(plan(method=FulfillmentMethod(method)))
    for type_, fields in steps:
        scene.tell(type_, **fields)

    assert scene.statuses[1] == status


def test_an_order_whose_goods_all_came_back_is_returned() -> None:
    scene = Scene(plan()).paid().tell("shipped").tell("delivered")

    scene.do(lambda change: change.count({"1": {"returned": 2}}))
    assert scene.statuses[1] == "RETURNED"


def pay(status: str, amount: str, reference: str = "tr_1") -> tuple[str, dict[str, Any]]:
    return "payment", {"status": status, "amount": amount, "reference": reference}


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ([], "AWAITING_PAYMENT"),
        ([pay("failed", "25.00")], "AWAITING_PAYMENT"),
        ([pay("paid", "10.00")], "AWAITING_PAYMENT"),
        ([pay("paid", "25.00")], "PAID"),
        ([pay("paid", "30.00")], "PAID"),
        ([pay("paid", "25.00"), pay("refunded", "5.00")], "PARTIALLY_REFUNDED"),
        ([pay("paid", "25.00"), pay("refunded", "25.00")], "REFUNDED"),
        ([("cancel", {})], "CANCELLED"),
        ([pay("failed", "25.00"), ("cancel", {})], "CANCELLED"),
        ([pay("paid", "25.00"), ("cancel", {})], "PAID"),
        ([pay("paid", "25.00"), ("cancel", {}), pay("refunded", "25.00")], "REFUNDED"),
    ],
)
def test_the_payment_status_follows_from_the_ledger(steps: Steps, status: str) -> None:
    scene = Scene(plan())
    for type_, fields in steps:
        scene.tell(type_, **fields)

    assert scene.statuses[0] == status


@pytest.mark.parametrize(
    ("method", "kind", "steps", "is_open"),
    [
        ("shipping", "online", [], True),
        ("shipping", "online", [PAY], True),
        ("shipping", "online", [PAY, ("shipped", TRACKED)], False),
        ("shipping", "cash_on_delivery", [("shipped", TRACKED)], True),
        ("local_delivery", "online", [PAY, ("out_for_delivery", {})], True),
        ("pickup", "online", [PAY, ("ready_for_pickup", {})], True),
        ("shipping", "online", [("cancel", {})], False),
        ("shipping", "online", [PAY, ("cancel", {})], True),
    ],
)
def test_an_order_is_open_while_the_shop_has_something_to_do(
    method: str, kind: str, steps: Steps, is_open: bool
) -> None:
    scene = Scene(plan(method=FulfillmentMethod(method), kind=PaymentKind(kind)))
    for type_, fields in steps:
        scene.tell(type_, **fields)

    assert headline(scene.state).is_open is is_open


def test_downloads_that_wait_do_not_hide_that_goods_are_ready_for_pickup() -> None:
    scene = Scene(plan(goods(), download(), method=PICKUP, kind=PaymentKind.CASH_ON_DELIVERY))

    assert scene.tell("ready_for_pickup").statuses == ("AWAITING_PAYMENT", "READY_FOR_PICKUP")


def test_a_headline_says_what_is_due_and_whether_a_person_is_needed() -> None:
    scene = Scene(plan()).paid()
    scene.wait()

    assert headline(scene.state).needs_attention
    assert headline(scene.state).due_for is None
