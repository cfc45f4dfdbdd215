"""Orders that Temporal has forgotten, lost, or was told by hand to stop."""

from collections import Counter
from datetime import timedelta

from starter.delivery import Delivery
from starter.lost import bring_back_lost
from tests.sample_orders import an_order
from tests.town import Town


async def test_an_order_that_temporal_has_forgotten_is_not_started_again(town: Town) -> None:
    house = town.house
    order_id = str(town.old_order["order_id"])
    async with house.working():
        await town.forget(order_id)
        again = await house.place(town.old_order)
        refused = await house.refused(order_id, "shipped")
        known = await town.knows(order_id)

    assert again.status_code == 200
    assert "ended" in refused
    assert not known


async def test_an_order_that_temporal_has_lost_is_started_again_from_where_it_stood(town: Town) -> None:
    house = town.house
    async with house.working():
        order_id = await house.paid(an_order())
        await house.done(order_id, "packed", command_id="pack-1")
        await town.forget(order_id)
        order = await house.done(order_id, "shipped", tracking_number="3SBACK")
        again = await house.send(order_id, "packed", command_id="pack-1")
        attributes = (await house.handle(order_id).describe()).search_attributes
        await house.done(order_id, "delivered")
        ended = await house.ended(order_id)

    assert order["fulfillment_status"] == "SHIPPED"
    assert len(order["parcels"]) == 1
    assert (again.status_code, again.json()["outcome"]) == (200, "applied")
    assert attributes["PaymentStatus"] == ["PAID"]
    assert Counter(mail["kind"] for mail in ended["mails"]) == {
        "order_received": 1,
        "new_order": 1,
        "shipped": 1,
        "delivered": 1,
    }
    assert ended["fulfillment_status"] == "DELIVERED"


async def test_a_lost_order_that_only_waits_is_started_again_once_its_deadline_has_passed(town: Town) -> None:
    house = town.house
    delivery = Delivery(house.pool, house.client, house.vault)
    overdue = "UPDATE orders SET due_at = now() - interval '6 minutes' WHERE order_id = $1"
    async with house.working():
        lost, known, waiting = [await house.paid(an_order()) for _ in range(3)]
        await town.forget(lost)
        await town.forget(waiting)
        for order_id in (lost, known):
            await house.pool.execute(overdue, order_id)
        brought_back = await bring_back_lost(house.pool, house.client, delivery, timedelta(minutes=5))
        are_known = [await town.knows(order_id) for order_id in (lost, known, waiting)]
        order = await house.done(lost, "shipped")

    assert brought_back == 1
    assert are_known == [True, True, False]
    assert order["fulfillment_status"] == "SHIPPED"


async def test_an_order_whose_workflow_was_stopped_by_hand_says_so(town: Town) -> None:
    house = town.house
    async with house.working():
        order_id = await house.paid(an_order())
        await house.handle(order_id).terminate("by hand")
        why = await house.refused(order_id, "shipped")

    assert "stopped by hand" in why
