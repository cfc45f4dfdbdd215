"""Money: what counts, what is told twice, and what the balance asks for."""

import pytest

from orders.errors import Repeated
from orders.mail import MailKind
from orders.rules.deadlines import Late
from orders.store import PaymentKind
from tests.scenes import Scene, download, gift_card, goods, of, plan

TOTAL = "25.00"  # Of the plan with two mugs: 2 x 10.00 and carriage of 5.00.


def test_a_payment_told_by_the_checkout_and_by_the_provider_counts_once() -> None:
    scene = Scene(plan()).tell("payment", status="paid", reference="tr_1")

    assert scene.refusal("payment", status="paid", amount=TOTAL, reference="tr_1", event_id="evt_1") == (
        "refusal.payment_told_before"
    )
    assert scene.state.captured == 2500
    assert scene.attention == []


@pytest.mark.parametrize(
    "again",
    [
        {"event_id": "evt_1", "reference": "tr_1", "amount": TOTAL},
        {"event_id": "evt_1", "amount": TOTAL},
        {"event_id": "evt_2", "reference": "tr_1", "amount": TOTAL},
        {"reference": "tr_1", "amount": TOTAL},
    ],
)
def test_the_same_payment_told_again_is_repeated_and_changes_nothing(again: dict[str, str]) -> None:
    scene = Scene(plan()).paid()
    before = scene.state

    with pytest.raises(Repeated):
        scene.tell("payment", status="paid", **again)
    assert scene.state == before


def test_a_payment_without_an_amount_is_all_that_is_due() -> None:
    scene = Scene(plan()).tell("payment", status="paid", amount="5.00").tell("payment", status="paid")

    assert [entry.amount_minor for entry in scene.state.payments] == [500, 2000]
    assert scene.refusal("payment", status="paid") == "refusal.paid_already"


def test_part_of_the_money_does_not_release_an_order_and_the_rest_does() -> None:
    scene = Scene(plan()).tell("payment", status="paid", amount="10.00", reference="a")

    assert scene.statuses == ("AWAITING_PAYMENT", "AWAITING_PROCESSING")
    assert not scene.state.released

    scene.tell("payment", status="paid", amount="15.00", reference="b")
    assert scene.statuses == ("PAID", "AWAITING_PROCESSING")
    assert scene.state.released


def test_two_equal_instalments_under_one_reference_are_two_and_a_third_is_a_repeat() -> None:
    scene = Scene(plan())
    for event in ("evt_1", "evt_2"):
        scene.tell("payment", status="paid", amount="12.50", reference="tr_1", event_id=event)

    assert scene.statuses[0] == "PAID"
    assert scene.refusal("payment", status="paid", amount="12.50", reference="tr_1", event_id="evt_3") == (
        "refusal.payment_told_before"
    )


def test_too_much_money_asks_for_a_person_until_it_went_back() -> None:
    scene = Scene(plan()).tell("payment", status="paid", amount="30.00")

    assert scene.attention == ["overpaid"]
    assert scene.statuses[0] == "PAID"

    scene.tell("payment", status="refunded")
    assert scene.state.refunded == 500
    assert scene.attention == []


def test_an_order_that_was_overpaid_and_partly_cancelled_asks_once_for_all_that_is_to_go_back() -> None:
    scene = Scene(plan()).tell("payment", status="paid", amount="30.00").tell("cancel", lines=of("1", 1))

    assert scene.attention == ["refund_due"]
    assert str(scene.state.attention[0].text.facts["amount"]) == "15.00 EUR"


def test_money_that_comes_after_a_cancel_is_kept_and_asks_to_be_given_back() -> None:
    scene = Scene(plan()).tell("cancel").paid()

    assert scene.state.captured == 2500
    assert scene.attention == ["refund_due"]
    assert not scene.is_finished
    assert MailKind.PAYMENT_RECEIVED not in scene.mail_keys

    scene.tell("payment", status="refunded")
    assert scene.statuses == ("REFUNDED", "WILL_NOT_DELIVER")
    assert scene.is_finished


def test_money_in_another_currency_never_counts_and_always_asks_for_a_person() -> None:
    scene = Scene(plan())
    for event in ("evt_1", "evt_2"):
        scene.tell("payment", status="paid", amount=TOTAL, currency="USD", event_id=event)

    assert scene.state.due == 2500
    assert scene.attention == ["other_currency", "other_currency"]
    assert scene.refusal("payment", status="paid", currency="USD") == "refusal.amount_needed"


def test_an_order_with_money_in_another_currency_does_not_expire() -> None:
    scene = Scene(plan()).tell("payment", status="paid", amount=TOTAL, currency="USD")

    while scene.wait().late is not Late.EXPIRE:
        pass
    assert not scene.state.cancelled
    assert "partially_paid" in scene.attention


def test_an_amount_with_more_decimals_than_its_currency_is_refused() -> None:
    assert Scene(plan()).refusal("payment", status="paid", amount="10.001") == "refusal.too_many_decimals"


