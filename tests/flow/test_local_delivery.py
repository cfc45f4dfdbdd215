"""Goods the shop brings itself."""

from tests.house import House
from tests.sample_orders import an_order
from tests.shown import reasons


async def test_a_delivery_that_failed_goes_out_again_and_arrives(house: House) -> None:
    order_id = await house.paid(an_order(method="local_delivery"))
    await house.done(order_id, "packed")
    out = await house.done(order_id, "out_for_delivery")
    failed = await house.done(order_id, "delivery_failed", reason="Niemand thuis, de hond wel")
    again = await house.done(order_id, "out_for_delivery")
    arrived = await house.done(order_id, "delivered")

    assert out["fulfillment_status"] == again["fulfillment_status"] == "OUT_FOR_DELIVERY"
    assert failed["fulfillment_status"] == "PROCESSING"
    assert [each["reason"] for each in failed["attention"]] == ["delivery_failed"]
    assert again["attention"] == []
    assert arrived["fulfillment_status"] == "DELIVERED"
    assert arrived["lines"][0]["units"]["delivered"] == 2
    await house.ended(order_id)


async def test_the_driver_s_own_words_stand_on_the_timeline(house: House) -> None:
    order_id = await house.paid(an_order(method="local_delivery"))
    await house.done(order_id, "out_for_delivery")
    order = await house.done(order_id, "delivery_failed", reason="Niemand thuis, de hond wel")

    assert "Niemand thuis, de hond wel" in order["timeline"][-1]["text"]


async def test_the_customer_is_told_of_each_time_it_goes_out(house: House) -> None:
    order_id = await house.paid(an_order(method="local_delivery"))
    await house.done(order_id, "out_for_delivery")
    await house.done(order_id, "delivery_failed")
    await house.done(order_id, "out_for_delivery")

    order = await house.until(
        order_id,
        lambda order: (
            [mail["state"] for mail in order["mails"] if mail["kind"] == "out_for_delivery"]
            == ["sent", "sent"]
        ),
    )
    assert len(await house.mails_to(order["customer"]["email"], 3)) == 3


async def test_a_failed_delivery_may_be_cancelled_and_its_money_is_due_back(house: House) -> None:
    order_id = await house.paid(an_order(method="local_delivery"))
    await house.done(order_id, "out_for_delivery")
    await house.done(order_id, "delivery_failed")
    order = await house.done(order_id, "cancel", reason="verhuisd")

    assert order["fulfillment_status"] == "WILL_NOT_DELIVER"
    assert "refund_due" in reasons(order)
