"""The money of an order: totals as given, and how it is paid."""

from decimal import Decimal

import pytest

from orders.money import Money
from orders.order import sums_that_differ
from orders.store import PaymentKind, StoreSettings
from starter.ecwid import Unreadable
from tests.ecwid_orders import GONE, ebook, live, mug, order, read_one, refusal, warnings


def test_totals_are_kept_as_the_store_gives_them():
    totals = live(order(subtotal=25, total=29.95, tax=5.2)).order.totals

    assert (totals.items, totals.shipping, totals.total) == (25, Decimal("4.95"), Decimal("29.95"))
    assert (totals.tax, totals.tax_included) == (Decimal("5.20"), True)


def test_totals_that_do_not_add_up_are_kept_with_a_warning():
    reading = live(order(total=100))

    assert reading.order.totals.total == 100
    assert [said.facts for said in reading.warnings] == [{"field": "totals.total"}]


def test_the_handling_fee_and_the_surcharges_are_fees():
    body = order(
        handlingFee={"name": "Inpakken", "value": 2},
        customSurcharges=[{"id": "tips", "total": 1.5}, {"id": "x", "type": "ABSOLUTE", "value": 1}],
        total=34.45,
    )
    reading = live(body)

    assert reading.order.totals.fees == Decimal("4.50")
    assert warnings(reading) == []


@pytest.mark.parametrize(
    "discounts",
    [
        {"discount": 3, "couponDiscount": 2},
        {"discount": 5, "volumeDiscount": 4, "membershipBasedDiscount": 1},
        {"discount": GONE, "couponDiscount": 1, "volumeDiscount": 2, "customDiscount": [1, 1]},
    ],
)
def test_the_coupon_comes_beside_the_discount_and_nothing_is_counted_twice(discounts):
    reading = live(order(total=24.95, **discounts))

    assert reading.order.totals.discount == 5
    assert warnings(reading) == []


@pytest.mark.parametrize(
    "credit",
    [
        {"giftCardRedemption": 10, "totalBeforeGiftCardRedemption": 29.95},
        {"storeCredit": {"redemption": 10, "balance": 0}},
        {"loyalty": {"earned": 0, "redemption": {"id": "r1", "amount": 10, "cancelled": False}}},
        {"giftCardRedemption": 4, "storeCredit": {"redemption": {"amount": 6}}},
    ],
)
def test_what_was_paid_with_credit_is_no_longer_to_be_paid(credit):
    reading = live(order(total=19.95, **credit))

    assert reading.order.total == Money(minor=1995, currency="EUR")
    assert sums_that_differ(reading.order) == ()
    assert [said.facts for said in reading.warnings] == [{"amount": Money(minor=1000, currency="EUR")}]


@pytest.mark.parametrize(
    "nothing",
    [
        {"loyalty": {"redemption": {"amount": 10, "cancelled": True}}},
        {"loyalty": {"customerEnabled": False, "earned": 0, "balance": 0}},
        {"storeCredit": None},
        {"storeCredit": []},
    ],
)
def test_credit_that_was_not_spent_is_not_spoken_of(nothing):
    assert warnings(live(order(**nothing))) == []


def test_an_order_paid_wholly_with_a_gift_card_has_nothing_left_to_pay():
    reading = live(order(total=0, giftCardRedemption=29.95))

    assert reading.paid == Money(minor=0, currency="EUR")
    assert sums_that_differ(reading.order) == ()


@pytest.mark.parametrize(("given", "kept"), [(12.345, "12.35"), (12.344, "12.34"), (12.50000001, "12.50")])
def test_a_price_of_too_many_decimals_is_rounded_half_up_with_a_warning(given, kept):
    body = order(
        items=[mug(price=given, quantity=1)], subtotal=kept, shippingOption={"isPickup": True}, total=kept
    )
    reading = live(body)

    assert reading.order.lines[0].unit_price == Decimal(kept)
    assert [said.facts["field"] for said in reading.warnings] == ["items[0].price"]


def test_the_currency_is_the_stores():
    yen = StoreSettings(currency="JPY")
    reading = live(order(items=[mug(price=1250)], subtotal=2500, total=2500.4, shippingOption=GONE), yen)

    assert reading.order.total == Money(minor=2500, currency="JPY")
    assert warnings(reading)[-1] == "amount_rounded"


def test_an_order_in_another_currency_than_the_stores_is_refused():
    assert refusal(order(currency="USD")) == "other_currency"


