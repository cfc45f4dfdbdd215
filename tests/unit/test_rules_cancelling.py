"""Cancelling: at every stage, in part, out of parcels, and too late."""

from typing import Any

import pytest

from orders.order import FulfillmentMethod
from orders.state import Reason
from orders.store import PaymentKind
from tests.scenes import Scene, contents, download, gift_card, goods, of, plan

LOCAL, PICKUP = FulfillmentMethod.LOCAL_DELIVERY, FulfillmentMethod.PICKUP


def paid(*lines: Any, **changes: Any) -> Scene:
    return Scene(plan(*lines, **changes)).paid()


STAGES: dict[str, tuple[FulfillmentMethod, list[tuple[str, dict[str, Any]]], list[str]]] = {
    "paid": (FulfillmentMethod.SHIPPING, [], []),
    "held": (FulfillmentMethod.SHIPPING, [("hold", {"reason": "address"})], []),
    "picked": (FulfillmentMethod.SHIPPING, [("picked", {})], []),
    "packed": (FulfillmentMethod.SHIPPING, [("packed", {})], ["take_out_of_parcel"]),
    "labelled": (
        FulfillmentMethod.SHIPPING,
        [("packed", {}), ("labelled", {"tracking_number": "3SA"})],
        ["take_out_of_parcel"],
    ),
    "labelled first": (
        FulfillmentMethod.SHIPPING,
        [("labelled", {"tracking_number": "3SA"})],
        ["take_out_of_parcel"],
    ),
    "ready": (PICKUP, [("ready_for_pickup", {})], ["take_out_of_parcel"]),
    "failed": (LOCAL, [("out_for_delivery", {}), ("delivery_failed", {})], ["take_out_of_parcel"]),
}


@pytest.mark.parametrize("stage", STAGES)
def test_an_order_can_be_cancelled_at_every_stage_before_the_hand_over(stage: str) -> None:
    method, commands, asked = STAGES[stage]
    scene = paid(method=method)
    for type_, fields in commands:
        scene.tell(type_, **fields)

    scene.tell("cancel", reason="customer_asked")
    assert scene.statuses == ("PAID", "WILL_NOT_DELIVER")
    assert set(scene.attention) == {*asked, "refund_due"}
    assert set(scene.parcel_states().values()) <= {"void"}
    assert scene.state.holds == ()
    assert scene.units().model_dump() == {**dict.fromkeys(scene.units().model_dump(), 0), **ALL_CANCELLED}


ALL_CANCELLED = {"ordered": 2, "cancelled": 2}


def test_cancelling_again_changes_nothing_and_says_so() -> None:
    scene = Scene(plan()).tell("cancel")
    state = scene.state

    assert {scene.refusal("cancel") for _ in range(20)} == {"refusal.cancelled_already"}
    assert scene.state == state
    assert scene.mail_keys.count("cancelled") == 1


@pytest.mark.parametrize(
    ("method", "commands"),
    [
        (FulfillmentMethod.SHIPPING, ["shipped"]),
        (FulfillmentMethod.SHIPPING, ["shipped", "delivered"]),
        (LOCAL, ["out_for_delivery"]),
        (PICKUP, ["packed", "collected"]),
    ],
)
def test_after_the_hand_over_it_is_too_late(method: FulfillmentMethod, commands: list[str]) -> None:
    scene = paid(method=method)
    for type_ in commands:
        scene.tell(type_)

    assert scene.refusal("cancel") == "refusal.too_late_to_cancel"
    assert scene.refusal("cancel", lines=of("1", 1)) == "refusal.too_late_to_cancel_so_many"


def test_downloads_and_gift_cards_cannot_be_cancelled_once_they_are_being_made() -> None:
    scene = paid(goods(), download(), gift_card()).issue().tell("cancel")

    assert scene.units("1").cancelled == 2
    assert (scene.units("7").cancelled, scene.units("8").cancelled) == (0, 0)
    assert scene.statuses[1] == "DELIVERED"


def test_one_line_is_cancelled_and_the_others_go_on() -> None:
    scene = paid(goods(2, "1"), goods(1, "2")).tell("packed").tell("cancel", lines=of("2", 1))

    assert scene.statuses[1] == "PROCESSING"
    assert scene.parcel_states() == {"1": "packed"}
    assert scene.tell("shipped").statuses[1] == "SHIPPED"
    (mail,) = (mail for mail in scene.mails if mail.key.startswith("cancelled"))
    assert (mail.key, contents(mail)) == ("cancelled:1", [("2", 1)])


