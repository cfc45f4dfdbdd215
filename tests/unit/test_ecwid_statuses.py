"""What becomes of an order by its two statuses: fulfilled, kept as history, or refused."""

import pytest

from starter.ecwid import HOLDS, History, Live, Unreadable
from tests.ecwid_orders import GONE, history, live, order, read_one, refusal, warnings


@pytest.mark.parametrize(
    ("payment", "fulfillment", "is_paid"),
    [
        ("PAID", "AWAITING_PROCESSING", True),
        ("AWAITING_PAYMENT", "AWAITING_PROCESSING", False),
        ("ACCEPTED", "NEW", True),
        ("QUEUED", "NEW", False),
        ("paid", "awaiting_processing", True),
        ("Awaiting Payment", "Awaiting Processing", False),
    ],
)
def test_an_order_that_was_not_begun_is_to_be_fulfilled(payment, fulfillment, is_paid):
    reading = live(order(paymentStatus=payment, fulfillmentStatus=fulfillment))

    assert reading.order.payment.status == ("paid" if is_paid else "unpaid")
    assert (reading.paid == reading.order.total) is is_paid
    assert (reading.holds, warnings(reading)) == ((), [])


@pytest.mark.parametrize(
    ("payment", "fulfillment", "said"),
    [
        ("PAID", "PROCESSING", "starts_at_the_beginning"),
        ("PAID", "READY_FOR_PICKUP", "starts_at_the_beginning"),
        ("PAID", "CUSTOM_FULFILLMENT_STATUS_2", "own_fulfillment_status"),
        ("CUSTOM_PAYMENT_STATUS_1", "AWAITING_PROCESSING", "own_payment_status"),
        ("CHARGEABLE", "NEW", "chargeable"),
        ("PAID", GONE, "no_fulfillment_status"),
    ],
)
def test_a_status_that_is_not_taken_as_it_stands_is_said(payment, fulfillment, said):
    reading = live(order(paymentStatus=payment, fulfillmentStatus=fulfillment))

    assert warnings(reading) == [said]


def test_a_status_of_the_store_itself_releases_no_goods():
    assert live(order(paymentStatus="CUSTOM_PAYMENT_STATUS_3")).order.payment.status == "unpaid"


@pytest.mark.parametrize(
    ("payment", "fulfillment", "kept"),
    [
        ("PAID", "SHIPPED", ("PAID", "SHIPPED")),
        ("PAID", "DELIVERED", ("PAID", "DELIVERED")),
        ("PAID", "OUT_FOR_DELIVERY", ("PAID", "OUT_FOR_DELIVERY")),
        ("REFUNDED", "RETURNED", ("REFUNDED", "RETURNED")),
        ("PARTIALLY_REFUNDED", "DELIVERED", ("PARTIALLY_REFUNDED", "DELIVERED")),
        ("CANCELLED", "WILL_NOT_DELIVER", ("CANCELLED", "WILL_NOT_DELIVER")),
        ("CANCELLED", "AWAITING_PROCESSING", ("CANCELLED", "AWAITING_PROCESSING")),
        ("DECLINED", "NEW", ("CANCELLED", "AWAITING_PROCESSING")),
        ("REFUNDED", "AWAITING_PROCESSING", ("REFUNDED", "AWAITING_PROCESSING")),
    ],
)
def test_an_order_that_is_over_is_history_under_ecwids_present_words(payment, fulfillment, kept):
    reading = history(order(paymentStatus=payment, fulfillmentStatus=fulfillment))

    assert (reading.payment_status, reading.fulfillment_status) == kept


@pytest.mark.parametrize(
    ("payment", "fulfillment", "said"),
    [
        ("CANCELLED", "PROCESSING", "over_while_in_progress"),
        ("AWAITING_PAYMENT", "SHIPPED", "handed_over_unpaid"),
        ("PAID", "WILL_NOT_DELIVER", "paid_and_not_delivered"),
    ],
)
def test_history_that_a_person_should_look_at_says_so(payment, fulfillment, said):
    assert warnings(history(order(paymentStatus=payment, fulfillmentStatus=fulfillment))) == [said]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"paymentStatus": "INCOMPLETE"}, "basket"),
        ({"paymentStatus": GONE}, "no_payment_status"),
        ({"paymentStatus": None}, "no_payment_status"),
        ({"paymentStatus": 1}, "status_not_a_text"),
        ({"paymentStatus": "ON_THE_MOON"}, "unknown_payment_status"),
        ({"paymentStatus": "CUSTOM_PAYMENT_STATUS_4"}, "unknown_payment_status"),
        ({"fulfillmentStatus": "TELEPORTED"}, "unknown_fulfillment_status"),
        ({"fulfillmentStatus": ["SHIPPED"]}, "status_not_a_text"),
    ],
)
def test_a_status_that_means_nothing_here_refuses_the_order(changes, reason):
    assert refusal(order(**changes)) == reason


def test_the_refusal_names_the_unknown_status():
    reading = read_one(order(fulfillmentStatus="teleported"))

    assert isinstance(reading, Unreadable)
    assert (reading.order_id, reading.field) == ("WZ7QP", "fulfillmentStatus")
    assert reading.reason.facts == {"value": "TELEPORTED"}


@pytest.mark.parametrize(
    ("changes", "hold"),
    [
        ({"paymentStatus": "PARTIALLY_REFUNDED", "refundedAmount": 5}, "partially_refunded"),
        ({"paymentStatus": "PARTIALLY_REFUNDED"}, "partially_refunded"),
        ({"paymentStatus": "PAID", "refundedAmount": 5}, "partially_refunded"),
        ({"withdrawalRequested": True}, "withdrawal_requested"),
        ({"giftCardDoubleSpending": True}, "gift_card_spent_twice"),
    ],
)
def test_an_order_with_an_open_question_waits_for_a_person(changes, hold):
    reading = live(order(**changes))

    assert reading.holds == (hold,)
    assert hold in HOLDS
    assert warnings(reading) == [hold]


def test_the_tracking_number_of_a_past_order_is_kept():
    assert (
        history(order(fulfillmentStatus="SHIPPED", trackingNumber="3SABC123")).tracking_number == "3SABC123"
    )


def test_the_tracking_number_of_a_bought_label_is_kept():
    shipments = [
        {"id": "s1", "tracking": {"trackingNumber": "JVGL0612", "trackingUrl": "https://x.example/t"}}
    ]

    assert history(order(fulfillmentStatus="SHIPPED", shipments=shipments)).tracking_number == "JVGL0612"


def test_an_order_that_was_not_sent_but_has_a_tracking_number_says_so():
    assert warnings(live(order(trackingNumber="3SABC123"))) == ["has_tracking_number"]


@pytest.mark.parametrize("status", ["AWAITING_PROCESSING", "SHIPPED"])
def test_an_order_whose_customer_wants_no_mail_gets_none(status):
    reading = read_one(order(fulfillmentStatus=status, disableAllCustomerNotifications=True))

    assert isinstance(reading, Live | History)
    assert reading.order.notify_customer is False
