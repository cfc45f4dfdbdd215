"""Holds: a set of reasons, each put on and taken off by name; and attention a person deals with."""

from functools import partial
from typing import Any

from orders.mail import MailKind
from orders.order import FulfillmentMethod
from orders.rules.mailing import mail_not_sent
from tests.scenes import Scene, download, goods, of, plan


def paid(*lines: Any, **changes: Any) -> Scene:
    return Scene(plan(*lines, **changes)).paid()


def test_an_order_on_hold_is_not_worked_on_until_the_last_hold_is_off() -> None:
    scene = paid().tell("hold", reason="address").tell("hold", reason="fraud")

    assert scene.refusal("picked") == "refusal.on_hold"
    scene.tell("release", reason="fraud")
    assert scene.refusal("shipped") == "refusal.on_hold"
    assert scene.tell("release", reason="address").tell("shipped").statuses[1] == "SHIPPED"


def test_the_same_hold_twice_is_one_hold() -> None:
    scene = paid().tell("hold", reason="address")

    assert scene.refusal("hold", reason="address") == "refusal.held_already"
    assert len(scene.state.holds) == 1


def test_of_several_holds_the_one_to_take_off_is_named() -> None:
    scene = paid().tell("hold", reason="address").tell("hold", reason="fraud")

    assert scene.refusal("release") == "refusal.which_hold"
    assert scene.refusal("release", reason="stock") == "refusal.not_held_for_this"
    assert scene.tell("release", reason="fraud").tell("release").state.holds == ()
    assert scene.refusal("release") == "refusal.not_held"


def test_a_hold_stops_a_customer_at_the_counter_and_not_a_parcel_on_its_way() -> None:
    counter = paid(method=FulfillmentMethod.PICKUP).tell("ready_for_pickup").tell("hold", reason="fraud")
    driver = paid(method=FulfillmentMethod.LOCAL_DELIVERY).tell("out_for_delivery")

    assert counter.refusal("collected", override=True) == "refusal.on_hold"
    assert driver.refusal("hold", reason="fraud") == "refusal.too_late_to_hold"
    assert driver.tell("delivered").statuses[1] == "DELIVERED"


def test_a_parcel_on_its_way_lends_no_freedom_to_one_that_is_held() -> None:
    scene = paid(goods(2), method=FulfillmentMethod.LOCAL_DELIVERY)
    scene.tell("out_for_delivery", lines=of("1", 1)).tell("packed").tell("hold", reason="fraud")

    assert scene.refusal("delivered", parcel="2") == "refusal.on_hold"
    assert scene.tell("delivered", parcel="1").parcel_states() == {"1": "delivered", "2": "packed"}


def test_a_hold_on_what_was_cancelled_or_sent_comes_too_late() -> None:
    assert Scene(plan()).tell("cancel").refusal("hold", reason="fraud") == "refusal.cancelled"
    assert paid().tell("shipped").refusal("hold", reason="fraud") == "refusal.too_late_to_hold"


def test_a_hold_keeps_downloads_back() -> None:
    scene = paid(download()).tell("hold", reason="fraud").issue()

    assert scene.state.left_to_issue
    assert not scene.tell("release").issue().state.left_to_issue


def test_attention_that_is_not_there_cannot_be_dealt_with() -> None:
    assert paid().refusal("resolve", reason="overpaid") == "refusal.no_such_attention"


def test_a_mail_that_could_not_be_sent_keeps_the_order_open_until_a_person_saw_it() -> None:
    scene = paid(download()).issue()
    scene.do(lambda change: mail_not_sent(change, MailKind.DOWNLOADS, "downloads", unknown=False))
    scene.do(lambda change: mail_not_sent(change, MailKind.GIFT_CARD, "gift_card", unknown=True))

    assert scene.attention == ["mail_failed", "mail_unknown"]
    assert not scene.is_finished
    scene.tell("resolve", reason="mail_failed", subject="downloads").tell("resolve", reason="mail_unknown")
    assert scene.is_finished


def test_of_two_matters_for_one_reason_a_person_may_deal_with_one() -> None:
    scene = paid()
    for key in ("order_received", "new_order:shop0"):
        scene.do(partial(mail_not_sent, kind=MailKind.NEW_ORDER, key=key, unknown=False))

    scene.tell("resolve", reason="mail_failed", subject="order_received")
    assert [each.subject for each in scene.state.attention] == ["new_order:shop0"]
