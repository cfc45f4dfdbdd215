"""Several parcels, and several people at them."""

import asyncio
from collections import Counter
from datetime import timedelta

from tests.house import House
from tests.sample_orders import BOOK, MUG, an_order

SIX = MUG | {"quantity": 6}


def some(quantity: int, line_id: str = "1") -> list[dict[str, object]]:
    return [{"line_id": line_id, "quantity": quantity}]


async def test_two_parcels_leave_on_two_days_each_with_its_own_mail(house: House) -> None:
    order_id = await house.paid(an_order(SIX))
    await house.done(order_id, "packed", lines=some(4))
    first = await house.done(order_id, "shipped", parcel="1", tracking_number="3SFIRST", carrier="postnl")
    await house.skip(order_id, timedelta(days=1))
    await house.done(order_id, "packed", parcel="2")
    await house.done(order_id, "labelled", parcel="2", tracking_number="3SSECOND", carrier="dhl")
    second = await house.done(order_id, "shipped", parcel="2")
    order = await house.until(
        order_id,
        lambda order: (
            [mail["state"] for mail in order["mails"] if mail["kind"] == "shipped"] == ["sent", "sent"]
        ),
    )
    mails = await house.mails_to(order["customer"]["email"], 3)

    assert (first["fulfillment_status"], second["fulfillment_status"]) == ("PROCESSING", "SHIPPED")
    assert [parcel["lines"] for parcel in order["parcels"]] == [some(4), some(2)]
    told = [mail.text for mail in mails if "3SFIRST" in mail.text or "3SSECOND" in mail.text]
    assert len(told) == 2
    assert not any("3SFIRST" in text and "3SSECOND" in text for text in told)
    assert ["4 ×" in text for text in told].count(True) == 1


async def test_two_people_packing_all_of_it_at_once_make_one_parcel(house: House) -> None:
    order_id = await house.paid(an_order(SIX))
    answers = await asyncio.gather(*(house.send(order_id, "packed") for _ in range(2)))

    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 1}
    order = await house.show(order_id)
    assert order["lines"][0]["units"]["packed"] == 6
    assert len(order["parcels"]) == 1


async def test_two_people_handing_over_one_parcel_at_once_hand_it_over_once(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "packed")
    answers = await asyncio.gather(
        house.send(order_id, "shipped", parcel="1", tracking_number="3SA"),
        house.send(order_id, "shipped", parcel="1", tracking_number="3SB"),
    )

    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 1}
    (no,) = [answer.json() for answer in answers if answer.status_code == 409]
    assert "handed over already" in no["detail"]
    order = await house.show(order_id)
    assert [mail["kind"] for mail in order["mails"]].count("shipped") == 1


async def test_ten_people_shipping_a_piece_each_never_ship_more_than_there_are(house: House) -> None:
    order_id = await house.paid(an_order(SIX))
    answers = await asyncio.gather(*(house.send(order_id, "shipped", lines=some(1)) for _ in range(10)))

    assert Counter(answer.status_code for answer in answers) == {200: 6, 409: 4}
    order = await house.show(order_id)
    assert order["lines"][0]["units"]["shipped"] == 6
    assert [parcel["lines"] for parcel in order["parcels"]] == [some(1)] * 6


async def test_a_cancel_and_a_hand_over_at_once_never_both_get_the_goods(house: House) -> None:
    for _ in range(5):
        order_id = await house.paid(an_order())
        await asyncio.gather(house.send(order_id, "cancel"), house.send(order_id, "shipped"))
        units = (await house.show(order_id))["lines"][0]["units"]

        assert {units["cancelled"], units["shipped"]} == {0, 2}


async def test_a_parcel_holds_parts_of_several_lines(house: House) -> None:
    other = MUG | {"line_id": "9", "sku": "MUG-RED", "quantity": 3}
    order_id = await house.paid(an_order(SIX, other))
    await house.done(order_id, "packed", lines=[*some(1), *some(2, "9")])
    order = await house.done(order_id, "packed")

    assert order["parcels"][0]["lines"] == [*some(1), *some(2, "9")]
    assert order["parcels"][1]["lines"] == [*some(5), *some(1, "9")]


async def test_which_of_two_parcels_is_asked_where_none_is_named(house: House) -> None:
    order_id = await house.paid(an_order(SIX))
    await house.done(order_id, "packed", lines=some(3))
    await house.done(order_id, "packed")

    assert "1, 2" in await house.refused(order_id, "shipped")


async def test_more_than_there_is_and_lines_that_are_not_there_are_refused_with_the_numbers(
    house: House,
) -> None:
    order_id = await house.paid(an_order(SIX, BOOK))

    assert "6 are left to pack, not 7" in await house.refused(order_id, "packed", lines=some(7))
    assert "no line 77" in await house.refused(order_id, "packed", lines=some(1, "77"))


async def test_a_tracking_number_that_was_wrong_is_put_right_after_the_hand_over(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "shipped", tracking_number="3SWRONG")
    order = await house.done(order_id, "labelled", parcel="1", tracking_number="3SRIGHT")

    assert order["parcels"][0]["tracking_number"] == "3SRIGHT"
    listed = await house.http.get("/v1/orders", params={"q": "3sright"}, headers=house.headers(house.staff))
    assert [row["order_id"] for row in listed.json()["orders"]] == [order_id]
