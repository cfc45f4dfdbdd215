"""What somebody of the staff waits for at an order with very many lines: the click, and the page after it."""

import time
from typing import Any, Final

import aiohttp
import asyncpg

from bench.figures import Figure, figure, percentile, spread
from bench.shop import Shop, an_order, new_id
from db import pool, sessions, staff
from db.sessions import Stage
from orders.rights import Role

SAME_ORIGIN: Final = {"Sec-Fetch-Site": "same-origin"}
DAY: Final[tuple[dict[str, str], ...]] = (
    {"type": "hold", "reason": "address"},
    {"type": "release", "reason": "address"},
    {"type": "picked"},
    {"type": "packed", "weight_grams": "7800"},
    {"type": "labelled", "carrier": "postnl", "tracking_number": "3SABC1234567"},
    {"type": "shipped", "mails": "yes", "notify": "yes"},
    {"type": "delivered"},
)
"""The forms that staff send for one order, from a hold to its end."""


async def acting(shop: Shop, address: str, database_url: str, lines: int, orders: int) -> list[Figure]:
    """Each step of so many orders of so many lines, given at the desk, with the page it leads back to."""
    connection = await asyncpg.connect(database_url)
    try:
        await pool.prepare(connection)
        await staff.make_ready(connection, "bench", "Bench", Role.ADMIN, new_id("a long password "))
        token = await sessions.open_session(connection, "bench", Stage.SIGNED, "bench", "127.0.0.1")
    finally:
        await connection.close()
    taken: dict[str, list[float]] = {}
    headers = {"Cookie": f"__Host-pakhuis={token}", **SAME_ORIGIN}
    async with aiohttp.ClientSession(address, headers=headers) as http:
        for _ in range(orders):
            body = _with_lines(an_order(new_id("M")), lines)
            await shop.place(body)
            await shop.give(body["order_id"], "payment", status="paid")
            path = f"/desk/orders/default/{body['order_id']}"
            await _look(http, path, taken, "look")
            for form in DAY:
                await _act(http, path, form, taken)
    every = [seconds for each in taken.values() for seconds in each]
    slowest = max(taken, key=lambda name: max(taken[name]))
    method = (
        f"POST and the page after it, one after the other; {spread(every)}; slowest: {slowest},"
        f" {max(taken[slowest]) * 1000:.0f} ms"
    )
    p99 = percentile(every, 0.99) * 1000
    return [figure(f"desk: a step of an order of {lines} lines, p99", p99, 1000, unit="ms", method=method)]


def _with_lines(body: dict[str, Any], count: int) -> dict[str, Any]:
    line = body["lines"][0]
    total = f"{12.5 * count:.2f}"
    return {
        **body,
        "lines": [{**line, "line_id": str(number), "sku": f"MUG-{number}"} for number in range(1, count + 1)],
        "totals": {"items": total, "total": total},
    }


async def _look(http: aiohttp.ClientSession, path: str, taken: dict[str, list[float]], name: str) -> None:
    began = time.perf_counter()
    async with http.get(path) as answer:
        answer.raise_for_status()
        await answer.read()
    taken.setdefault(name, []).append(time.perf_counter() - began)


async def _act(
    http: aiohttp.ClientSession, path: str, form: dict[str, str], taken: dict[str, list[float]]
) -> None:
    """Raises if what came of it is not told as a good thing."""
    began = time.perf_counter()
    async with http.post(f"{path}/commands", data={"command_id": new_id("c"), **form}) as answer:
        answer.raise_for_status()
        page = await answer.text()
    taken.setdefault(form["type"], []).append(time.perf_counter() - began)
    if 'class="notice ok' not in page:
        raise AssertionError(f"{form['type']} of {path} was not done")
