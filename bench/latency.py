"""How long people wait: placing, commands, and a download's way to the mail relay, at a steady pace."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable

import asyncpg

from bench.figures import Figure, figure, percentile, spread
from bench.shop import Shop, an_order, new_id


async def paced(work: Callable[[], Awaitable[None]], per_second: float, count: int) -> list[float]:
    """Seconds each call took, started at a steady pace whether or not the last one is done."""
    taken: list[float] = []

    async def timed() -> None:
        began = time.perf_counter()
        await work()
        taken.append(time.perf_counter() - began)

    tasks = []
    began = time.perf_counter()
    for number in range(count):
        await asyncio.sleep(max(0, began + number / per_second - time.perf_counter()))
        tasks.append(asyncio.create_task(timed()))
    await asyncio.gather(*tasks)
    return taken


async def placing(shop: Shop, count: int) -> list[Figure]:
    taken = await paced(lambda: shop.place(an_order(new_id("P"))), 10, count)
    p99 = percentile(taken, 0.99) * 1000
    return [figure("POST /v1/orders, p99", p99, 75, unit="ms", method=f"10/s; {spread(taken)}")]


async def placing_without_temporal(shop: Shop, temporal_pid: int, count: int) -> list[Figure]:
    os.kill(temporal_pid, signal.SIGSTOP)
    try:
        taken = await paced(lambda: shop.place(an_order(new_id("S"))), 10, count)
    finally:
        os.kill(temporal_pid, signal.SIGCONT)
    p99 = percentile(taken, 0.99) * 1000
    return [
        figure(
            "POST /v1/orders with Temporal stopped, p99", p99, 100, unit="ms", method=f"10/s; {spread(taken)}"
        )
    ]


async def at_rest(database_url: str) -> None:
    """Until every mail is sent: what was placed to prepare a measurement must not weigh on it."""
    connection = await asyncpg.connect(database_url)
    try:
        while await connection.fetchval("SELECT EXISTS (SELECT FROM mails WHERE state <> 'sent')"):
            await asyncio.sleep(0.2)
    finally:
        await connection.close()


async def commands(shop: Shop, database_url: str, count: int) -> list[Figure]:
    orders = [new_id("C") for _ in range(count)]
    for order_id in orders:
        await shop.place(an_order(order_id))
    await at_rest(database_url)
    waiting = iter(orders)
    taken = await paced(lambda: shop.give(next(waiting), "payment", status="paid"), 10, count)
    p99 = percentile(taken, 0.99) * 1000
    return [figure("command to 200 applied, p99", p99, 200, unit="ms", method=f"10/s; {spread(taken)}")]


async def downloads(shop: Shop, database_url: str, count: int) -> list[Figure]:
    """From the moment a payment was accepted to the moment the relay took the download mail."""
    orders = [new_id("D") for _ in range(count)]

    async def one() -> None:
        order_id = waiting.pop()
        await shop.place(an_order(order_id, digital=True))
        await shop.give(order_id, "payment", status="paid")

    waiting = list(orders)
    await paced(one, 10, count)
    connection = await asyncpg.connect(database_url)
    try:
        deadline = time.perf_counter() + 60
        while True:
            rows = await connection.fetch(
                """SELECT extract(epoch FROM mails.sent_at - commands.received_at)::float AS seconds
                FROM mails JOIN commands USING (store, order_id)
                WHERE order_id = ANY($1::text[]) AND kind = 'downloads' AND sent_at IS NOT NULL""",
                orders,
            )
            if len(rows) == count:
                break
            if time.perf_counter() > deadline:
                raise AssertionError(f"{len(rows)} of {count} download mails were sent")
            await asyncio.sleep(0.1)
    finally:
        await connection.close()
    taken = [row["seconds"] for row in rows]
    p99 = percentile(taken, 0.99) * 1000
    return [
        figure(
            "payment to download mail at the relay, p99",
            p99,
            500,
            unit="ms",
            method=f"10 orders/s; {spread(taken)}",
        )
    ]