def test_a_failed_payment_is_noted_and_changes_nothing_else() -> None:
    scene = Scene(plan())
    due = scene.due

    scene.tell("payment", status="failed", reference="tr_1")
    assert scene.said[-1] == "payment_failed"
    assert scene.statuses[0] == "AWAITING_PAYMENT"
    assert scene.due == due


def test_a_payment_that_failed_first_counts_when_it_succeeds_under_the_same_reference() -> None:
    scene = Scene(plan()).tell("payment", status="failed", reference="tr_1").paid()

    assert scene.statuses[0] == "PAID"


def test_an_order_that_costs_nothing_is_paid_when_it_is_placed() -> None:
    scene = Scene(plan(goods(unit_minor=0), total_minor=0, carriage_minor=0))

    assert scene.statuses[0] == "PAID"
    assert scene.state.released


def test_money_given_back_as_a_kindness_is_not_owed_again() -> None:
    scene = Scene(plan()).paid().tell("payment", status="refunded", amount="3.00")

    assert scene.statuses[0] == "PARTIALLY_REFUNDED"
    assert scene.state.is_paid
    assert scene.attention == []


def test_money_given_back_before_the_order_was_paid_in_full_is_still_to_come() -> None:
    scene = Scene(plan())
    scene.tell("payment", status="paid", amount="15.00", reference="a")
    scene.tell("payment", status="refunded", amount="15.00", reference="a")

    scene.tell("payment", status="paid", amount="10.00", reference="b")
    assert scene.state.due == 1500
    assert not scene.state.released


def test_more_money_back_than_came_in_asks_for_a_person_until_the_payment_is_told() -> None:
    scene = Scene(plan()).tell("payment", status="refunded", amount=TOTAL)

    assert scene.attention == ["refunded_too_much"]
    assert scene.state.due == 2500

    scene.paid()
    assert scene.attention == ["refunded_not_cancelled"]


def test_two_equal_refunds_that_are_both_due_are_two() -> None:
    scene = Scene(plan(goods(4))).paid().tell("cancel", lines=of("1", 2))
    for event in ("evt_a", "evt_b"):
        scene.tell("payment", status="refunded", amount="10.00", reference="tr_1", event_id=event)

    assert scene.state.refunded == 2000
    assert scene.attention == []


def test_a_refund_without_an_amount_where_nothing_is_due_back_is_refused() -> None:
    assert Scene(plan()).paid().refusal("payment", status="refunded") == "refusal.how_much_refunded"


def test_nothing_is_issued_while_a_person_has_not_said_what_a_full_refund_means() -> None:
    scene = Scene(plan(download(), gift_card())).paid().tell("hold", reason="fraud")
    scene.tell("payment", status="refunded", amount="34.00").tell("release").issue()

    assert scene.attention == ["refunded_not_cancelled"]
    assert scene.state.left_to_issue

    scene.tell("resolve", reason="refunded_not_cancelled").issue()
    assert not scene.state.left_to_issue


def test_a_full_refund_is_settled_by_cancelling_what_is_left() -> None:
    scene = Scene(plan()).paid().tell("payment", status="refunded", amount=TOTAL)

    assert scene.attention == ["refunded_not_cancelled"]
    assert scene.tell("cancel").attention == []
    assert scene.is_finished


@pytest.mark.parametrize(
    ("kind", "reminded", "mailed"),
    [
        (PaymentKind.ONLINE, False, False),
        (PaymentKind.ONLINE, True, True),
        (PaymentKind.OFFLINE, False, True),
        (PaymentKind.INVOICE, False, True),
        (PaymentKind.CASH_ON_DELIVERY, False, True),
    ],
)
def test_the_customer_hears_of_a_payment_that_came_later(
    kind: PaymentKind, reminded: bool, mailed: bool
) -> None:
    scene = Scene(plan(kind=kind))
    if reminded:
        scene.wait()

    scene.paid()
    assert (MailKind.PAYMENT_RECEIVED in scene.mail_keys) is mailed


def test_the_customer_hears_once_that_all_is_paid_and_not_of_every_part() -> None:
    scene = Scene(plan(kind=PaymentKind.OFFLINE))
    mailed = []
    for amount in ("10.00", "15.00", "5.00"):
        scene.tell("payment", status="paid", amount=amount)
        mailed.append(scene.mail_keys.count("payment_received"))

    assert mailed == [0, 1, 1]


def test_a_payment_for_a_later_state_is_kept_and_takes_nothing_back() -> None:
    scene = Scene(plan(kind=PaymentKind.CASH_ON_DELIVERY)).tell("shipped", tracking_number="3SABC")

    scene.paid()
    assert scene.statuses == ("PAID", "SHIPPED")


def test_a_change_of_the_balance_keeps_since_when_a_person_is_asked() -> None:
    scene = Scene(plan(goods(4))).paid().tell("cancel", lines=of("1", 1))
    since = scene.state.attention[0].since

    scene.tell("cancel", lines=of("1", 1))
    (asked,) = scene.state.attention
    assert asked.since == since
    assert str(asked.text.facts["amount"]) == "20.00 EUR"
