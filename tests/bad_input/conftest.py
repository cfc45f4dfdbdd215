"""The houses of these tests: one where nobody works, for thousands of orders, and its address over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import httpx
import pytest

from embedded.ports import free_port
from embedded.temporal import Temporal
from starter.http.app import serve
from tests.bad_input.schema import app_of
from tests.house import House, open_house


class Served(NamedTuple):
    """The front door on a port of its own, as a production process serves it."""

    house: House
    port: int
    http: httpx.AsyncClient


@pytest.fixture(scope="session")
async def idle(
    postgres_url: str, temporal: Temporal, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """A house in which nobody works: orders are kept and their workflows started, and no more."""
    folder = tmp_path_factory.mktemp("idle")
    folder.chmod(0o755)
    async with open_house(
        postgres_url, temporal.address, folder, task_queue="nobody-works-on-bad-input", works=False
    ) as house:
        yield house


@asynccontextmanager
async def serving(house: House, come_in_within_seconds: float = 30.0) -> AsyncIterator[Served]:
    """The front door of a house, served."""
    port, stop = free_port(), asyncio.Event()
    task = asyncio.create_task(serve(app_of(house), "127.0.0.1", port, stop, come_in_within_seconds))
    try:
        limits = httpx.Limits(max_connections=50)
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", trust_env=False, limits=limits
        ) as client:
            await _answers(client, task)
            yield Served(house, port, client)
    finally:
        stop.set()
        await task


async def _answers(client: httpx.AsyncClient, task: asyncio.Task[Any]) -> None:
    deadline = asyncio.get_running_loop().time() + 10
    while not task.done() and asyncio.get_running_loop().time() < deadline:
        try:
            await client.get("/healthz")
        except httpx.TransportError:
            await asyncio.sleep(0.02)
        else:
            return
    raise AssertionError("the front door does not answer")


@pytest.fixture(scope="session")
async def served(idle: House) -> AsyncIterator[Served]:
    """The idle house, served with the patience it has in production."""
    async with serving(idle) as opened:
        yield opened


@pytest.fixture(scope="session")
async def hasty(idle: House) -> AsyncIterator[Served]:
    """The idle house, served with the patience of one second."""
    async with serving(idle, 1.0) as opened:
        yield opened
