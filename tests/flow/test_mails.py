"""Mails: who gets them, in which language, and what a relay that says no does to an order."""

import re
import uuid
from datetime import UTC, datetime

import pytest

from db import digests, low_stock
from db.audit import Doer
from starter.digests import start_digests
from tests.house import SHOP, House
from tests.relay import Relay
from tests.sample_orders import BOOK, MUG, an_order
from tests.shown import reasons


@pytest.mark.parametrize(
    ("locale", "words"), [("nl-NL", "bestelling"), ("en-GB", "order"), ("fr-FR", "order"), (None, "order")]
)
async def test_the_customer_is_addressed_in_a_language_the_store_speaks(
    house: House, locale: str | None, words: str
) -> None:
    order_id = await house.placed(an_order(locale=locale))

    assert words in (await house.mail(order_id, "order_received")).subject


async def test_an_order_that_asks_for_silence_mails_only_the_shop(house: House) -> None:
    order_id = await house.paid(an_order(notify_customer=False))
    await house.done(order_id, "shipped")
    await house.mail(order_id, "new_order")

    order = await house.show(order_id)
    assert [mail["kind"] for mail in order["mails"]] == ["new_order"]


async def test_a_customer_without_an_address_is_found_on_the_list_where_downloads_wait(house: House) -> None:
    body = an_order(BOOK)
    del body["customer"]["email"]
    order_id = await house.paid(body)

    order = await house.until(order_id, lambda order: order["attention"])
    assert reasons(order) == ["no_address"]


async def test_a_shop_that_wants_copies_gets_them_without_the_secrets(house: House) -> None:
    await house.open_store(
        "copies", look={"name": "Kopie"}, language="nl", copy_customer_mails_to="copies@pakhuis.example"
    )
    order_id = await house.paid(an_order(BOOK, store="copies"))
    mine = await house.mail(order_id, "downloads")
    copies = await house.mails_to("copies@pakhuis.example", 2)
    (copy,) = [mail for mail in copies if "Kopie" in mail.subject and "download" in mail.subject.lower()]

    link = next(line for line in mine.text.splitlines() if "/d/" in line)
    assert link not in copy.raw.decode()
    assert "/d/" not in copy.text
    assert copy.subject != mine.subject


async def test_a_no_for_now_is_asked_again_with_the_very_same_bytes(house: House, relay: Relay) -> None:
    order_id = await relay.placed("451 4.7.1 later")
    await house.until(order_id, lambda order: "retry" in [mail["state"] for mail in order["mails"]])
    query = "SELECT raw, attempt FROM mails WHERE order_id = $1 AND kind = 'order_received'"
    before = await house.pool.fetchrow(query, order_id)
    relay.clear()
    await house.mail(order_id, "order_received", 20)
    after = await house.pool.fetchrow(query, order_id)

    assert before is not None
    assert after is not None
    assert after["raw"] == before["raw"]
    assert after["attempt"] > 1
    assert await house.copies(order_id, "order_received") == 1


async def test_a_no_for_good_asks_for_a_person_and_the_order_goes_on(house: House, relay: Relay) -> None:
    body = an_order()
    relay[body["customer"]["email"]] = "550 5.1.1 no such mailbox"
    order_id = await house.paid(body)
    order = await house.until(order_id, lambda order: order["attention"])
    shipped = await house.done(order_id, "shipped", notify=False)

    assert reasons(order) == ["mail_failed"]
    assert "failed" in [mail["state"] for mail in order["mails"]]
    assert shipped["fulfillment_status"] == "SHIPPED"
    assert body["customer"]["email"] not in str(await house.handle(order_id).fetch_history())


async def test_what_runs_low_is_told_to_the_shop_once(house: House) -> None:
    store = f"low-{uuid.uuid4().hex[:8]}"
    await house.open_store(store, look={"name": store}, shop_addresses=[SHOP], low_limit=5)
    lines = [
        {**MUG, "line_id": str(n), "sku": sku, "name": sku, "stock_left": left}
        for n, (sku, left) in enumerate({"CUP": 5, "POT": 0, "JAR": 6, "BOX": 1}.items())
    ]
    await house.placed(an_order(*lines, store=store))
    async with house.pool.acquire() as connection:
        await low_stock.there_again(connection, Doer("staff:anna"), store, "BOX")
    query = "UPDATE stores SET digested_at = now() - interval '2 hours' WHERE store = $1"
    await house.pool.execute(query, store)
    await start_digests(house.pool, house.client)
    digest = await house.mailbox.wait_for(lambda mail: f"[{store}], 2 products run low" in mail.subject)
    await house.pool.execute(query, store)
    async with house.pool.acquire() as connection:
        due = [each.store for each in await digests.due(connection, datetime.now(UTC))]
    mails = await house.pool.fetchval(
        "SELECT count(*) FROM mails WHERE store = $1 AND kind = 'attention_digest'", store
    )

    assert SHOP in digest.recipients
    assert "CUP (SKU CUP)\n5 left, limit 5" in digest.text.replace("\r\n", "\n")
    assert "POT (SKU POT)\n0 left, limit 5" in digest.text.replace("\r\n", "\n")
    assert not {"JAR", "BOX"} & set(re.findall(r"[A-Z]{3}", digest.text))
    assert store not in due
    assert mails == 1


async def test_what_needs_a_person_is_told_to_the_shop_once(house: House) -> None:
    order_id = await house.placed(an_order())
    await house.done(order_id, "payment", status="paid", amount="99.00")
    number = (await house.show(order_id))["number"]
    await house.pool.execute("UPDATE stores SET digested_at = now() - interval '2 hours'")
    started = await start_digests(house.pool, house.client)
    digest = await house.mailbox.wait_for(
        lambda mail: SHOP in mail.recipients and "attention" in mail.subject and f"#{number}" in mail.text
    )
    await house.pool.execute("UPDATE stores SET digested_at = now() - interval '2 hours'")
    again = await start_digests(house.pool, house.client)

    assert started >= 1
    assert "For: Finance" in digest.text
    assert again == 0
