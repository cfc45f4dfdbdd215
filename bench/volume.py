"""What volume does: the worker's memory with many orders waiting, and the list over 100,000 orders."""

import asyncio
import time
from pathlib import Path

import asyncpg

from bench.figures import Figure, figure, percentile, spread
from bench.latency import at_rest, paced
from bench.shop import Shop, an_order, new_id

COPY = """
INSERT INTO orders (store, order_id, number, placed_at, accepted_at, format, fingerprint, body, plan,
    page_token_hash, sequence, payment_status, fulfillment_status, fulfillment_method, is_open,
    needs_attention, facts, ended_at, is_history, search)
SELECT store, 'V' || n, n::text, placed_at - n * interval '1 minute',
    accepted_at - n * interval '1 minute', format, fingerprint, body, plan, sha256(('V' || n)::bytea),
    sequence, (ARRAY['PAID','AWAITING_PAYMENT','CANCELLED'])[1 + n % 3],
    (ARRAY['SHIPPED','AWAITING_PROCESSING','PROCESSING','DELIVERED'])[1 + n % 4],
    fulfillment_method, n % 10 = 0, n % 50 = 0, facts, now(), true,
    'v' || n || ' ' || n || ' klant' || n || '@example.com jan' || (n * 7919 % 100003) || ' mug-blue'
FROM orders, generate_series(1, $1) AS n WHERE order_id = $2"""


def memory_of(pid: int) -> float:
    """Resident memory of a process in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise LookupError(pid)


async def waiting_orders(
    shop: Shop, database_url: str, worker_pid: int, fewer: int, more: int
) -> list[Figure]:
    """Growth of the worker's memory between so many and so many more waiting orders."""
    slots = asyncio.Semaphore(20)

    async def place() -> None:
        async with slots:
            await shop.place(an_order(new_id("W")))

    await asyncio.gather(*(place() for _ in range(fewer)))
    await at_rest(database_url)
    await asyncio.sleep(5)
    before = memory_of(worker_pid)
    await asyncio.gather(*(place() for _ in range(more - fewer)))
    await at_rest(database_url)
    await asyncio.sleep(5)
    after = memory_of(worker_pid)
    method = f"{before:.0f} MB with {fewer:,} waiting orders, {after:.0f} MB with {more:,}"
    return [figure("worker memory growth", after - before, 50, unit="MB", method=method)]


async def listing(shop: Shop, database_url: str, count: int) -> list[Figure]:
    """The list and the search, over so many orders."""
    seed = new_id("L")
    await shop.place(an_order(seed))
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(COPY, count, seed)
        await connection.execute("ANALYZE orders")
    finally:
        await connection.close()
    questions: list[dict[str, str]] = [
        {},
        {"fulfillment_status": "PROCESSING", "payment_status": "PAID"},
        {"attention": "true"},
        {"open": "true", "method": "shipping"},
        {"q": f"klant{count // 2}"},
        {"q": f"klant{count // 3}@example.com"},
        {"q": f"V{count - 1}"},
        {"q": "nothing like this"},
    ]
    figures = []
    taken: list[float] = []
    for question in questions:
        began = time.perf_counter()
        await shop.search(**question)
        taken.append(time.perf_counter() - began)
    turns = iter(questions * 20)
    taken = await paced(lambda: shop.search(**next(turns)), 10, len(questions) * 12)
    p99 = percentile(taken, 0.99) * 1000
    figures.append(
        figure(
            f"list and search at {count:,} orders, p99", p99, 150, unit="ms", method=f"10/s; {spread(taken)}"
        )
    )
    return figures
