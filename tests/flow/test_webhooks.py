"""Payments told by their provider's webhook: kept once, whenever they come and however often."""

import asyncio
import json

import httpx
import pytest

from tests.house import House
from tests.sample_orders import BOOK, an_order
from tests.town import Town
from tests.webhooks import (
    ADDRESS,
    Provider,
    a_payment,
    a_provider,
    a_webhook_id,
    headers,
    kept,
)


@pytest.fixture(scope="module")
async def provider(house: House) -> Provider:
    return await a_provider(house)


def told(order: dict[str, object]) -> list[tuple[object, object]]:
    """What the timeline says of payments."""
    timeline = order["timeline"]
    assert isinstance(timeline, list)
    return [(each["actor"], each["outcome"]) for each in timeline if each["kind"] == "payment"]


async def test_a_payment_told_by_its_provider_is_on_the_order_and_signed(
    house: House, provider: Provider
) -> None:
    order_id = await house.placed(an_order())
    answer = await provider.tell(a_payment(order_id), webhook_id := a_webhook_id())
    order = await house.until(order_id, lambda order: order["payment_status"] == "PAID")

    assert answer.status_code == 200
    assert (answer.json()["outcome"], answer.json()["command_id"]) == ("kept", f"standard:{webhook_id}")
    assert told(order) == [("provider:standard", "applied")]
    assert [each["reference"] for each in order["payments"]] == [f"tr_{order_id}"]


@pytest.mark.parametrize("times", [1, 2, 50])
async def test_a_webhook_that_comes_again_changes_nothing_and_gets_its_2xx(
    house: House, provider: Provider, times: int
) -> None:
    order_id, webhook_id = await house.placed(an_order()), a_webhook_id()
    at_once = await asyncio.gather(
        *(provider.tell(a_payment(order_id), webhook_id, late=each) for each in range(times))
    )
    await house.until(order_id, lambda order: order["payment_status"] == "PAID")
    later = await provider.tell(a_payment(order_id), webhook_id)
    order = await house.done(order_id, "packed")

    assert {answer.status_code for answer in (*at_once, later)} == {200}
    assert sum(answer.json()["outcome"] == "kept" for answer in at_once) == 1
    assert later.json()["outcome"] == "repeated"
    assert len(order["payments"]) == 1
    assert told(order) == [("provider:standard", "applied")]


async def test_a_checkout_and_a_provider_that_tell_of_one_payment_at_one_moment_make_it_one(
    house: House, provider: Provider
) -> None:
    order_ids = [await house.placed(an_order()) for _ in range(30)]
    fields = {"status": "paid", "amount": "29.95", "currency": "EUR"}
    answers = await asyncio.gather(
        *(provider.tell(a_payment(order_id)) for order_id in order_ids),
        *(house.send(order_id, "payment", reference=f"tr_{order_id}", **fields) for order_id in order_ids),
    )
    orders = [await house.until(order_id, lambda order: len(told(order)) == 2, 30) for order_id in order_ids]

    assert {answer.status_code for answer in answers} <= {200, 202}  # 202: kept, and answered in a while.
    assert [len(order["payments"]) for order in orders] == [1] * 30
    assert [order["amount_due"] for order in orders] == ["0.00"] * 30


async def test_a_payment_that_comes_before_its_order_waits_for_it(house: House, provider: Provider) -> None:
    body = an_order()
    answer = await provider.tell(a_payment(body["order_id"]))
    await house.placed(body)
    order = await house.until(body["order_id"], lambda order: order["payment_status"] == "PAID")

    assert (answer.status_code, answer.json()["outcome"]) == (200, "kept")
    assert told(order) == [("provider:standard", "applied")]


async def test_a_failure_told_after_the_goods_have_left_takes_nothing_back(
    house: House, provider: Provider
) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "shipped")
    answer = await provider.tell(a_payment(order_id, status="failed", event_id="evt_late"))
    order = await house.until(order_id, lambda order: len(told(order)) == 2)

    assert answer.status_code == 200
    assert (order["payment_status"], order["fulfillment_status"]) == ("PAID", "SHIPPED")


