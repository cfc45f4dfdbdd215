"""Parts of the system for tests that need no whole house: a database, a mail server, a postman."""

from collections.abc import AsyncIterator

import pytest

from activities.postman import Postman
from db.pool import Pool
from tests.digital import fresh_database
from tests.posting import a_postman
from tests.smtp_server import SmtpServer


@pytest.fixture(scope="module")
async def pool(postgres_url: str) -> AsyncIterator[Pool]:
    """A database with our schema and nothing in it, for the tests of one module together."""
    async with fresh_database(postgres_url) as pool:
        yield pool


@pytest.fixture
async def own_pool(postgres_url: str) -> AsyncIterator[Pool]:
    """A database with our schema and nothing in it, for one test."""
    async with fresh_database(postgres_url) as pool:
        yield pool


@pytest.fixture
async def server() -> AsyncIterator[SmtpServer]:
    """A mail server that can be told to misbehave, and stops reading a mail that is too much for it."""
    async with SmtpServer(receive_buffer=4096) as server:
        yield server


@pytest.fixture
async def postman(server: SmtpServer) -> AsyncIterator[Postman]:
    """One of little patience, that brings mails to that server."""
    postman = a_postman(server.url)
    yield postman
    await postman.close()
