"""Orders played from the placing to the end, one for each path: what the kept histories tell."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from tests.house import House
from tests.sample_orders import BOOK, CARD, MUG, an_order


async def one_parcel(house: House) -> str:
    order_id = await house.paid(an_order())
    await house.done(order_id, "picked")
    await house.done(order_id, "packed")
    await house.done(order_id, "labelled", carrier="postnl", tracking_number="3SDEVC1234567")
    await house.done(order_id, "shipped")
    await house.done(order_id, "delivered")
    return order_id


async def two_parcels_on_two_days(house: House) -> str:
    order_id = await house.paid(an_order(MUG | {"quantity": 5}))
    await house.done(order_id, "packed", lines=[{"line_id": "1", "quantity": 3}])
    await house.done(order_id, "shipped", tracking_number="3SFIRST")
    await house.skip(order_id, timedelta(days=1, minutes=1))
    await house.until(order_id, lambda order: order["attention"])
    await house.done(order_id, "shipped", tracking_number="3SSECOND")
    await house.skip(order_id, timedelta(days=31))
    return order_id


async def downloads(house: House) -> str:
    return await house.paid(an_order(BOOK))


async def gift_card(house: House) -> str:
    return await house.paid(an_order(CARD))


async def mixed(house: House) -> str:
    order_id = await house.paid(an_order(MUG, BOOK, CARD))
    await house.mail(order_id, "downloads")
    await house.done(order_id, "reissue", line_id="2")
    await house.done(order_id, "shipped")
    await house.done(order_id, "delivered")
    return order_id


async def files_missing_at_first(house: House) -> str:
    order_id = await house.paid(an_order(BOOK | {"files": ["story.epub"]}))
    await house.until(order_id, lambda order: order["attention"])
    (house.settings.files / "story.epub").write_bytes(b"once upon a time")
    await house.skip(order_id, timedelta(minutes=11))
    return order_id


async def pickup_with_a_wrong_code_first(house: House) -> str:
    order_id = await house.paid(an_order(method="pickup"))
    await house.done(order_id, "ready_for_pickup")
    await house.refused(order_id, "collected", code="nonsense")
    await house.done(order_id, "collected", override=True)
    return order_id


async def local_delivery_that_failed_first(house: House) -> str:
    order_id = await house.paid(an_order(method="local_delivery"))
    await house.done(order_id, "packed")
    await house.done(order_id, "out_for_delivery")
    await house.done(order_id, "delivery_failed", reason="nobody home")
    await house.done(order_id, "out_for_delivery")
    await house.done(order_id, "delivered")
    return order_id


async def reminded_and_then_paid(house: House) -> str:
    order_id = await house.placed(an_order(kind="offline"))
    await house.skip(order_id, timedelta(days=5))
    await house.done(order_id, "payment", status="paid")
    await house.done(order_id, "shipped")
    await house.done(order_id, "delivered")
    return order_id


async def expired(house: House) -> str:
    order_id = await house.placed(an_order())
    await house.skip(order_id, timedelta(days=4))
    return order_id


async def held_too_long(house: House) -> str:
    order_id = await house.paid(an_order())
    await house.done(order_id, "hold", reason="address")
    await house.refused(order_id, "shipped")
    await house.skip(order_id, timedelta(days=3))
    await house.done(order_id, "release")
    await house.done(order_id, "shipped")
    await house.done(order_id, "delivered")
    return order_id


async def cancelled_and_paid_back(house: House) -> str:
    order_id = await house.paid(an_order())
    await house.done(order_id, "packed")
    await house.done(order_id, "cancel", lines=[{"line_id": "1", "quantity": 1}])
    await house.done(order_id, "cancel", reason="customer asked")
    await house.done(order_id, "resolve", reason="take_out_of_parcel")
    await house.done(order_id, "payment", status="refunded", amount="29.95")
    return order_id


async def a_mail_that_failed_and_one_sent_again(house: House) -> str:
    house.mailbox.refusal = lambda sender, recipients: "550 5.7.1 blocked"
    try:
        order_id = await house.placed(an_order())
        await house.until(order_id, lambda order: len(order["attention"]) == 2)
    finally:
        house.mailbox.refusal = lambda sender, recipients: None
    await house.done(order_id, "mail_again", mail_key="order_received")
    await house.done(order_id, "mail_arrived", mail_key="new_order:shop0")
    await house.done(order_id, "payment", status="paid")
    await house.done(order_id, "shipped")
    await house.done(order_id, "delivered")
    return order_id


async def a_mail_that_was_stopped_and_one_sent_after_all(house: House) -> str:
    order_id = await house.paid(an_order())
    await house.done(order_id, "shipped", undo_seconds=2)
    await house.done(order_id, "mail_stop", mail_key="shipped:1")
    await house.done(order_id, "delivered", undo_seconds=2)
    await house.done(order_id, "mail_stop", mail_key="delivered:1")
    await house.done(order_id, "mail_again", mail_key="delivered:1")
    await house.refused(order_id, "mail_stop", mail_key="order_received")
    return order_id


async def plain_signals_good_and_bad(house: House) -> str:
    order_id = await house.placed(an_order())
    await house.started(order_id)
    await house.signal(order_id, "shipped")
    await house.signal(order_id, "dance", {})
    await house.signal(order_id, "payment", {"status": "paid", "command_id": "raw-1"})
    await house.signal(order_id, "payment", {"status": "paid", "command_id": "raw-1"})
    await house.signal(order_id, "shipped", {"tracking_number": "3SRAW"})
    await house.signal(order_id, "delivered", {})
    return order_id


STORIES: Final[tuple[Callable[[House], Awaitable[str]], ...]] = (
    one_parcel,
    two_parcels_on_two_days,
    downloads,
    gift_card,
    mixed,
    files_missing_at_first,
    pickup_with_a_wrong_code_first,
    local_delivery_that_failed_first,
    reminded_and_then_paid,
    expired,
    held_too_long,
    cancelled_and_paid_back,
    a_mail_that_failed_and_one_sent_again,
    a_mail_that_was_stopped_and_one_sent_after_all,
    plain_signals_good_and_bad,
)


async def long_enough_to_start_afresh(house: House) -> str:
    """For a Temporal that suggests so after some ten events."""
    order_id = await house.paid(an_order(MUG | {"quantity": 12}))
    for number in range(12):
        await house.done(order_id, "shipped", lines=[{"line_id": "1", "quantity": 1}], parcel=f"p{number}")
    for number in range(12):
        await house.done(order_id, "delivered", parcel=f"p{number}")
    return order_id
