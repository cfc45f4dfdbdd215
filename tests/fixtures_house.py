"""The house of a test session: the whole system, on the session's servers."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from embedded.temporal import Temporal
from tests.house import House, open_house
from tests.relay import Relay
from tests.town import Town, open_town


@pytest.fixture(scope="session")
async def house(postgres_url: str, temporal: Temporal, servers_folder: Path) -> AsyncIterator[House]:
    """A house for all flow tests of the session: each takes orders, and mail addresses, of its own."""
    folder = servers_folder / "house"
    folder.mkdir(mode=0o755)
    async with open_house(postgres_url, temporal.address, folder) as opened:
        yield opened


@pytest.fixture
def relay(house: House) -> Iterator[Relay]:
    """The relay of the house, which takes what it is not told to refuse; afterwards it takes all again."""
    relay = Relay(house)
    house.mailbox.refusal = relay.refusal
    yield relay
    house.mailbox.refusal = lambda sender, recipients: None


@pytest.fixture(scope="session")
async def town(servers_folder: Path) -> AsyncIterator[Town]:
    """A town for all tests of the session that stop or kill a server, or make one forget."""
    async with open_town(servers_folder / "town") as opened:
        yield opened