async def test_money_that_comes_after_a_cancel_asks_for_a_person(house: House, provider: Provider) -> None:
    order_id = await house.placed(an_order())
    await house.done(order_id, "cancel", reason="changed_mind")
    answer = await provider.tell(a_payment(order_id))
    order = await house.until(order_id, lambda order: order["attention"])

    assert answer.status_code == 200
    assert [each["reason"] for each in order["attention"]] == ["refund_due"]
    assert order["fulfillment_status"] == "WILL_NOT_DELIVER"


async def test_money_for_an_order_that_has_ended_is_written_down_and_asks_for_a_person(
    house: House, provider: Provider
) -> None:
    order_id = await house.paid(an_order(BOOK))
    await house.ended(order_id)
    answer = await provider.tell(a_payment(order_id, amount="9.00", event_id="evt_second"))
    order = await house.until(order_id, lambda order: order["attention"])

    assert answer.status_code == 200
    assert [each["reason"] for each in order["attention"]] == ["overpaid"]
    assert len(order["payments"]) == 2


async def test_a_webhook_signed_for_one_store_pays_no_order_of_another(
    house: House, provider: Provider
) -> None:
    await house.open_store("webhooks-other")
    other = await a_provider(house, "webhooks-other")
    order_id = await house.placed(an_order())
    named = await other.tell(a_payment(order_id))
    unnamed = await other.tell(a_payment(order_id, store=None))
    right = await provider.tell(a_payment(order_id, amount="5.00"))
    order = await house.until(order_id, lambda order: order["payments"])

    assert (named.status_code, named.json()["type"]) == (403, "urn:pakhuis:door.webhook_of_another_store")
    assert (unnamed.status_code, right.status_code) == (200, 200)  # Kept for an order of that store's own.
    assert [each["amount"] for each in order["payments"]] == ["5.00"]


async def test_an_event_about_something_else_is_2xx_and_nothing_is_kept(
    house: House, provider: Provider
) -> None:
    order_id = await house.placed(an_order())
    answer = await provider.tell({"type": "payout.paid", "order_id": order_id, "anything": [1, 2]})

    assert (answer.status_code, answer.json()["outcome"]) == (200, "nothing_asked")
    assert await kept(house, order_id) == 0


async def test_a_webhook_id_that_comes_with_something_else_is_refused_and_changes_nothing(
    house: House, provider: Provider
) -> None:
    order_id, webhook_id = await house.placed(an_order()), a_webhook_id()
    await provider.tell(a_payment(order_id, amount="1.00"), webhook_id)
    answer = await provider.tell(a_payment(order_id, amount="2.00"), webhook_id)
    order = await house.until(order_id, lambda order: order["payments"])

    assert (answer.status_code, answer.json()["type"]) == (409, "urn:pakhuis:door.command_differs")
    assert [each["amount"] for each in order["payments"]] == ["1.00"]


async def test_what_is_not_signed_or_stale_or_wrong_keeps_nothing(house: House, provider: Provider) -> None:
    body = a_payment(an_order()["order_id"])
    raw = json.dumps(body).encode()
    good = headers(provider.secret, raw, a_webhook_id())
    other = await a_provider(house)
    await other.end()

    async def post(content: bytes, sent: dict[str, str]) -> httpx.Response:
        return await house.http.post(ADDRESS, content=content, headers=sent)

    unsigned = [
        await post(raw, {}),
        await post(raw, house.headers(house.ops)),
        await post(raw.replace(b"29.95", b"29.94"), good),
        await post(json.dumps(body, separators=(",", ":")).encode(), good),
        await post(raw, good | {"webhook-id": a_webhook_id()}),
        *[await post(raw, {name: good[name] for name in good if name != left_out}) for left_out in good],
        await other.tell(body),
    ]
    stale = [await provider.tell(body, late=302), await provider.tell(body, late=-302)]
    wrong = await provider.tell(body | {"amount": "29.955"})
    no_json = await provider.tell(raw[:-1])

    assert {answer.json()["type"] for answer in unsigned} == {"urn:pakhuis:door.webhook_not_signed"}
    assert {answer.json()["type"] for answer in stale} == {"urn:pakhuis:door.webhook_stale"}
    assert {answer.status_code for answer in (*unsigned, *stale)} == {401}
    assert {answer.headers["www-authenticate"] for answer in (*unsigned, *stale)} == {"Webhook-Signature"}
    assert (wrong.status_code, [each["field"] for each in wrong.json()["errors"]]) == (422, ["amount"])
    assert no_json.status_code == 400
    assert await kept(house, body["order_id"]) == 0


