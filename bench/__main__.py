"""`make bench`: starts a stack of its own and prints the figures of the design; ARGS="--quick" is short."""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

import aiohttp

from bench import acting, bare, desk, latency, throughput, volume
from bench.figures import Figure, figure, show
from bench.shop import Shop
from embedded.ports import Ports
from embedded.preparing import preparing
from embedded.stack import Stack

PARTS = (
    "ready",
    "throughput",
    "history",
    "latency",
    "stopped",
    "downloads",
    "list",
    "desk",
    "acting",
    "memory",
)


async def measure(parts: tuple[str, ...], scale: float) -> list[Figure]:
    """Measure these parts; `scale` shortens them all."""
    home = Path(tempfile.mkdtemp(prefix="pakhuis-bench-"))
    home.chmod(0o711)
    began = time.perf_counter()
    figures: list[Figure] = []
    async with Stack(home, prepare=preparing(for_demo=True), ports=Ports.free()) as stack:
        ready = time.perf_counter() - began
        if "ready" in parts:
            figures.append(
                figure("to all parts ready, cold", ready, 5, unit="s", method="initdb to worker polling")
            )
        addresses = stack.addresses
        client = await bare.connect(addresses.temporal)
        patience = aiohttp.ClientTimeout(total=60)
        async with aiohttp.ClientSession(addresses.api, timeout=patience) as http:
            shop = Shop(http, dict(addresses.keys))
            await shop.full_path("WARM1")

            def said(found: list[Figure]) -> None:
                figures.extend(found)
                for each in found:
                    print(f"{each.name}: {each.value} ({each.bar}); {each.method}", flush=True)

            if "throughput" in parts:
                count = int(400 * scale)
                said(await throughput.full_path(shop, client, addresses.database_url, count, 20))
            if "history" in parts:
                said(await throughput.history(shop, client))
            if "latency" in parts:
                said(await latency.placing(shop, int(300 * scale)))
                said(await latency.commands(shop, addresses.database_url, int(300 * scale)))
            if "downloads" in parts:
                said(await latency.downloads(shop, addresses.database_url, int(300 * scale)))
            if "stopped" in parts:
                pid = addresses.pids["temporal"]
                said(await latency.placing_without_temporal(shop, pid, int(200 * scale)))
            if "list" in parts:
                said(await volume.listing(shop, addresses.database_url, int(100_000 * min(1, scale * 2))))
            if "desk" in parts:
                count = int(100_000 * min(1, scale * 2))
                said(await desk.listing(shop, addresses.api, addresses.database_url, count))
            if "acting" in parts:
                orders = max(2, int(20 * scale))
                said(await acting.acting(shop, addresses.api, addresses.database_url, 500, orders))
            if "memory" in parts:
                worker = addresses.pids["worker"]
                said(
                    await volume.waiting_orders(
                        shop, addresses.database_url, worker, int(1000 * scale), int(10_000 * scale)
                    )
                )
    return figures


def main() -> int:
    reader = argparse.ArgumentParser(prog="python -m bench")
    reader.add_argument("--quick", action="store_true", help="a tenth of everything")
    reader.add_argument("--only", choices=PARTS, action="append", help="only this part; may be repeated")
    chosen = reader.parse_args()
    parts = tuple(chosen.only or PARTS)
    show(asyncio.run(measure(parts, 0.1 if chosen.quick else 1)))
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)
