"""Placing: the first state of an order and its first mails, for each way to pay."""

import pytest

from orders.change import Mail
from orders.mail import MailKind
from orders.rules.placing import place
from orders.store import PaymentKind, Policy
from tests.scenes import Scene, download, gift_card, goods, plan

FIRST = ["order_received", "new_order:shop0"]


@pytest.mark.parametrize(
    ("kind", "released", "mails"),
    [
        (PaymentKind.ONLINE, False, FIRST),
        (PaymentKind.OFFLINE, False, [*FIRST, "awaiting_payment"]),
        (PaymentKind.CASH_ON_DELIVERY, True, FIRST),
        (PaymentKind.INVOICE, True, [*FIRST, "awaiting_payment"]),
    ],
)
def test_an_unpaid_order_waits_or_goes_as_its_way_to_pay_has_it(
    kind: PaymentKind, released: bool, mails: list[str]
) -> None:
    scene = Scene(plan(kind=kind, shop_recipients=1))

    assert scene.state.released is released
    assert scene.mail_keys == mails
    assert scene.statuses == ("AWAITING_PAYMENT", "AWAITING_PROCESSING")


@pytest.mark.parametrize("kind", PaymentKind)
def test_an_order_that_was_paid_before_it_came_is_free_to_go(kind: PaymentKind) -> None:
    scene = Scene(plan(kind=kind, paid_minor=2500, reference="tr_1"))

    assert scene.state.released
    assert scene.statuses[0] == "PAID"
    assert MailKind.AWAITING_PAYMENT not in scene.mail_keys
    assert scene.refusal("payment", status="paid", amount="25.00", reference="tr_1", event_id="evt_1")


def test_part_of_the_money_that_came_before_is_told_in_what_is_still_to_pay() -> None:
    scene = Scene(plan(kind=PaymentKind.OFFLINE, paid_minor=500))

    assert [mail.amount_minor for mail in scene.mails if mail.kind is MailKind.AWAITING_PAYMENT] == [2000]


def test_an_order_that_came_refunded_asks_what_is_meant() -> None:
    scene = Scene(plan(paid_minor=2500, refunded_minor=2500))

    assert scene.statuses[0] == "REFUNDED"
    assert scene.attention == ["refunded_not_cancelled"]


def test_what_went_back_before_the_order_came_is_not_asked_of_the_customer_again() -> None:
    scene = Scene(plan(paid_minor=2500, refunded_minor=500))

    assert scene.statuses[0] == "PARTIALLY_REFUNDED"
    assert scene.state.due == 0
    assert scene.state.released


def test_an_order_may_come_on_hold() -> None:
    scene = Scene(plan(paid_minor=2500, holds=("possible_duplicate",)))

    assert [hold.reason for hold in scene.state.holds] == ["possible_duplicate"]
    assert scene.refusal("picked") == "refusal.on_hold"


def test_placing_the_same_plan_twice_gives_the_same_order() -> None:
    of = plan(goods(), download(), gift_card(), kind=PaymentKind.OFFLINE, shop_recipients=2)

    assert place(of) == place(of)


def keys(**changes: object) -> list[str]:
    mails: list[Mail] = place(plan(**changes)).mails  # type: ignore[arg-type]
    return [mail.key for mail in mails]


def test_a_customer_who_asked_for_silence_gets_no_mail_and_the_shop_still_does() -> None:
    assert keys(mails_customer=False, shop_recipients=1) == ["new_order:shop0"]


def test_an_order_without_an_address_sends_nothing_to_a_customer() -> None:
    assert keys(has_address=False) == []


def test_a_store_gets_copies_of_what_its_customers_get() -> None:
    assert keys(copies_customer_mails=True, shop_recipients=1) == [
        "order_received",
        "order_received:copy",
        "new_order:shop0",
    ]


def test_every_address_of_the_shop_gets_a_mail_of_its_own() -> None:
    mails = [mail for mail in place(plan(shop_recipients=3)).mails if mail.kind is MailKind.NEW_ORDER]

    assert [(mail.key, mail.recipient) for mail in mails] == [
        ("new_order:shop0", 0),
        ("new_order:shop1", 1),
        ("new_order:shop2", 2),
    ]


def test_mails_the_store_keeps_silent_are_not_sent_to_anybody() -> None:
    policy = Policy(silent_mails=(MailKind.ORDER_RECEIVED, MailKind.NEW_ORDER))

    assert keys(policy=policy, shop_recipients=1, copies_customer_mails=True) == []
