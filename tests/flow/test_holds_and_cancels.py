"""Holds and cancels, at every stage."""

import pytest

from tests.house import House
from tests.sample_orders import BOOK, MUG, an_order
from tests.shown import reasons


async def test_a_held_order_is_not_worked_on_until_the_last_hold_is_off(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "hold", reason="address")
    held = await house.done(order_id, "hold", reason="Klant belt terug over de kleur")
    first = await house.refused(order_id, "picked")
    which = await house.refused(order_id, "release")
    await house.done(order_id, "release", reason="Klant belt terug over de kleur")
    second = await house.refused(order_id, "shipped")
    await house.done(order_id, "release")
    order = await house.done(order_id, "shipped")

    assert [hold["reason"] for hold in held["holds"]] == ["address", "Klant belt terug over de kleur"]
    assert "address, Klant belt terug over de kleur" in first
    assert "address, Klant belt terug over de kleur" in which
    assert "address" in second
    assert not [moment["text"] for moment in order["timeline"] if "@" in moment["text"]]
    assert order["fulfillment_status"] == "SHIPPED"


async def test_words_that_are_gone_are_called_so_in_the_language_of_the_reader(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "hold", reason="Klant belt terug over de kleur")
    await house.pool.execute("UPDATE commands SET payload = payload - 'reason' WHERE order_id = $1", order_id)
    refused = await house.refused(order_id, "picked")
    dutch = await house.http.get(
        f"/v1/orders/{order_id}", headers=house.headers(house.staff) | {"Accept-Language": "nl"}
    )

    assert "a reason in somebody's own words" in refused
    assert "een reden in iemands eigen woorden" in dutch.json()["timeline"][-1]["text"]


async def test_many_commands_at_once_are_refused_in_the_words_of_the_hold(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "hold", reason="Klant belt terug over de kleur")
    rows = [{"order_id": order_id, "type": "picked"}]
    answer = await house.http.post(
        "/v1/commands", json={"commands": rows}, headers=house.headers(house.staff)
    )

    assert "Klant belt terug over de kleur" in answer.json()["results"][0]["text"]


async def test_downloads_wait_for_a_hold(house: House) -> None:
    order_id = await house.placed(an_order(BOOK))
    await house.done(order_id, "hold", reason="fraud")
    paid = await house.done(order_id, "payment", status="paid")
    await house.done(order_id, "release", reason="fraud")
    await house.mail(order_id, "downloads")

    assert paid["lines"][0]["issued"] is False


async def test_the_same_hold_twice_is_answered_as_a_repeat(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "hold", reason="address")
    again = await house.send(order_id, "hold", reason="address")

    assert (again.status_code, again.json()["outcome"]) == (200, "repeated")
    assert len((await house.show(order_id))["holds"]) == 1


STAGES: dict[str, tuple[str, ...]] = {
    "unpaid": (),
    "paid": ("payment",),
    "picked": ("payment", "picked"),
    "packed": ("payment", "picked", "packed"),
    "labelled": ("payment", "packed", "labelled"),
}


@pytest.mark.parametrize("stage", STAGES)
async def test_an_order_can_be_cancelled_until_it_is_handed_over(house: House, stage: str) -> None:
    order_id = await house.placed(an_order())
    fields = {"payment": {"status": "paid"}, "labelled": {"tracking_number": "3SX"}}
    for step in STAGES[stage]:
        await house.done(order_id, step, **fields.get(step, {}))
    order = await house.done(order_id, "cancel", reason="Klant heeft zich bedacht")

    assert order["fulfillment_status"] == "WILL_NOT_DELIVER"
    assert order["lines"][0]["units"]["cancelled"] == 2
    assert ("refund_due" in reasons(order)) == (stage != "unpaid")
    assert ("take_out_of_parcel" in reasons(order)) == (stage in ("packed", "labelled"))
    assert "Klant heeft zich bedacht" in order["timeline"][-1]["text"]
    await house.mail(order_id, "cancelled")


async def test_a_cancel_after_the_hand_over_is_answered_as_too_late(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "shipped")

    assert "too late" in await house.refused(order_id, "cancel")


async def test_a_download_that_was_sent_cannot_be_cancelled_but_the_goods_can(house: House) -> None:
    order_id = await house.paid(an_order(MUG, BOOK))
    await house.mail(order_id, "downloads")
    order = await house.done(order_id, "cancel")

    assert [line["units"]["cancelled"] for line in order["lines"]] == [2, 0]
    assert order["fulfillment_status"] == "DELIVERED"
    assert reasons(order) == ["refund_due"]


async def test_some_pieces_are_cancelled_and_the_rest_is_shipped(house: House) -> None:
    order_id = await house.paid(an_order(MUG | {"quantity": 3}))
    part = await house.done(order_id, "cancel", lines=[{"line_id": "1", "quantity": 1}])
    order = await house.done(order_id, "shipped")

    assert reasons(part) == ["refund_due"]
    assert "12.50" in part["attention"][0]["text"]
    assert order["parcels"][0]["lines"] == [{"line_id": "1", "quantity": 2}]
    assert order["fulfillment_status"] == "SHIPPED"


async def test_no_more_can_be_cancelled_than_is_left(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "shipped", lines=[{"line_id": "1", "quantity": 1}])

    assert "not 2" in await house.refused(order_id, "cancel", lines=[{"line_id": "1", "quantity": 2}])


async def test_the_money_of_a_cancelled_order_goes_back_and_then_it_ends(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "cancel")
    await house.done(order_id, "payment", status="refunded", amount="29.95")

    order = await house.ended(order_id)
    assert (order["payment_status"], order["attention"], order["open"]) == ("REFUNDED", [], False)


async def test_a_person_may_say_that_it_was_seen_to(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "cancel")
    await house.done(order_id, "resolve", reason="refund_due")

    assert (await house.ended(order_id))["attention"] == []


async def test_a_second_cancel_changes_nothing(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "cancel")
    again = await house.send(order_id, "cancel")

    assert (again.status_code, again.json()["outcome"]) == (200, "repeated")
