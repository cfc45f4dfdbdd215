"""Handing a mail over while PostgreSQL comes and goes: what is known here is not lost, nor doubt made."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from activities.dispatch import Dispatch
from activities.postman import Accepted, Postman, TryLater
from db import outbox
from db.outbox import OutgoingMail
from db.pool import Pool
from db.vault import Vault
from tests.digital import MUGS, SECRET, Shop, an_order
from tests.smtp_server import SmtpServer

VAULT = Vault(SECRET)
Query = Callable[..., Awaitable[Any]]


@pytest.fixture
async def dispatch(pool: Pool, server: SmtpServer) -> AsyncIterator[Dispatch]:
    postman = Postman(server.url)
    yield Dispatch(pool, VAULT, postman, "http://pakhuis.test")
    await postman.close()


async def taken(pool: Pool) -> OutgoingMail:
    order = await Shop(pool, VAULT).keep(an_order(MUGS, method="pickup"))
    async with pool.acquire() as connection:
        mail = await outbox.take(connection, "default", order.order_id, "order_received")
    assert isinstance(mail, OutgoingMail)
    return mail


async def state_of(pool: Pool, mail: OutgoingMail) -> tuple[str, str]:
    row = await pool.fetchrow("SELECT state, phase FROM mails WHERE number = $1", mail.number)
    assert row is not None
    return row["state"], row["phase"]


def losing(original: Query, *, times: int, is_done: bool) -> Query:
    """The connection breaks so many times: before the query, or after it was done."""
    left = [times]

    async def broken(*values: Any) -> Any:
        if left[0] == 0:
            return await original(*values)
        left[0] -= 1
        if is_done:
            await original(*values)
        raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")

    return broken


@pytest.mark.parametrize("is_done", [False, True])
async def test_postgresql_is_told_that_a_mail_was_sent_until_it_hears(
    pool: Pool, server: SmtpServer, dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch, is_done: bool
) -> None:
    mail = await taken(pool)
    monkeypatch.setattr(outbox, "settle", losing(outbox.settle, times=3, is_done=is_done))

    assert isinstance(await dispatch.hand_over(mail), Accepted)
    assert await state_of(pool, mail) == ("sent", "none")
    assert len(server.taken) == 1


@pytest.mark.parametrize("is_done", [False, True])
async def test_a_text_that_was_never_begun_is_no_doubt_whatever_stands_on_record(
    pool: Pool, server: SmtpServer, dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch, is_done: bool
) -> None:
    mail = await taken(pool)
    monkeypatch.setattr(outbox, "enter_data", losing(outbox.enter_data, times=1, is_done=is_done))

    assert isinstance(await dispatch.hand_over(mail), TryLater)
    assert await state_of(pool, mail) == ("retry", "none")
    assert server.taken == []