def test_units_come_off_the_shelf_first_then_from_the_pick_and_last_out_of_a_parcel() -> None:
    scene = paid(goods(6)).tell("picked", lines=of("1", 4)).tell("packed", lines=of("1", 2))

    scene.tell("cancel", lines=of("1", 2))
    assert (scene.units().picked, scene.units().packed) == (4, 2)
    scene.tell("cancel", lines=of("1", 2))
    assert (scene.units().picked, scene.units().packed) == (2, 2)
    assert "take_out_of_parcel" not in scene.attention
    scene.tell("cancel", lines=of("1", 1))
    assert (scene.units().picked, scene.units().packed) == (1, 1)
    assert "take_out_of_parcel" in scene.attention


def test_the_last_unit_out_of_a_parcel_makes_it_void_and_its_name_is_not_used_again() -> None:
    scene = paid(goods(2)).tell("packed", lines=of("1", 1)).tell("packed", lines=of("1", 1))

    scene.tell("cancel", lines=of("1", 1))
    assert scene.parcel_states() == {"1": "packed", "2": "void"}
    assert scene.refusal("packed", parcel="2") == "refusal.parcel_taken"
    assert scene.refusal("shipped", parcel="2") == "refusal.parcel_is.void"
    assert scene.tell("shipped").statuses[1] == "SHIPPED"


def test_a_cancelled_label_is_named_so_that_nobody_uses_it() -> None:
    scene = paid().tell("packed").tell("labelled", tracking_number="3SA").tell("cancel")
    texts = {str(each.reason): each.text for each in scene.state.attention}

    assert texts["take_out_of_parcel"].key == "attention.unpack_labelled_parcel"
    assert texts["take_out_of_parcel"].facts["tracking_number"] == "3SA"


def test_two_cancels_out_of_one_parcel_ask_twice() -> None:
    scene = paid(goods(3)).tell("packed")
    for _ in range(2):
        scene.tell("cancel", lines=of("1", 1))

    assert scene.attention.count("take_out_of_parcel") == 2


def test_one_cancel_out_of_a_parcel_asks_once_and_names_its_lines() -> None:
    scene = paid(goods(2, "1"), goods(3, "2")).tell("packed")

    scene.tell("cancel", lines=[*of("1", 1), *of("2", 2)])
    (asked,) = (each for each in scene.state.attention if each.reason is Reason.TAKE_OUT_OF_PARCEL)
    assert asked.text.facts == {"parcel": "1", "lines": "1 (1×), 2 (2×)"}


def test_nothing_need_be_taken_out_of_a_parcel_that_only_has_its_label() -> None:
    scene = paid(goods(2)).tell("labelled", tracking_number="3SA").tell("cancel", lines=of("1", 1))

    assert scene.attention == ["refund_due"]


def test_a_delivery_that_failed_needs_nobody_any_more_once_it_is_cancelled() -> None:
    scene = paid(method=LOCAL).tell("out_for_delivery").tell("delivery_failed").tell("cancel")

    assert "delivery_failed" not in scene.attention
    assert scene.due is None


def test_more_than_is_left_cannot_be_cancelled() -> None:
    scene = paid(goods(3)).tell("shipped", lines=of("1", 1), tracking_number="3SA")

    assert scene.refusal("cancel", lines=of("1", 3)) == "refusal.too_late_to_cancel_so_many"
    assert scene.units().cancelled == 0


def test_an_unpaid_order_whose_part_payment_covers_what_is_left_goes_on() -> None:
    scene = Scene(plan(goods(2))).tell("payment", status="paid", amount="15.00")

    scene.tell("cancel", lines=of("1", 1))
    assert scene.statuses == ("PAID", "AWAITING_PROCESSING")
    assert scene.state.released
    assert scene.due is not None


def test_carriage_is_given_back_only_with_the_whole_order() -> None:
    scene = paid(goods(2))

    assert scene.tell("cancel", lines=of("1", 1)).state.due == -1000
    assert scene.tell("cancel").state.due == -2500


def test_a_discount_is_shared_by_what_is_cancelled_and_rounded_for_the_customer() -> None:
    scene = paid(goods(3, unit_minor=1000), total_minor=2999 + 500)

    assert scene.tell("cancel", lines=of("1", 1)).state.due == -1000


def test_a_hold_ends_when_nothing_is_left_to_hold() -> None:
    scene = (
        paid(goods(2)).tell("shipped", lines=of("1", 1), tracking_number="3SA").tell("hold", reason="stock")
    )

    assert scene.tell("cancel").state.holds == ()


def test_cancelling_what_is_left_of_an_invoice_leaves_what_was_sent_to_be_paid() -> None:
    scene = Scene(plan(goods(2), kind=PaymentKind.INVOICE)).tell("shipped", lines=of("1", 1))

    scene.tell("cancel")
    assert scene.statuses == ("AWAITING_PAYMENT", "SHIPPED")
    assert scene.state.due == 1500
