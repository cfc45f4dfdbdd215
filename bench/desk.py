"""The desk over many orders: its list, its queues and its search, as somebody at work opens them."""

import time
from urllib.parse import urlencode

import aiohttp
import asyncpg

from bench.figures import Figure, figure, percentile, spread
from bench.latency import paced
from bench.shop import Shop, an_order, new_id
from db import pool, sessions, staff
from db.sessions import Stage
from orders.rights import Role

# Every kind of order a shop has: most are done, a few hundred wait in each queue, some for a person.
COPIES = """
WITH copied AS (
    INSERT INTO orders (store, order_id, number, placed_at, accepted_at, format, fingerprint, body, plan,
        page_token_hash, sequence, payment_status, fulfillment_status, fulfillment_method, is_open,
        needs_attention, facts, ended_at, is_history, search, tasks, moved_at)
    SELECT store, 'D' || n, n::text, placed_at - n * interval '1 minute',
        accepted_at - n * interval '1 minute', format, fingerprint, body, plan, sha256(('D' || n)::bytea),
        sequence, (ARRAY['PAID','AWAITING_PAYMENT','CANCELLED'])[1 + n % 3],
        (ARRAY['SHIPPED','AWAITING_PROCESSING','PROCESSING','DELIVERED'])[1 + n % 4],
        fulfillment_method, n % 10 = 0, n % 50 = 0, facts, now(), true,
        'd' || n || ' ' || n || ' klant' || n || '@example.com jan' || (n * 7919 % 100003) || ' mug-blue',
        CASE WHEN n % 10 = 0
            THEN ARRAY[(ARRAY['pick', 'pack', 'label', 'hand_over', 'collect', 'collect_payment',
                'release'])[1 + n / 10 % 7]]
            ELSE '{}' END,
        accepted_at - n * interval '1 minute'
    FROM orders, generate_series(1, $1::integer) AS n WHERE order_id = $2
    RETURNING store, order_id, needs_attention
), lines AS (
    INSERT INTO order_lines (store, order_id, line_id, position, kind, sku, name, ordered)
    SELECT store, order_id, '1', 0, 'physical', 'MUG-BLUE', 'Blauwe mok', 1 FROM copied
)
INSERT INTO attention (store, order_id, key, reason, since, text)
SELECT store, order_id, 'overdue_to_pick:', 'overdue_to_pick', now(), '{"key": "attention.overdue_to_pick"}'
FROM copied WHERE needs_attention"""


async def listing(shop: Shop, address: str, database_url: str, count: int) -> list[Figure]:
    """The whole pages of the list at the desk, over so many orders."""
    seed = new_id("L")
    await shop.place(an_order(seed))
    connection = await asyncpg.connect(database_url)
    try:
        await pool.prepare(connection)
        await connection.execute(COPIES, count, seed, timeout=300)
        for table in ("orders", "order_lines", "attention"):
            await connection.execute(f"VACUUM ANALYZE {table}")
        await staff.make_ready(connection, "bench", "Bench", Role.ADMIN, new_id("a long password "))
        token = await sessions.open_session(connection, "bench", Stage.SIGNED, "bench", "127.0.0.1")
    finally:
        await connection.close()
    questions: list[dict[str, str]] = [
        {},
        {"view": "to_pick"},
        {"view": "to_hand_over"},
        {"view": "late"},
        {"fulfillment": "PROCESSING", "payment": "PAID"},
        {"q": f"klant{count // 2}"},
        {"q": f"D{count - 1}"},
        {"q": "mug-blue"},
        {"q": "nothing like this"},
    ]
    turns = iter(questions * 20)
    async with aiohttp.ClientSession(address, headers={"Cookie": f"__Host-pakhuis={token}"}) as http:

        async def look() -> None:
            query = urlencode(next(turns))
            async with http.get(f"/desk/orders?{query}") as answer:
                answer.raise_for_status()
                await answer.read()

        slowest = await _slowest(http, questions)
        taken = await paced(look, 10, len(questions) * 12)
    p99 = percentile(taken, 0.99) * 1000
    method = f"whole pages, 10/s; {spread(taken)}; slowest: {slowest}"
    return [figure(f"desk: list and search at {count:,} orders, p99", p99, 150, unit="ms", method=method)]


async def _slowest(http: aiohttp.ClientSession, questions: list[dict[str, str]]) -> str:
    """Which question takes longest, asked once each."""
    taken: dict[str, float] = {}
    for question in questions:
        began = time.perf_counter()
        async with http.get(f"/desk/orders?{urlencode(question)}") as answer:
            answer.raise_for_status()
            await answer.read()
        taken[urlencode(question) or "all"] = time.perf_counter() - began
    worst = max(taken, key=taken.__getitem__)
    return f"{worst} {taken[worst] * 1000:.0f} ms"
