"""While two releases run side by side, and after a roll-back, this one reads what a later one kept."""

import json
import uuid

import pytest

from db import digests, downloads, reading, stores
from orders.as_kept import as_kept
from orders.store import StoreSettings
from tests.house import House
from tests.sample_orders import BOOK, an_order

LATER = {"of_a_later_release": {"is": "new"}}


async def test_settings_and_orders_with_fields_of_a_later_release_are_read_and_played(house: House) -> None:
    store = f"later-{uuid.uuid4().hex[:8]}"
    await house.open_store(store, look={"name": store}, shop_addresses=["shop@example.com"])
    later = json.dumps(LATER)
    await house.pool.execute(
        "UPDATE stores SET settings = jsonb_set(settings || $2::text::jsonb, '{look}',"
        " settings -> 'look' || $2::text::jsonb) WHERE store = $1",
        store,
        later,
    )
    stores.read.cache_clear()

    order_id = await house.placed(an_order(BOOK, store=store))
    await house.pool.execute(
        "UPDATE orders SET body = body || $2::text::jsonb WHERE order_id = $1", order_id, later
    )
    await house.done(order_id, "payment", status="paid")
    sent = await house.mail(order_id, "downloads")
    async with house.pool.acquire() as connection:
        whole = await reading.whole(connection, store, order_id)
        goods = await downloads.goods(connection, store, order_id)
        everything = await stores.everything(connection)
        await digests.due(connection, whole.kept.accepted_at)

    async with house.pool.acquire() as connection:
        known = await stores.settings(connection, store)
        await stores.keep(connection, store, known.model_copy(update={"currency": "USD"}))
        kept = await connection.fetchval("SELECT settings FROM stores WHERE store = $1", store)

    assert sent.subject
    assert kept["of_a_later_release"] == LATER["of_a_later_release"]
    assert kept["currency"] == "USD"
    assert whole.kept.order.order_id == order_id
    assert goods.settings.look.name == everything[store].look.name == store


def test_what_fits_nothing_is_still_an_error() -> None:
    with pytest.raises(ValueError, match="look"):
        as_kept(StoreSettings, {"look": 3})
