"""The house of a test session: the whole system, on the session's servers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from embedded.temporal import Temporal
from tests.house import House, open_house


@pytest.fixture(scope="session")
async def house(postgres_url: str, temporal: Temporal, servers_folder: Path) -> AsyncIterator[House]:
    """A house for all flow tests of the session: each takes orders, and mail addresses, of its own."""
    folder = servers_folder / "house"
    folder.mkdir(mode=0o755)
    async with open_house(postgres_url, temporal.address, folder) as opened:
        yield opened
