"""Goods and parcels: every method's path, skipped steps, several parcels, two people at one parcel."""

from typing import Any

import pytest

from orders.mail import MailKind
from orders.order import FulfillmentMethod
from orders.store import PaymentKind, Policy
from tests.scenes import Scene, contents, download, goods, of, plan

SHIPPING, LOCAL, PICKUP = (
    FulfillmentMethod.SHIPPING,
    FulfillmentMethod.LOCAL_DELIVERY,
    FulfillmentMethod.PICKUP,
)
STRICT = Policy(may_skip_steps=False)


def paid(*lines: Any, **changes: Any) -> Scene:
    return Scene(plan(*lines, **changes)).paid()


PATHS: dict[FulfillmentMethod, list[tuple[str, dict[str, Any], str]]] = {
    SHIPPING: [
        ("picked", {}, "PROCESSING"),
        ("packed", {}, "PROCESSING"),
        ("labelled", {"tracking_number": "3SABC"}, "PROCESSING"),
        ("shipped", {}, "SHIPPED"),
        ("delivered", {}, "DELIVERED"),
    ],
    LOCAL: [
        ("picked", {}, "PROCESSING"),
        ("packed", {}, "PROCESSING"),
        ("out_for_delivery", {}, "OUT_FOR_DELIVERY"),
        ("delivery_failed", {"reason": "nobody_home"}, "PROCESSING"),
        ("out_for_delivery", {}, "OUT_FOR_DELIVERY"),
        ("delivered", {}, "DELIVERED"),
    ],
    PICKUP: [
        ("picked", {}, "PROCESSING"),
        ("packed", {}, "PROCESSING"),
        ("ready_for_pickup", {}, "READY_FOR_PICKUP"),
        ("collected", {"code": "1234"}, "DELIVERED"),
    ],
}


@pytest.mark.parametrize("policy", [Policy(), STRICT], ids=["may_skip", "strict"])
@pytest.mark.parametrize("method", PATHS)
def test_an_order_goes_its_method_s_way_to_the_end(method: FulfillmentMethod, policy: Policy) -> None:
    scene = paid(method=method, policy=policy)
    for type_, fields, status in PATHS[method]:
        scene.tell(type_, **fields)

        assert scene.statuses == ("PAID", status)
    assert scene.is_finished
    assert scene.attention == []
    assert "skipped" not in [entry.kind for entry in scene.entries]


@pytest.mark.parametrize(
    ("method", "type_", "fields", "skipped"),
    [
        (SHIPPING, "shipped", {"tracking_number": "3SABC"}, ["skipped.picked", "skipped.packed"]),
        (SHIPPING, "shipped", {}, ["skipped.picked", "skipped.packed", "skipped.labelled"]),
        (LOCAL, "out_for_delivery", {}, ["skipped.picked", "skipped.packed"]),
        (PICKUP, "ready_for_pickup", {}, ["skipped.picked", "skipped.packed"]),
    ],
)
def test_skipped_steps_are_recorded_as_skipped_and_never_invented(
    method: FulfillmentMethod, type_: str, fields: dict[str, Any], skipped: list[str]
) -> None:
    scene = paid(method=method).tell(type_, **fields)

    assert [said for said in scene.said if said.startswith("skipped.")] == skipped
    assert (scene.units().picked, scene.units().packed) == (0, 0)


@pytest.mark.parametrize(
    ("before", "method", "type_", "refusal"),
    [
        ([], SHIPPING, "packed", "refusal.not_before.picked"),
        ([], SHIPPING, "shipped", "refusal.not_before.packed"),
        (["picked", "packed"], SHIPPING, "shipped", "refusal.not_before.labelled"),
        (["picked"], LOCAL, "out_for_delivery", "refusal.not_before.packed"),
        (["picked", "packed"], LOCAL, "delivered", "refusal.not_before.out_for_delivery"),
        (["picked", "packed"], PICKUP, "collected", "refusal.not_before.ready_for_pickup"),
    ],
)
def test_a_store_that_skips_no_steps_refuses_with_the_step_that_is_missing(
    before: list[str], method: FulfillmentMethod, type_: str, refusal: str
) -> None:
    scene = paid(method=method, policy=STRICT)
    for each in before:
        scene.tell(each)
    state = scene.state

    assert scene.refusal(type_) == refusal
    assert scene.state == state


def test_a_store_that_skips_no_steps_takes_the_label_along_with_the_hand_over() -> None:
    scene = paid(policy=STRICT).tell("picked").tell("packed")

    assert scene.tell("shipped", tracking_number="3SABC").statuses[1] == "SHIPPED"


@pytest.mark.parametrize(
    ("method", "type_", "skipped"),
    [(LOCAL, "delivered", "skipped.out_for_delivery"), (PICKUP, "collected", "skipped.ready_for_pickup")],
)
def test_goods_may_reach_the_customer_before_the_step_between_was_recorded(
    method: FulfillmentMethod, type_: str, skipped: str
) -> None:
    scene = paid(method=method).tell("packed").tell(type_)

    assert scene.statuses[1] == "DELIVERED"
    assert skipped in scene.said
    assert (scene.units().shipped, scene.units().delivered) == (2, 2)