def test_a_missing_total_is_never_worked_out():
    assert refusal(order(total=GONE)) == "no_total"


def test_a_missing_subtotal_is_shown_as_the_sum_of_the_lines():
    reading = live(order(subtotal=GONE))

    assert reading.order.totals.items == 25
    assert warnings(reading) == ["no_subtotal"]


@pytest.mark.parametrize("wrong", [-1, float("nan"), float("inf"), True, "€ 5", {"amount": 5}, 10**40, "1e9"])
def test_an_amount_that_is_none_refuses_the_order_and_names_the_field(wrong):
    reading = read_one(order(tax=wrong))

    assert isinstance(reading, Unreadable)
    assert reading.field == "tax"


@pytest.mark.parametrize(
    ("refunds", "refunded"),
    [
        ({"refundedAmount": 5}, Money(minor=500, currency="EUR")),
        ({"refunds": [{"amount": 2, "reason": "kapot"}, {"amount": 1.5}]}, Money(minor=350, currency="EUR")),
        ({"refundedAmount": 0}, None),
        ({}, None),
    ],
)
def test_what_went_back_is_told_beside_what_came_in(refunds, refunded):
    reading = live(order(paymentStatus="PARTIALLY_REFUNDED", **refunds))

    assert (reading.paid, reading.refunded) == (Money(minor=2995, currency="EUR"), refunded)


@pytest.mark.parametrize(
    ("payment", "kind"),
    [
        ({"paymentModule": "CUSTOM_PAYMENT_APP-mollie-pg", "paymentMethod": "iDEAL"}, PaymentKind.ONLINE),
        ({"paymentModule": "PayPal", "paymentMethod": "PayPal"}, PaymentKind.ONLINE),
        ({"paymentModule": "Offline", "paymentMethod": "Bank transfer"}, PaymentKind.OFFLINE),
        ({"paymentModule": GONE, "paymentMethod": "Bank transfer"}, PaymentKind.OFFLINE),
        ({"paymentModule": GONE, "paymentMethod": "Iets anders"}, PaymentKind.OFFLINE),
        ({"paymentModule": GONE, "paymentMethod": ""}, PaymentKind.OFFLINE),
        ({"paymentModule": GONE, "paymentMethod": "Cash on Delivery"}, PaymentKind.CASH_ON_DELIVERY),
        ({"paymentModule": "Offline", "paymentMethod": "Rembours"}, PaymentKind.CASH_ON_DELIVERY),
        ({"paymentModule": GONE, "paymentMethod": "Cash"}, PaymentKind.OFFLINE),
        ({"paymentModule": GONE, "paymentMethod": "Contant bij afhalen"}, PaymentKind.OFFLINE),
        ({"paymentModule": "PayPal", "paymentMethod": "Cash on delivery"}, PaymentKind.ONLINE),
    ],
)
def test_an_unpaid_order_tells_by_its_method_how_it_will_be_paid(payment, kind):
    terms = live(order(paymentStatus="AWAITING_PAYMENT", **payment)).order.payment

    assert (terms.kind, terms.status) == (kind, "unpaid")


def test_paying_at_the_counter_is_cash_on_delivery_when_it_is_picked_up():
    body = order(
        paymentStatus="AWAITING_PAYMENT",
        paymentModule=GONE,
        paymentMethod="Betalen bij afhalen",
        shippingOption={"isPickup": True, "shippingRate": 0},
    )

    assert live(body).order.payment.kind is PaymentKind.CASH_ON_DELIVERY


def test_a_paid_order_without_a_module_was_paid_online():
    assert live(order(paymentModule=GONE, paymentMethod="iDEAL")).order.payment.kind is PaymentKind.ONLINE


def test_the_payments_reference_is_kept_and_a_monster_of_one_left_out():
    kept, left_out = live(order(externalTransactionId="tr_42")), live(order(externalTransactionId="x" * 101))

    assert kept.order.payment.reference == "tr_42"
    assert left_out.order.payment.reference is None
    assert warnings(left_out) == ["payment_reference_left_out"]


def test_older_orders_say_tax_by_tax_whether_prices_hold_it():
    item = ebook(taxes=[{"name": "BTW", "value": 9, "total": 0.74, "includeInPrice": True}])
    body = order(items=[item], subtotal=9, total=9, tax=0.74, shippingOption=GONE, pricesIncludeTax=GONE)

    assert live(body).order.totals.tax_included
    assert warnings(live(body)) == []
