"""The full path, 20 in flight, against the bare floor measured before and after it; and its history."""

import asyncio
import sys
import time
from collections.abc import Callable

import asyncpg
from temporalio.client import Client

from bench import bare
from bench.figures import Figure, figure
from bench.shop import Shop, an_order, new_id

MAILS_PER_ORDER = 3


async def full_path(
    shop: Shop, client: Client, database_url: str, count: int, in_flight: int
) -> list[Figure]:
    """Orders a minute with all three mails sent, and the ratio to the floor in the same run."""
    floor = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.bare",
        client.service_client.config.target_host,
        stdout=asyncio.subprocess.PIPE,
    )
    assert floor.stdout is not None
    await floor.stdout.readline()
    connection = await asyncpg.connect(database_url)
    try:
        await _many(lambda: shop.full_path(new_id()), 40, in_flight)  # Warm both before the clock runs.
        await bare.per_minute(client, 40, in_flight, awaited=True)
        before = await bare.per_minute(client, count, in_flight, awaited=True)
        unawaited = await bare.per_minute(client, count, in_flight, awaited=False)
        began = time.perf_counter()
        marker = await connection.fetchval("SELECT coalesce(max(number), 0) FROM mails")
        await _many(lambda: shop.full_path(new_id()), count, in_flight)
        await _all_sent(connection, marker, count * MAILS_PER_ORDER)
        ours = count / (time.perf_counter() - began) * 60
        after = await bare.per_minute(client, count, in_flight, awaited=True)
    finally:
        await connection.close()
        floor.terminate()
        await floor.wait()
    ratio = ours / ((before + after) / 2)
    method = (
        f"{count} orders, {in_flight} in flight, to 3 mails sent; floor, each step answered before the next,"
        f" {before:,.0f} and {after:,.0f}/min"
    )
    loose = f"the same run; floor with five signals sent at once, {unawaited:,.0f}/min"

    def more(value: float, bar: float) -> bool:
        return value >= bar

    return [
        figure("full path: ratio to the bare floor", ratio, 0.40, unit="", method=method, better=more),
        Figure("full path: ratio to unawaited signals", f"{ours / unawaited:.2f}", "", None, loose),
        figure("full path: orders a minute", ours, 900, unit="/min", method="the same run", better=more),
    ]


async def history(shop: Shop, client: Client) -> list[Figure]:
    """Workflow tasks and events of one parcel, its steps 0.6 s apart as people work."""
    order_id = new_id("H")
    await shop.place(an_order(order_id))
    steps: list[tuple[str, dict[str, str]]] = [
        ("payment", {"status": "paid"}),
        ("picked", {}),
        ("packed", {}),
        ("labelled", {"tracking_number": "3SBENCH0001"}),
        ("shipped", {}),
    ]
    for type_, fields in steps:
        await asyncio.sleep(0.6)
        await shop.give(order_id, type_, **fields)
    await asyncio.sleep(1.5)
    handle = client.get_workflow_handle(f"order/default/{order_id}")
    events = [event async for event in handle.fetch_history_events()]
    tasks = sum(event.HasField("workflow_task_completed_event_attributes") for event in events)
    method = "one parcel, five steps 0.6 s apart, three mails"
    return [
        figure("workflow tasks of a one-parcel order", tasks, 10, unit="", method=method),
        figure("history events of a one-parcel order", len(events), 65, unit="", method=method),
    ]


async def _many(work: Callable[[], object], count: int, in_flight: int) -> None:
    slots = asyncio.Semaphore(in_flight)

    async def slotted() -> None:
        async with slots:
            await work()  # type: ignore[misc]

    await asyncio.gather(*(slotted() for _ in range(count)))


async def _all_sent(connection: "asyncpg.Connection[asyncpg.Record]", marker: int, wanted: int) -> None:
    deadline = time.perf_counter() + 120
    while True:
        sent = await connection.fetchval(
            "SELECT count(*) FROM mails WHERE number > $1 AND state = 'sent'", marker
        )
        if sent >= wanted:
            return
        if time.perf_counter() > deadline:
            raise AssertionError(f"{sent} of {wanted} mails were sent")
        await asyncio.sleep(0.05)