@pytest.mark.parametrize(
    ("method", "type_"),
    [
        (SHIPPING, "collected"),
        (SHIPPING, "out_for_delivery"),
        (SHIPPING, "delivery_failed"),
        (LOCAL, "shipped"),
        (PICKUP, "delivered"),
    ],
)
def test_a_step_of_another_method_is_refused(method: FulfillmentMethod, type_: str) -> None:
    assert paid(method=method).refusal(type_) == f"refusal.not_for_this_method.{method}"


def test_an_order_of_downloads_has_nothing_to_pick_or_ship() -> None:
    scene = paid(download())

    assert scene.refusal("picked") == "refusal.no_goods"
    assert scene.refusal("shipped") == "refusal.not_for_this_method.none"


def test_goods_of_an_unpaid_order_stay_where_they_are() -> None:
    scene = Scene(plan())

    assert [scene.refusal(type_) for type_ in ("picked", "packed", "shipped", "delivered")] == [
        "refusal.unpaid"
    ] * 4


def test_the_second_of_two_people_at_one_parcel_hears_who_was_first() -> None:
    scene = paid().tell("packed").tell("shipped", parcel="1", tracking_number="3SABC")
    state = scene.state

    assert scene.refusal("shipped", parcel="1") == "refusal.parcel_is.shipped"
    assert scene.refusal("shipped") == "refusal.parcel_is.shipped"
    assert scene.refusal("packed", parcel="1") == "refusal.parcel_taken"
    assert scene.refusal("packed") == "refusal.nothing_to_pack"
    assert scene.refusal("picked") == "refusal.nothing_to_pick"
    assert scene.state == state
    assert scene.mail_keys.count("shipped:1") == 1


def test_the_same_units_cannot_be_shipped_twice() -> None:
    scene = paid(goods(3)).tell("shipped", lines=of("1", 2), tracking_number="3SA")

    assert scene.refusal("shipped", lines=of("1", 2), tracking_number="3SB") == "refusal.too_many_to_pack"
    assert scene.units().shipped == 2


def test_more_than_a_line_has_is_refused_for_every_step() -> None:
    scene = paid()

    assert [scene.refusal(type_, lines=of("1", 3)) for type_ in ("picked", "packed", "shipped")] == [
        "refusal.too_many_to_pick",
        "refusal.too_many_to_pack",
        "refusal.too_many_to_pack",
    ]
    assert scene.refusal("packed", lines=[*of("1", 2), *of("1", 1)]) == "refusal.too_many_to_pack"
    assert scene.refusal("packed", lines=of("9", 1)) == "refusal.no_such_line"


def test_three_units_go_in_three_parcels_on_three_days_with_a_mail_each() -> None:
    scene = paid(goods(3))
    statuses = []
    for number in ("1", "2", "3"):
        scene.tell("packed", lines=of("1", 1)).tell("labelled", tracking_number=f"3S{number}")
        statuses.append(scene.tell("shipped").statuses[1])

    assert statuses == ["PROCESSING", "PROCESSING", "SHIPPED"]
    mails = [mail for mail in scene.mails if mail.kind is MailKind.SHIPPED]
    assert [(mail.key, contents(mail)) for mail in mails] == [
        (f"shipped:{number}", [("1", 1)]) for number in ("1", "2", "3")
    ]


def test_what_is_left_after_part_was_shipped_and_part_cancelled_can_still_be_shipped() -> None:
    scene = paid(goods(3)).tell("shipped", lines=of("1", 1), tracking_number="3SA")

    scene.tell("cancel", lines=of("1", 1)).tell("shipped", tracking_number="3SB")
    assert scene.statuses[1] == "SHIPPED"
    assert scene.units().shipped == 2


def test_a_parcel_may_hold_some_lines_and_leave_others_out() -> None:
    scene = paid(goods(2, "1"), goods(1, "2")).tell("packed", parcel="A", lines=of("2", 1))

    scene.tell("packed", parcel="B")
    assert scene.parcel_states() == {"A": "packed", "B": "packed"}
    assert [(line.line_id, line.quantity) for line in scene.state.parcels[1].lines] == [("1", 2)]


def test_of_two_open_parcels_one_must_be_named() -> None:
    scene = paid(goods(2)).tell("packed", lines=of("1", 1)).tell("packed")

    assert scene.refusal("shipped", tracking_number="3SA") == "refusal.which_parcel"
    assert scene.refusal("labelled", tracking_number="3SA") == "refusal.which_parcel"
    assert scene.tell("shipped", parcel="2", tracking_number="3SA").parcel_states() == {
        "1": "packed",
        "2": "shipped",
    }


def test_a_label_goes_to_the_one_parcel_that_has_none() -> None:
    scene = paid(goods(2)).tell("packed", lines=of("1", 1)).tell("labelled", tracking_number="3SA")
    scene.tell("packed")

    scene.tell("labelled", tracking_number="3SB")
    assert [parcel.tracking_number for parcel in scene.state.parcels] == ["3SA", "3SB"]


