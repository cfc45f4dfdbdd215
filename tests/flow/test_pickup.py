"""Goods the customer comes and gets, with the code from the mail."""

import re

from tests.house import House
from tests.sample_orders import an_order


async def waits_at_the_counter(house: House) -> tuple[str, str]:
    """An order that is ready for pickup, and the code its customer was mailed."""
    order_id = await house.paid(an_order(method="pickup"))
    await house.done(order_id, "packed")
    await house.done(order_id, "ready_for_pickup")
    mail = await house.mail(order_id, "ready_for_pickup")
    (code,) = re.findall(r"\b\d{6}\b", mail.text)
    return order_id, code


def another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


async def test_the_customer_gets_the_goods_for_the_code_from_the_mail(house: House) -> None:
    order_id, code = await waits_at_the_counter(house)
    waiting = await house.show(order_id)
    order = await house.done(order_id, "collected", code=f" {code[:3]} {code[3:]} ")

    assert waiting["fulfillment_status"] == "READY_FOR_PICKUP"
    assert order["fulfillment_status"] == "DELIVERED"
    assert order["parcels"][0]["state"] == "collected"
    assert (await house.ended(order_id))["open"] is False


async def test_a_wrong_code_is_refused_and_the_right_one_still_works(house: House) -> None:
    order_id, code = await waits_at_the_counter(house)

    why = await house.refused(order_id, "collected", code=another(code))
    order = await house.done(order_id, "collected", code=code)

    assert "code" in why
    assert order["parcels"][0]["state"] == "collected"


async def test_without_any_code_staff_are_asked_for_one(house: House) -> None:
    order_id, _ = await waits_at_the_counter(house)

    assert "code" in await house.refused(order_id, "collected")
    assert (await house.show(order_id))["parcels"][0]["state"] == "ready_for_pickup"


async def test_staff_may_answer_for_it_themselves_and_the_timeline_says_so(house: House) -> None:
    order_id, _ = await waits_at_the_counter(house)
    order = await house.done(order_id, "collected", override=True)

    assert order["parcels"][0]["state"] == "collected"
    (collected,) = [moment for moment in order["timeline"] if moment["kind"] == "collected"]
    assert "without a code" in collected["text"]


async def test_the_code_stands_neither_on_the_timeline_nor_in_the_answer(house: House) -> None:
    order_id, code = await waits_at_the_counter(house)
    await house.done(order_id, "collected", code=code)

    shown = await house.http.get(f"/v1/orders/{order_id}", headers=house.headers(house.staff))
    assert code not in shown.text


async def test_a_raw_signal_with_the_right_code_is_as_good(house: House) -> None:
    order_id, code = await waits_at_the_counter(house)
    await house.signal(order_id, "collected", {"code": code})

    order = await house.until(order_id, lambda order: order["fulfillment_status"] == "DELIVERED")
    assert order["timeline"][-1]["kind"] in ("collected", "ended")


async def test_a_parcel_by_carrier_is_no_step_of_a_pickup(house: House) -> None:
    order_id, _ = await waits_at_the_counter(house)

    assert "picks this order up" in await house.refused(order_id, "shipped")
