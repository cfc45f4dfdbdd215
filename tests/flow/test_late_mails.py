"""Mails that nobody waits for: of an order whose workflow has ended, and digests to the shop."""

import asyncio

from starter.digests import start_digests
from tests.house import House
from tests.relay import Relay
from tests.sample_orders import BOOK, an_order
from tests.shown import reasons, state_of_mail

FAILED_DIGESTS = "SELECT count(*) FROM mails WHERE order_id IS NULL AND state = 'failed'"


async def late(house: House, relay: Relay) -> tuple[str, str]:
    """An order that has ended, and the key of a mail after that which the relay refused for good."""
    body = an_order(BOOK)
    order_id = await house.paid(body)
    await house.ended(order_id)
    relay[body["customer"]["email"]] = "550 5.7.1 blocked"
    await house.done(order_id, "reissue", line_id="2")
    order = await house.until(order_id, lambda order: order["attention"])
    assert reasons(order) == ["mail_failed"]
    assert order["ended_at"]
    relay.clear()
    return order_id, order["attention"][0]["subject"]


async def test_a_late_mail_that_failed_is_found_on_the_list_and_sent_again(
    house: House, relay: Relay
) -> None:
    order_id, key = await late(house, relay)
    order = await house.done(order_id, "mail_again", mail_key=key)
    assert order["attention"] == []

    await house.until(order_id, lambda order: state_of_mail(order, key) == "sent")
    await house.refused(order_id, "mail_again", mail_key=key)


async def test_a_late_mail_that_fails_again_asks_for_a_person_again(house: House, relay: Relay) -> None:
    order_id, key = await late(house, relay)
    address = await house.pool.fetchval(
        "SELECT body -> 'customer' ->> 'email' FROM orders WHERE order_id = $1", order_id
    )
    relay[address] = "550 5.7.1 still blocked"
    await house.done(order_id, "mail_again", mail_key=key)

    order = await house.until(order_id, lambda order: order["attention"])
    assert [each["kind"] for each in order["timeline"]].count("mail") == 2


async def test_a_person_who_knows_that_a_late_mail_arrived_says_so(house: House, relay: Relay) -> None:
    order_id, key = await late(house, relay)
    order = await house.done(order_id, "mail_arrived", mail_key=key)

    assert order["attention"] == []
    assert state_of_mail(order, key) == "sent"
    assert await house.copies(order_id, key) == 0


async def test_a_digest_that_nobody_got_is_seen_in_the_metrics(house: House, relay: Relay) -> None:
    relay["nobody@pakhuis.example"] = "550 5.1.1 no such mailbox"
    await house.open_store("unheard", shop_addresses=["nobody@pakhuis.example"])
    order_id = await house.placed(an_order(store="unheard"))
    await house.done(order_id, "payment", status="paid", amount="99.00")
    await house.pool.execute(
        "UPDATE stores SET digested_at = now() - interval '2 hours' WHERE store = 'unheard'"
    )
    await start_digests(house.pool, house.client)
    async with asyncio.timeout(10):
        while not await house.pool.fetchval(FAILED_DIGESTS):
            await asyncio.sleep(0.03)

    figures = (await house.http.get("/metrics")).text.splitlines()
    assert "pakhuis_untold_digests 1.0" in figures
