"""What is late asks for a person, stands in the list, and goes off it when the step is done."""

from datetime import timedelta
from typing import Any

import pytest

from orders.owners import owner_of
from orders.state import Reason
from orders.words import say
from starter.digests import start_digests
from tests.house import House
from tests.sample_orders import an_order
from tests.shown import reasons

LATE: dict[str, tuple[str, list[tuple[str, dict[str, Any]]], timedelta, list[tuple[str, dict[str, Any]]]]] = {
    "overdue_to_pick": ("shipping", [], timedelta(days=1), [("picked", {})]),
    "overdue_to_pack": ("shipping", [("picked", {})], timedelta(days=1), [("packed", {})]),
    "overdue_to_hand_over": ("shipping", [("packed", {})], timedelta(days=2), [("shipped", {})]),
    "not_collected": (
        "pickup",
        [("packed", {}), ("ready_for_pickup", {})],
        timedelta(days=7),
        [("collected", {"override": True})],
    ),
    "overdue_to_deliver": (
        "local_delivery",
        [("out_for_delivery", {})],
        timedelta(days=1),
        [("delivered", {})],
    ),
    "held_too_long": ("shipping", [("hold", {"reason": "address"})], timedelta(days=2), [("release", {})]),
}


@pytest.mark.parametrize("reason", LATE)
async def test_what_is_late_stands_in_the_list_until_the_step_is_done(house: House, reason: str) -> None:
    method, before, patience, after = LATE[reason]
    order_id = await house.paid(an_order(method=method))
    for step, fields in before:
        await house.done(order_id, step, **fields)
    in_time = await house.show(order_id)
    await house.skip(order_id, patience + timedelta(minutes=1))
    late = await house.until(order_id, lambda order: order["attention"])
    listed = await in_the_list(house, order_id)
    owner = owner_of(Reason(reason))
    for step, fields in after:
        await house.done(order_id, step, **fields)

    assert in_time["attention"] == []
    assert [each["reason"] for each in late["attention"]] == [reason]
    assert len(late["attention"][0]["text"]) > 20
    assert (late["attention"][0]["owner"], late["attention"][0]["owner_name"]) == (
        owner,
        say("en", f"owner.{owner}"),
    )
    assert listed == {order_id: [owner]}
    assert await in_the_list(house, order_id) == {}
    assert (await house.show(order_id))["attention"] == []


async def test_a_hold_that_lasts_is_told_in_the_words_it_was_put_on_with(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "hold", reason="Klant belt terug over de kleur")
    await house.skip(order_id, timedelta(days=2, minutes=1))
    late = await house.until(order_id, lambda order: order["attention"])
    await house.pool.execute("UPDATE stores SET digested_at = now() - interval '2 hours'")
    await start_digests(house.pool, house.client)
    digest = await house.mailbox.wait_for(
        lambda mail: "attention" in mail.subject and f"#{late['number']}" in mail.text
    )

    assert "Klant belt terug over de kleur" in late["attention"][0]["text"]
    assert "Klant belt terug over de kleur" in digest.text
    assert "For: Customer service" in digest.text


async def in_the_list(house: House, order_id: str) -> dict[str, list[str]]:
    """The order, if it is in the list of what needs a person, and who that is."""
    answer = await house.http.get(
        "/v1/orders", params={"attention": True, "q": order_id}, headers=house.headers(house.staff)
    )
    return {row["order_id"]: row["owners"] for row in answer.json()["orders"]}


async def test_every_wait_shows_what_is_due_and_when(house: House) -> None:
    order_id = await house.placed(an_order(kind="offline"))
    unpaid = await house.show(order_id)
    paid = await house.done(order_id, "payment", status="paid")
    packed = await house.done(order_id, "packed")

    assert (unpaid["due_for"], paid["due_for"], packed["due_for"]) == (
        "remind_of_payment",
        "pick",
        "hand_over",
    )
    assert all(order["due_at"] for order in (unpaid, paid, packed))


async def test_a_person_who_saw_to_it_is_asked_again_when_it_stays_late(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.skip(order_id, timedelta(days=1, minutes=1))
    await house.until(order_id, lambda order: order["attention"])
    seen = await house.done(order_id, "resolve", reason="overdue_to_pick")
    await house.skip(order_id, timedelta(days=1, minutes=1))
    again = await house.until(order_id, lambda order: order["attention"])

    assert seen["attention"] == []
    assert [each["reason"] for each in again["attention"]] == ["overdue_to_pick"]


async def test_a_store_s_own_patience_is_kept(house: House) -> None:
    await house.open_store("hurried", policy={"pick_within": "PT1H"})
    order_id = await house.paid(an_order(store="hurried"))
    await house.skip(order_id, timedelta(minutes=61), "hurried")

    order = await house.until(order_id, lambda order: order["attention"])
    assert reasons(order) == ["overdue_to_pick"]


async def test_a_store_that_insists_on_every_step_refuses_to_skip_one(house: House) -> None:
    await house.open_store("strict", policy={"may_skip_steps": False})
    order_id = await house.paid(an_order(store="strict"))

    assert "does not skip steps" in await house.refused(order_id, "shipped")
    await house.done(order_id, "picked")
    await house.done(order_id, "packed")
    assert "label" in await house.refused(order_id, "shipped")
    await house.done(order_id, "labelled", tracking_number="3SX")
    assert (await house.done(order_id, "shipped"))["fulfillment_status"] == "SHIPPED"