async def test_a_provider_nobody_knows_or_nobody_set_up_is_told_so(house: House) -> None:
    async with house.pool.acquire() as connection:
        await connection.execute("UPDATE webhook_secrets SET provider = 'of old'")
        try:
            deadline = asyncio.get_running_loop().time() + 10
            while True:  # What was known a moment ago is good a moment longer.
                without = await house.http.post(ADDRESS, content=b"{}")
                if without.status_code != 401 or asyncio.get_running_loop().time() > deadline:
                    break
        finally:
            await connection.execute("UPDATE webhook_secrets SET provider = 'standard'")
    unknown = await house.http.post(ADDRESS.replace("standard", "paypall"), content=b"{}")
    dutch = await house.http.post(ADDRESS, content=b"{}", headers={"Accept-Language": "nl"})

    assert (without.status_code, without.json()["type"]) == (404, "urn:pakhuis:door.provider_not_set_up")
    assert (unknown.status_code, unknown.json()["type"]) == (404, "urn:pakhuis:door.provider_not_found")
    assert "paypall" in unknown.json()["detail"]
    assert "ondertekening" in dutch.json()["detail"]


async def test_too_much_is_refused_before_it_is_all_read(house: House, provider: Provider) -> None:
    answer = await provider.tell(b" " * 262_145)

    assert (answer.status_code, answer.json()["type"]) == (413, "urn:pakhuis:door.too_large")


async def test_a_secret_is_replaced_under_load_without_one_webhook_refused(house: House) -> None:
    order_id = await house.placed(an_order())
    old = await a_provider(house)
    signing, statuses = [old], []

    async def send() -> None:
        while signing:
            body = a_payment(order_id, amount="0.01", event_id=(webhook_id := a_webhook_id()))
            statuses.append((await signing[-1].tell(body, webhook_id)).status_code)

    async def sent(more: int) -> None:
        enough = len(statuses) + more
        while len(statuses) < enough:
            await asyncio.sleep(0.01)

    sending = [asyncio.create_task(send()) for _ in range(4)]
    await sent(40)
    signing.append(await a_provider(house))  # From this very moment.
    await sent(40)
    await old.end()
    await sent(40)
    signing.clear()
    await asyncio.gather(*sending)

    assert set(statuses) == {200}
    assert await kept(house, order_id) == len(statuses) >= 120


async def test_a_secret_that_was_ended_signs_nothing_a_moment_later(house: House) -> None:
    ended = await a_provider(house)
    body, webhook_id = a_payment(await house.placed(an_order())), a_webhook_id()
    before = await ended.tell(body, webhook_id)
    await ended.end()
    deadline = asyncio.get_running_loop().time() + 10
    while (after := await ended.tell(body, webhook_id)).status_code == 200:
        assert asyncio.get_running_loop().time() < deadline, "it signs on"

    assert (before.status_code, after.status_code) == (200, 401)


async def test_a_payment_is_brought_to_its_order_without_waiting_for_the_sweep(town: Town) -> None:
    house = town.house  # Where nobody sweeps.
    provider = await a_provider(house)
    order_id = await house.placed(an_order())
    await provider.tell(a_payment(order_id))
    brought = "SELECT count(*) FROM commands WHERE order_id = $1 AND delivered_at IS NOT NULL"
    deadline = asyncio.get_running_loop().time() + 10
    while not await house.pool.fetchval(brought, order_id):
        assert asyncio.get_running_loop().time() < deadline, "it was not brought"
        await asyncio.sleep(0.02)


async def test_webhooks_are_kept_while_temporal_is_away_and_applied_when_it_is_back(town: Town) -> None:
    house = town.house
    provider = await a_provider(house)
    async with house.working():
        order_ids = [await house.placed(an_order()) for _ in range(10)]
        await town.temporal.stop()
        answers = await asyncio.gather(*(provider.tell(a_payment(order_id)) for order_id in order_ids))
        await town.temporal.start()
        orders = [
            await house.until(order_id, lambda order: order["payment_status"] == "PAID", 30)
            for order_id in order_ids
        ]

    assert {(answer.status_code, answer.json()["outcome"]) for answer in answers} == {(200, "kept")}
    assert all(len(order["payments"]) == 1 for order in orders)
