"""A parcel by carrier, from the checkout to the end of the story."""

from datetime import timedelta

from tests.house import SHOP, House
from tests.sample_orders import MUG, an_order

UNITS = {"ordered": 2, "cancelled": 0, "picked": 2, "packed": 2, "shipped": 2, "delivered": 0, "returned": 0}


async def test_an_order_goes_from_the_checkout_to_the_carrier(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "picked")
    await house.done(order_id, "packed", weight_grams=780)
    await house.done(order_id, "labelled", carrier="postnl", tracking_number="3SDEVC1234567")
    order = await house.done(order_id, "shipped")

    assert (order["payment_status"], order["fulfillment_status"]) == ("PAID", "SHIPPED")
    assert not order["open"]
    assert order["lines"][0]["units"] == UNITS
    (parcel,) = order["parcels"]
    assert (parcel["state"], parcel["carrier"], parcel["tracking_number"]) == (
        "shipped",
        "postnl",
        "3SDEVC1234567",
    )
    assert parcel["lines"] == [{"line_id": "1", "quantity": 2}]
    kinds = [moment["kind"] for moment in order["timeline"]]
    assert kinds == ["placed", "payment", "picked", "packed", "labelled", "shipped"]
    assert all(moment["outcome"] == "applied" for moment in order["timeline"])
    assert order["timeline"][-1]["text"] == "Parcel 1 handed over, 3SDEVC1234567"
    assert order["timeline"][-1]["actor"] == "staff:test"


async def test_the_customer_is_told_of_the_order_and_of_the_parcel_and_the_shop_of_the_order(
    house: House,
) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "shipped", tracking_number="3SDEVC7654321", carrier="postnl")

    shipped = await house.mail(order_id, "shipped")
    await house.mail(order_id, "order_received")
    told = await house.mail(order_id, "new_order")
    order = await house.show(order_id)
    assert sorted(mail["kind"] for mail in order["mails"]) == ["new_order", "order_received", "shipped"]
    assert "3SDEVC7654321" in shipped.text
    assert shipped.recipients == (order["customer"]["email"],)
    assert told.recipients == (SHOP,)
    assert told.subject == f"[Huis], new order #{order['number']}"


async def test_steps_that_were_skipped_are_said_to_be_skipped_and_not_counted(house: House) -> None:
    order_id = await house.paid(an_order())
    order = await house.done(order_id, "shipped")

    units = order["lines"][0]["units"]
    assert (units["picked"], units["packed"], units["shipped"]) == (0, 0, 2)
    assert [moment["kind"] for moment in order["timeline"]].count("skipped") >= 2


async def test_a_customer_who_should_not_hear_of_it_hears_nothing_of_the_parcel(house: House) -> None:
    order_id = await house.paid(an_order())
    order = await house.done(order_id, "shipped", notify=False)

    assert "shipped" not in [mail["kind"] for mail in order["mails"]]


async def test_an_order_that_is_delivered_ends(house: House) -> None:
    order_id = await house.paid(an_order(MUG))
    await house.done(order_id, "shipped")
    await house.done(order_id, "delivered")

    order = await house.ended(order_id)
    assert (order["fulfillment_status"], order["open"]) == ("DELIVERED", False)
    assert order["ended_at"] is not None


async def test_an_order_nobody_says_more_of_ends_when_its_watch_is_over(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "shipped")

    await house.skip(order_id, timedelta(days=31))
    order = await house.ended(order_id)

    assert (order["fulfillment_status"], order["open"]) == ("SHIPPED", False)
    assert "closed" in [moment["kind"] for moment in order["timeline"]]


async def test_a_command_for_an_order_that_has_ended_is_refused_with_the_reason(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "shipped")
    await house.done(order_id, "delivered")
    await house.ended(order_id)

    why = await house.refused(order_id, "shipped")

    assert "ended" in why
    order = await house.show(order_id)
    assert (order["timeline"][-1]["outcome"], order["timeline"][-1]["text"]) == ("refused", why)
