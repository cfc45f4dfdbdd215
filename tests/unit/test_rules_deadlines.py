"""Deadlines: when each wait is over, what happens then, and that no deadline comes back by itself."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from orders.mail import MailKind
from orders.order import FulfillmentMethod
from orders.rules.deadlines import Late, lapses_at
from orders.store import DAY, PaymentKind, PaymentPatience, Policy
from tests.scenes import START, STEP, Scene, download, goods, of, plan

LOCAL, PICKUP = FulfillmentMethod.LOCAL_DELIVERY, FulfillmentMethod.PICKUP


def paid(*lines: Any, **changes: Any) -> Scene:
    return Scene(plan(*lines, **changes)).paid()


def shipped_unpaid() -> Scene:
    return Scene(plan(kind=PaymentKind.CASH_ON_DELIVERY)).tell("shipped").tell("delivered")


WAITS: dict[Late, tuple[Callable[[], Scene], timedelta, str]] = {
    Late.PICK: (paid, DAY, "overdue_to_pick"),
    Late.PACK: (lambda: paid().tell("picked"), DAY, "overdue_to_pack"),
    Late.HAND_OVER: (lambda: paid().tell("packed"), 2 * DAY, "overdue_to_hand_over"),
    Late.DELIVER: (lambda: paid(method=LOCAL).tell("out_for_delivery"), DAY, "overdue_to_deliver"),
    Late.DELIVER_AGAIN: (
        lambda: paid(method=LOCAL).tell("out_for_delivery").tell("delivery_failed"),
        2 * DAY,
        "overdue_to_hand_over",
    ),
    Late.COLLECT: (lambda: paid(method=PICKUP).tell("ready_for_pickup"), 7 * DAY, "not_collected"),
    Late.RELEASE: (lambda: paid().tell("hold", reason="address"), 2 * DAY, "held_too_long"),
}


@pytest.mark.parametrize("late", WAITS)
def test_what_staff_leave_waiting_becomes_a_matter_for_a_person(late: Late) -> None:
    scene, patience, reason = WAITS[late][0](), *WAITS[late][1:]
    since = scene.now

    passed = scene.wait()
    assert (passed.late, passed.at) == (late, since + patience)
    assert scene.attention[-1] == reason
    assert scene.due != passed


@pytest.mark.parametrize("late", WAITS)
def test_a_person_who_deals_with_it_starts_the_wait_anew(late: Late) -> None:
    scene, patience, reason = WAITS[late][0](), *WAITS[late][1:]
    scene.wait()

    scene.tell("resolve", reason=reason)
    assert scene.due is not None
    assert (scene.due.late, scene.due.at) == (late, scene.now + patience)


def test_unpaid_after_the_hand_over_is_asked_about_as_often_as_somebody_says_it_was_seen_to() -> None:
    scene = shipped_unpaid()
    handed_over = scene.state.moved_at

    for _ in range(2):
        assert scene.wait().late is Late.PAY_AFTER_HAND_OVER
        assert scene.attention == ["payment_overdue"]
        scene.tell("resolve", reason="payment_overdue")
    assert scene.now > handed_over + 60 * DAY
    assert scene.paid().is_finished


@pytest.mark.parametrize(
    ("kind", "remind", "expire"),
    [
        (PaymentKind.ONLINE, timedelta(hours=4), 3 * DAY),
        (PaymentKind.OFFLINE, 4 * DAY, 14 * DAY),
    ],
)
def test_an_unpaid_order_is_reminded_once_and_then_expires(
    kind: PaymentKind, remind: timedelta, expire: timedelta
) -> None:
    scene = Scene(plan(kind=kind))

    assert scene.wait() == (START + remind, Late.REMIND_OF_PAYMENT, "")
    assert scene.wait() == (START + expire, Late.EXPIRE, "")
    assert scene.state.expired
    assert scene.statuses == ("CANCELLED", "WILL_NOT_DELIVER")
    assert scene.mail_keys[-2:] == ["payment_reminder", "order_expired"]
    assert scene.due is None
    assert scene.is_finished


def test_an_order_with_part_of_the_money_never_expires_but_asks_for_a_person() -> None:
    scene = Scene(plan()).tell("payment", status="paid", amount="1.00")
    scene.wait()

    assert scene.wait().late is Late.EXPIRE
    assert scene.attention == ["partially_paid"]
    assert scene.due is None

    scene.tell("resolve", reason="partially_paid")
    assert scene.due == (scene.now + 3 * DAY, Late.EXPIRE, "")


def test_an_order_whose_part_payment_went_back_expires_as_if_it_never_came() -> None:
    scene = Scene(plan())
    scene.tell("payment", status="paid", amount="1.00", reference="a")
    scene.tell("payment", status="refunded", amount="1.00", reference="b")

    while not scene.state.cancelled:
        scene.wait()
    assert scene.statuses == ("REFUNDED", "WILL_NOT_DELIVER")


def test_an_unpaid_order_that_never_expires_comes_to_a_person() -> None:
    policy = Policy(payment={PaymentKind.ONLINE: PaymentPatience()})
    scene = Scene(plan(policy=policy))

    assert scene.wait() == (START + 30 * DAY, Late.PAY_AFTER_HAND_OVER, "")
    assert scene.attention == ["payment_overdue"]


@pytest.mark.parametrize("kind", [PaymentKind.CASH_ON_DELIVERY, PaymentKind.INVOICE])
def test_unpaid_downloads_beside_goods_that_went_are_not_forgotten(kind: PaymentKind) -> None:
    scene = Scene(plan(goods(), download(), kind=kind)).tell("shipped").tell("delivered")

    lates = [scene.wait().late for _ in range(2 if kind is PaymentKind.INVOICE else 1)]
    assert lates[-1] is Late.PAY_AFTER_HAND_OVER
    assert not scene.is_finished


def test_a_reminder_that_nobody_gets_is_not_said_to_have_been_sent() -> None:
    scene = Scene(plan(has_address=False))
    scene.wait()

    assert "reminded" not in scene.said
    assert MailKind.PAYMENT_REMINDER not in scene.mail_keys


def test_a_parcel_is_watched_for_as_long_as_the_store_wishes_and_no_longer() -> None:
    scene = paid().tell("shipped")
    handed_over = scene.now

    assert not scene.is_finished
    assert scene.wait() == (handed_over + 30 * DAY, Late.STOP_WATCHING, "")
    assert scene.is_finished
    assert scene.due is None


def test_parcels_are_not_watched_before_the_last_of_them_is_handed_over() -> None:
    scene = paid(goods(2)).tell("shipped", lines=of("1", 1), tracking_number="3SA")
    for _ in range(40):
        assert scene.wait().late is Late.PICK
        scene.tell("resolve", reason="overdue_to_pick")

    scene.tell("shipped", tracking_number="3SB")
    assert scene.due == (scene.now + 30 * DAY, Late.STOP_WATCHING, "")


def test_a_hold_stops_the_waits_of_staff_and_its_end_starts_them_anew() -> None:
    scene = paid(goods(3)).tell("picked", lines=of("1", 1)).tell("packed", lines=of("1", 1))
    scene.tell("hold", reason="address")
    held_since = scene.now

    assert scene.wait() == (held_since + 2 * DAY, Late.RELEASE, "address")
    assert scene.due is None
    scene.tell("release")
    assert scene.attention == []
    released = scene.now
    assert scene.wait() == (released + DAY, Late.PICK, "")
    assert scene.wait() == (released + 2 * DAY, Late.HAND_OVER, "1")


def test_work_on_the_goods_starts_the_wait_for_the_rest_anew() -> None:
    scene = paid(goods(3))
    scene.wait()

    scene.tell("picked", lines=of("1", 1))
    assert scene.attention == []
    assert scene.due == (scene.now + DAY, Late.PACK, "")


def test_the_first_of_several_waits_comes_first() -> None:
    scene = paid(goods(2)).tell("packed", lines=of("1", 1))

    assert [scene.wait().late, scene.wait().late] == [Late.PICK, Late.HAND_OVER]


def test_a_message_a_minute_before_its_deadline_is_in_time() -> None:
    scene = paid()
    assert scene.due is not None
    scene.now = scene.due.at - STEP

    assert scene.tell("picked").due == (scene.now + DAY, Late.PACK, "")


@pytest.mark.parametrize("kind", PaymentKind)
def test_when_an_unpaid_order_lapses_is_told_as_it_will_happen(kind: PaymentKind) -> None:
    scene = Scene(plan(kind=kind))
    told = lapses_at(scene.state)

    while scene.due is not None and scene.due.late is not Late.EXPIRE and scene.now < START + 40 * DAY:
        scene.wait()
    happens = scene.due.at if scene.due is not None and scene.due.late is Late.EXPIRE else None

    assert told == happens


def test_an_order_that_is_paid_or_has_some_of_its_money_does_not_lapse() -> None:
    unpaid, paid_ = Scene(plan()), paid()
    partly = Scene(plan()).tell("payment", status="paid", amount="1.00", currency="EUR")

    assert [lapses_at(each.state) is None for each in (unpaid, paid_, partly)] == [False, True, True]
