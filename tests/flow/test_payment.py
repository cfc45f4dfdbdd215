"""Money: told once or twice, early or late, too little or too much."""

import uuid
from datetime import timedelta

import pytest

from tests.house import House
from tests.sample_orders import BOOK, an_order
from tests.shown import reasons

TOTAL = "29.95"


async def test_an_offline_order_is_told_how_to_pay_reminded_and_then_paid(house: House) -> None:
    order_id = await house.placed(an_order(kind="offline"))
    await house.mail(order_id, "awaiting_payment")
    await house.skip(order_id, timedelta(days=4, minutes=1))
    await house.mail(order_id, "payment_reminder")
    order = await house.done(order_id, "payment", status="paid", amount=TOTAL, currency="EUR")
    await house.mail(order_id, "payment_received")

    assert order["payment_status"] == "PAID"
    assert "reminded" in [moment["kind"] for moment in order["timeline"]]
    await house.done(order_id, "shipped")


@pytest.mark.parametrize(("kind", "is_told"), [("offline", True), ("online", False)])
async def test_only_who_pays_by_hand_is_told_how_and_with_which_reference(
    house: House, kind: str, is_told: bool
) -> None:
    store = f"pay-{uuid.uuid4().hex[:8]}"
    await house.open_store(store, how_to_pay={"nl": "Maak het over naar NL00BANK."})
    order_id = await house.placed(an_order(kind=kind, store=store))
    await house.skip(order_id, timedelta(days=4 if is_told else 0, hours=4, minutes=1), store)
    mail = await house.mail(order_id, "payment_reminder")

    assert ("NL00BANK" in mail.text) is is_told
    assert ("kenmerk" in mail.text) is is_told


async def test_an_order_nobody_pays_expires_and_its_customer_is_told(house: House) -> None:
    order_id = await house.placed(an_order())
    await house.skip(order_id, timedelta(days=3, minutes=1))
    order = await house.ended(order_id)
    await house.mail(order_id, "order_expired")

    assert (order["payment_status"], order["fulfillment_status"]) == ("CANCELLED", "WILL_NOT_DELIVER")
    assert "expired" in [moment["kind"] for moment in order["timeline"]]


async def test_part_of_the_money_is_not_enough_and_the_rest_makes_it_so(house: House) -> None:
    order_id = await house.placed(an_order())
    part = await house.done(order_id, "payment", status="paid", amount="10.00", event_id="evt_part")
    refused = await house.refused(order_id, "shipped")
    rest = await house.done(order_id, "payment", status="paid", amount="19.95", event_id="evt_rest")

    assert (part["payment_status"], part["amount_due"]) == ("AWAITING_PAYMENT", "19.95")
    assert "19.95" in refused
    assert (rest["payment_status"], rest["amount_due"]) == ("PAID", "0.00")


async def test_part_of_the_money_when_time_is_up_asks_for_a_person(house: House) -> None:
    order_id = await house.placed(an_order())
    await house.done(order_id, "payment", status="paid", amount="10.00")
    await house.skip(order_id, timedelta(days=3, minutes=1))
    order = await house.until(order_id, reasons)

    assert reasons(order) == ["partially_paid"]
    assert order["fulfillment_status"] == "AWAITING_PROCESSING"


async def test_too_much_money_is_kept_on_the_ledger_and_asks_for_a_person(house: House) -> None:
    order_id = await house.placed(an_order())
    order = await house.done(order_id, "payment", status="paid", amount="40.00")

    assert order["payment_status"] == "PAID"
    assert reasons(order) == ["overpaid"]
    assert "10.05" in order["attention"][0]["text"]


async def test_one_payment_told_by_checkout_and_webhook_counts_once(house: House) -> None:
    order_id = await house.placed(an_order())
    await house.done(order_id, "payment", status="paid", amount=TOTAL, currency="EUR", reference="tr_1")
    again = await house.send(
        order_id, "payment", status="paid", amount=TOTAL, currency="EUR", reference="tr_1", event_id="evt_1"
    )

    assert (again.status_code, again.json()["outcome"]) == (200, "repeated")
    assert len((await house.show(order_id))["payments"]) == 1


async def test_two_payments_are_both_kept_and_the_second_is_too_much(house: House) -> None:
    order_id = await house.placed(an_order())
    await house.done(order_id, "payment", status="paid", amount=TOTAL, reference="tr_1", event_id="evt_1")
    order = await house.done(
        order_id, "payment", status="paid", amount=TOTAL, reference="tr_2", event_id="evt_2"
    )

    assert len(order["payments"]) == 2
    assert reasons(order) == ["overpaid"]


