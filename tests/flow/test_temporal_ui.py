"""Temporal's own pages tell an order's story to whoever has nothing else."""

import asyncio
from typing import Any

from temporalio.api.sdk.v1 import WorkflowMetadata

from tests.house import House
from tests.sample_orders import BOOK, MUG, an_order
from workflows.attributes import (
    DUE_AT,
    FULFILLMENT_METHOD,
    FULFILLMENT_STATUS,
    NEEDS_ATTENTION,
    PAYMENT_STATUS,
    STORE,
)


async def details(house: House, order_id: str) -> str:
    metadata: WorkflowMetadata = await house.handle(order_id).query(
        "__temporal_workflow_metadata", result_type=WorkflowMetadata
    )
    return metadata.current_details


async def summaries(house: House, order_id: str) -> list[str]:
    history = await house.handle(order_id).fetch_history()
    found: list[Any] = []
    for event in history.events:
        if event.user_metadata.HasField("summary"):
            found += await house.client.data_converter.decode([event.user_metadata.summary])
    return [str(each) for each in found]


async def test_the_list_can_be_searched_by_what_an_order_waits_for(house: House) -> None:
    order_id = await house.paid(an_order(method="pickup"))
    await house.done(order_id, "payment", status="paid", amount="1.00")
    query = (
        "PaymentStatus = 'PAID' AND FulfillmentStatus = 'AWAITING_PROCESSING'"
        " AND FulfillmentMethod = 'pickup'"
        " AND Store = 'default' AND NeedsAttention = true AND DueAt > '2026-01-01T00:00:00Z'"
        f" AND WorkflowId = '{house.handle(order_id).id}'"
    )
    deadline = asyncio.get_running_loop().time() + 10
    while not (found := [each.id async for each in house.client.list_workflows(query)]):
        assert asyncio.get_running_loop().time() < deadline, "the list never showed it"
        await asyncio.sleep(0.05)

    assert found == [f"order/default/{order_id}"]


async def test_the_attributes_follow_the_order(house: House) -> None:
    order_id = await house.placed(an_order())
    await house.started(order_id)
    before = (await house.handle(order_id).describe()).typed_search_attributes
    await house.done(order_id, "payment", status="paid")
    await house.done(order_id, "shipped")
    # The answer is there once it is recorded; Temporal hears of it when the workflow's task is over.
    deadline = asyncio.get_running_loop().time() + 10
    while (after := (await house.handle(order_id).describe()).typed_search_attributes)[
        FULFILLMENT_STATUS
    ] == "AWAITING_PROCESSING":
        assert asyncio.get_running_loop().time() < deadline, "the attributes did not follow"
        await asyncio.sleep(0.05)

    assert (before[PAYMENT_STATUS], before[FULFILLMENT_STATUS]) == ("AWAITING_PAYMENT", "AWAITING_PROCESSING")
    assert (after[PAYMENT_STATUS], after[FULFILLMENT_STATUS]) == ("PAID", "SHIPPED")
    assert (after[FULFILLMENT_METHOD], after[STORE], after[NEEDS_ATTENTION]) == ("shipping", "default", False)
    assert before[DUE_AT] < after[DUE_AT]


async def test_one_line_says_what_kind_of_order_it_is(house: House) -> None:
    order_id = await house.placed(an_order(MUG, BOOK))
    await house.started(order_id)
    described = await house.handle(order_id).describe()

    assert await described.static_summary() == f"default {order_id}: physical, digital, shipping, 38.95 EUR"


async def test_every_timer_and_every_step_says_what_it_is_for(house: House) -> None:
    order_id = await house.paid(an_order(MUG, BOOK))
    await house.done(order_id, "packed")
    await house.mail(order_id, "downloads")
    said = await summaries(house, order_id)

    assert {"remind_of_payment", "pick", "hand_over 1"} <= set(said)
    assert {"Mail order_received", "Mail downloads", "Downloads and gift cards of 1 lines"} <= set(said)


async def test_the_details_show_the_order_at_a_glance_from_its_first_moment(house: House) -> None:
    order_id = await house.placed(an_order())
    await house.started(order_id)
    at_first = await details(house, order_id)
    await house.done(order_id, "payment", status="paid")
    await house.done(order_id, "hold", reason="address")
    held = await details(house, order_id)
    await house.done(order_id, "release")
    await house.done(order_id, "shipped", tracking_number="3SGLANCE")
    shipped = await details(house, order_id)

    assert "AWAITING_PAYMENT, 0.00 EUR of 29.95 EUR" in at_first
    assert "| Holds | address |" in held
    assert "| 1 | shipped | 3SGLANCE |" in shipped
    assert "| 1 physical | 2 | 0 | 0 | 0 | 2 | 0 |" in shipped
