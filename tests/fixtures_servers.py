"""The servers of a test session: one PostgreSQL and one Temporal, real ones, for all tests together."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from embedded.ports import free_port
from embedded.postgres import Postgres
from embedded.supervisor import Supervisor
from embedded.temporal import Temporal


@pytest.fixture(scope="session")
def servers_folder() -> Iterator[Path]:
    """Where the servers of a test run keep what they have; passable, as PostgreSQL never runs as root."""
    folder = Path(tempfile.mkdtemp(prefix="pakhuis-tests-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
async def postgres_url(servers_folder: Path) -> AsyncIterator[str]:
    """A PostgreSQL for the session: a URL of an empty database, whose user may make others."""
    postgres = Postgres(
        servers_folder / "postgres", free_port(), servers_folder / "postgres.log", durable=False
    )
    async with Supervisor(postgres):
        yield postgres.url


@pytest.fixture(scope="session")
async def temporal(servers_folder: Path) -> AsyncIterator[Temporal]:
    """A Temporal server for the session, at `.address`; it can skip time, and knows our search attributes."""
    server = Temporal(
        servers_folder / "temporal" / "temporal.db",
        free_port(),
        servers_folder / "temporal.log",
        dynamic_config={
            "frontend.WorkflowTimeSkippingEnabled": True,
            # Five in a row otherwise, which takes a minute.
            "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute": 2,
        },
    )
    async with Supervisor(server):
        yield server