async def test_a_payment_that_comes_before_its_order_is_kept_for_it(house: House) -> None:
    body = an_order()
    early = await house.pay(body["order_id"], amount=TOTAL, currency="EUR", reference="tr_early")
    await house.placed(body)

    order = await house.until(body["order_id"], lambda order: order["payment_status"] == "PAID")
    assert (early.status_code, early.json()["outcome"]) == (202, "pending")
    assert order["payments"][0]["reference"] == "tr_early"


@pytest.mark.parametrize("store", ["default", "another"])
async def test_a_payment_that_comes_before_its_order_finds_it_in_any_store(house: House, store: str) -> None:
    await house.open_store("another", look={"name": "Elders"})
    body = an_order(store=store)
    await house.pay(body["order_id"], reference="tr_early")
    await house.placed(body)

    await house.until(body["order_id"], lambda order: order["payment_status"] == "PAID")


async def test_a_payment_after_the_order_was_cancelled_is_due_back(house: House) -> None:
    order_id = await house.placed(an_order())
    await house.done(order_id, "cancel")
    await house.ended(order_id)
    order = await house.done(order_id, "payment", status="paid", amount=TOTAL)

    assert reasons(order) == ["refund_due"]
    assert TOTAL in order["attention"][0]["text"]
    assert order["open"] is True


async def test_a_payment_after_the_order_expired_asks_for_a_person(house: House) -> None:
    order_id = await house.placed(an_order(BOOK))
    await house.skip(order_id, timedelta(days=3, minutes=1))
    await house.ended(order_id)
    order = await house.done(order_id, "payment", status="paid", amount="9.00")

    assert reasons(order) == ["refund_due"]
    assert await house.pool.fetchval("SELECT count(*) FROM downloads WHERE order_id = $1", order_id) == 0


async def test_money_for_a_finished_order_is_never_dropped(house: House) -> None:
    order_id = await house.paid(an_order(BOOK))
    await house.ended(order_id)
    order = await house.done(order_id, "payment", status="paid", amount="9.00", reference="tr_again")
    listed = await house.http.get(
        "/v1/orders", params={"attention": True, "q": order_id}, headers=house.headers(house.staff)
    )

    assert reasons(order) == ["overpaid"]
    assert [row["order_id"] for row in listed.json()["orders"]] == [order_id]


async def test_a_person_may_say_after_the_end_that_it_was_seen_to(house: House) -> None:
    order_id = await house.placed(an_order())
    await house.done(order_id, "cancel")
    await house.ended(order_id)
    await house.done(order_id, "payment", status="paid", amount=TOTAL)
    order = await house.done(order_id, "resolve", reason="refund_due")

    assert (reasons(order), order["open"]) == ([], False)


async def test_money_that_went_back_after_the_end_is_written_down(house: House) -> None:
    order_id = await house.placed(an_order())
    await house.done(order_id, "cancel")
    await house.ended(order_id)
    await house.done(order_id, "payment", status="paid", amount=TOTAL)
    order = await house.done(order_id, "payment", status="refunded", amount=TOTAL)

    assert reasons(order) == []
    assert (order["payment_status"], order["open"]) == ("REFUNDED", False)


async def test_a_failed_payment_is_told_and_changes_nothing(house: House) -> None:
    order_id = await house.placed(an_order())
    order = await house.done(order_id, "payment", status="failed", amount=TOTAL)

    assert order["payment_status"] == "AWAITING_PAYMENT"
    assert order["amount_due"] == TOTAL


async def test_money_in_another_currency_does_not_count_and_asks_for_a_person(house: House) -> None:
    order_id = await house.placed(an_order())
    order = await house.done(order_id, "payment", status="paid", amount=TOTAL, currency="USD")

    assert order["payment_status"] == "AWAITING_PAYMENT"
    assert reasons(order) == ["other_currency"]


async def test_a_plain_signal_pays_all_that_is_due(house: House) -> None:
    order_id = await house.placed(an_order())
    await house.mail(order_id, "order_received")  # It has a workflow now.
    await house.signal(order_id, "payment", {"status": "paid"})

    order = await house.until(order_id, lambda order: order["payment_status"] == "PAID")
    assert order["payments"][0]["amount"] == TOTAL


async def test_an_invoice_may_be_paid_after_the_goods_have_left(house: House) -> None:
    order_id = await house.placed(an_order(kind="invoice"))
    shipped = await house.done(order_id, "shipped")
    paid = await house.done(order_id, "payment", status="paid", amount=TOTAL)

    assert (shipped["payment_status"], shipped["open"]) == ("AWAITING_PAYMENT", True)
    assert (paid["payment_status"], paid["open"]) == ("PAID", False)


async def test_an_order_that_was_paid_before_it_came_needs_no_word_of_payment(house: House) -> None:
    body = an_order()
    body["payment"]["status"] = "paid"
    order_id = await house.placed(body)

    assert (await house.done(order_id, "shipped"))["payment_status"] == "PAID"