def test_a_tracking_number_says_which_parcel_was_handed_over() -> None:
    scene = paid(goods(2)).tell("packed", lines=of("1", 1)).tell("packed")
    scene.tell("labelled", parcel="1", tracking_number="3SA")
    scene.tell("labelled", parcel="2", tracking_number="3SB")

    assert scene.tell("shipped", tracking_number="3SB").parcel_states() == {"1": "labelled", "2": "shipped"}


def test_a_parcel_is_not_shipped_as_something_it_does_not_hold() -> None:
    scene = paid(goods(3)).tell("packed")

    assert scene.refusal("shipped", parcel="1", lines=of("1", 2)) == "refusal.parcel_holds_other_things"
    assert scene.refusal("shipped", lines=of("1", 2)) == "refusal.parcel_holds_other_things"


def test_a_parcel_that_does_not_exist_is_refused_when_nothing_is_left_for_it() -> None:
    scene = paid().tell("packed")

    assert scene.refusal("shipped", parcel="9") == "refusal.no_such_parcel"


@pytest.mark.parametrize(("method", "type_"), [(SHIPPING, "delivered"), (PICKUP, "collected")])
def test_nothing_arrives_before_anything_was_packed(method: FulfillmentMethod, type_: str) -> None:
    assert paid(method=method).refusal(type_) == "refusal.nothing_packed"


def test_a_parcel_may_get_a_new_label_until_it_is_handed_over() -> None:
    scene = paid().tell("packed").tell("labelled", tracking_number="3SA", carrier="postnl")

    assert scene.refusal("labelled", tracking_number="3SA") == "refusal.labelled_already"
    scene.tell("labelled", tracking_number="3SB").tell("shipped")
    assert scene.state.parcels[0].tracking_number == "3SB"
    assert scene.state.parcels[0].carrier == "postnl"


def test_a_tracking_number_put_right_after_the_hand_over_reaches_the_customer() -> None:
    scene = paid().tell("shipped")
    state = scene.state

    scene.tell("labelled", parcel="1", tracking_number="3SA")
    assert scene.mail_keys[-1] == "shipped:1:1"
    assert scene.statuses[1] == "SHIPPED"
    assert scene.units() == state.lines[0].units
    assert scene.refusal("labelled", parcel="1", tracking_number="3SA") == "refusal.labelled_already"


def test_a_label_may_be_made_first_and_the_goods_picked_and_packed_for_it() -> None:
    scene = paid().tell("labelled", tracking_number="3SA").tell("picked").tell("packed", weight_grams=780)

    assert scene.parcel_states() == {"1": "labelled"}
    assert scene.state.parcels[0].weight_grams == 780
    assert (scene.units().picked, scene.units().packed) == (2, 2)
    scene.tell("shipped")
    assert not [said for said in scene.said if said.startswith("skipped.")]


def test_a_labelled_parcel_that_was_never_packed_says_so_when_it_is_handed_over() -> None:
    scene = paid().tell("labelled", tracking_number="3SA").tell("shipped")

    assert [said for said in scene.said if said.startswith("skipped.")] == [
        "skipped.picked",
        "skipped.packed",
    ]


def test_a_short_pick_is_packed_as_far_as_it_went_when_quantities_are_named() -> None:
    scene = paid(goods(3)).tell("picked", lines=of("1", 2)).tell("packed", lines=of("1", 2))

    assert "skipped.picked" not in scene.said
    assert scene.state.waits_for_picking


def test_a_second_attempt_at_the_door_has_a_mail_of_its_own() -> None:
    scene = paid(method=LOCAL).tell("out_for_delivery").tell("delivery_failed").tell("out_for_delivery")

    assert scene.mail_keys[-2:] == ["out_for_delivery:1", "out_for_delivery:1:2"]
    assert scene.attention == []


def test_a_failed_delivery_asks_for_a_person_and_brings_the_goods_back() -> None:
    scene = paid(method=LOCAL).tell("out_for_delivery").tell("delivery_failed")

    assert scene.attention == ["delivery_failed"]
    assert scene.units().shipped == 0


def test_no_mail_goes_out_where_staff_asked_for_none() -> None:
    scene = paid().tell("shipped", tracking_number="3SA", notify=False)

    assert not [key for key in scene.mail_keys if key.startswith("shipped")]


def test_cash_on_delivery_goes_unpaid_and_stays_open_until_the_money_is_in() -> None:
    scene = Scene(plan(kind=PaymentKind.CASH_ON_DELIVERY)).tell("shipped").tell("delivered")

    assert scene.statuses == ("AWAITING_PAYMENT", "DELIVERED")
    assert not scene.is_finished
    assert scene.paid().is_finished


def test_news_of_a_parcel_on_its_way_does_not_hide_that_others_are_late() -> None:
    scene = paid(goods(2)).tell("shipped", lines=of("1", 1), tracking_number="3SA")
    scene.wait()

    assert scene.tell("delivered", parcel="1").attention == ["overdue_to_pick"]
