"""Schemathesis over the whole OpenAPI document: every call, every check, and calls in a row by its links."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from embedded.temporal import Temporal
from tests.bad_input.conftest import serving
from tests.bad_input.corpus import FOLDER, LONG_RUN
from tests.house import House, open_house
from tests.webhooks import a_provider

EXAMPLES: Final = os.environ.get("PAKHUIS_EXAMPLES", "100")
PHASES: Final = ("examples", "coverage", "fuzzing", "stateful")


@pytest.fixture
async def house(
    postgres_url: str, temporal: Temporal, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """A house of its own: calls of all kinds change its settings, its staff and what is asked of them."""
    folder = tmp_path_factory.mktemp("tried")
    folder.chmod(0o755)
    async with open_house(postgres_url, temporal.address, folder, task_queue="tried") as opened:
        yield opened


async def test_the_front_door_keeps_what_its_document_promises(house: House, tmp_path: Path) -> None:
    provider = await a_provider(house)
    async with serving(house) as served:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            "from schemathesis.cli import schemathesis; schemathesis()",
            *("--config-file", str(FOLDER / "schemathesis.toml")),
            "run",
            f"http://127.0.0.1:{served.port}/openapi.json",
            *("--header", f"Authorization: {house.headers(house.ops)['Authorization']}"),
            *("--checks", "all"),
            *("--phases", ",".join(PHASES)),
            *("--max-examples", EXAMPLES),
            # One run is as the next: a long one looks for what this one has not found.
            *(() if LONG_RUN else ("--seed", "1")),
            "--continue-on-failure",
            "--no-color",
            cwd=tmp_path,
            env={
                **os.environ,
                "WEBHOOK_SECRET": provider.secret,
                "SCHEMATHESIS_HOOKS": "tests.bad_input.schemathesis_hooks",
                "PYTHONPATH": str(FOLDER.parents[1]),
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()

    report = said.decode()
    assert process.returncode == 0, report
    calls = sum(len(methods) for methods in house.app.openapi()["paths"].values())
    assert f"Selected: {calls}/{calls}" in report
    assert all(f"✅ {phase.capitalize()}" in report for phase in PHASES), report
    assert await house.pool.fetchval("SELECT count(*) FROM orders WHERE order_id LIKE 'S%'") > 0
    signed = "SELECT count(*) FROM commands WHERE actor = 'provider:standard' AND order_id LIKE 'S%'"
    assert await house.pool.fetchval(signed) > 0
