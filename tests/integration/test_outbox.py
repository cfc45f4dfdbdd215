"""The outbox, in the database: who may take a mail, and what is known of one that nobody finished."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import NamedTuple

import pytest

from db import outbox
from db.outbox import Busy, OutgoingMail, Settled
from db.pool import Connection, Pool
from tests.digital import MUGS, Shop, an_order

KEY = "order_received"
SEALED = b"sealed"


class Waiting(NamedTuple):
    """A connection, and the order whose mail waits."""

    connection: Connection
    order_id: str

    async def take(self) -> OutgoingMail | Settled | Busy:
        return await outbox.take(self.connection, "default", self.order_id, KEY)

    async def taken(self) -> OutgoingMail:
        mail = await self.take()
        assert isinstance(mail, OutgoingMail)
        return mail

    async def let_the_lease_end(self) -> None:
        await self.connection.execute(
            "UPDATE mails SET lease_until = now() - $1::interval WHERE order_id = $2",
            timedelta(seconds=1),
            self.order_id,
        )


@pytest.fixture
async def waiting(pool: Pool) -> AsyncIterator[Waiting]:
    order = await Shop(pool).keep(an_order(MUGS, method="pickup"))
    async with pool.acquire() as connection:
        yield Waiting(connection, order.order_id)


async def test_who_was_overtaken_before_the_data_may_not_enter_it(waiting: Waiting) -> None:
    first = await waiting.taken()
    second = await waiting.taken()

    assert not await outbox.enter_data(waiting.connection, first, SEALED)
    assert await outbox.enter_data(waiting.connection, second, SEALED)


async def test_a_mail_in_the_hands_of_another_is_busy(waiting: Waiting) -> None:
    await outbox.enter_data(waiting.connection, await waiting.taken(), SEALED)

    assert isinstance(await waiting.take(), Busy)


async def test_a_mail_whose_lease_ended_in_the_data_is_unknown_for_good(waiting: Waiting) -> None:
    mail = await waiting.taken()
    await outbox.enter_data(waiting.connection, mail, SEALED)
    await waiting.let_the_lease_end()

    assert await waiting.take() == Settled(state="unknown")
    assert await waiting.take() == Settled(state="unknown")
    assert not await outbox.enter_data(waiting.connection, mail, SEALED)


async def test_a_mail_that_was_sent_is_never_taken_again(waiting: Waiting) -> None:
    mail = await waiting.taken()
    await outbox.enter_data(waiting.connection, mail, SEALED)
    await outbox.settle(waiting.connection, mail, "sent", 250, "taken")

    assert await waiting.take() == Settled(state="sent")


async def test_every_attempt_hands_over_the_same_bytes(waiting: Waiting) -> None:
    mail = await waiting.taken()
    await outbox.enter_data(waiting.connection, mail, SEALED)
    await outbox.settle(waiting.connection, mail, "retry", 451, "later")
    again = await waiting.taken()
    await outbox.enter_data(waiting.connection, again, b"other")
    await outbox.settle(waiting.connection, again, "retry", 451, "later")

    assert (await waiting.taken()).raw == SEALED


class ComesBack:
    """A connection that lets another attempt end between the look at a mail and the try to take it."""

    def __init__(self, waiting: Waiting, other: OutgoingMail) -> None:
        self._waiting = waiting
        self._other = other

    async def fetchrow(self, query: str, *values: object) -> object:
        found = await self._waiting.connection.fetchrow(query, *values)
        if found is None:
            await outbox.settle(self._waiting.connection, self._other, "retry", 451, "later")
        return found

    async def fetchval(self, query: str, *values: object) -> object:
        return await self._waiting.connection.fetchval(query, *values)


async def test_a_mail_that_is_given_back_in_that_moment_is_tried_again_not_given_up(waiting: Waiting) -> None:
    other = await waiting.taken()
    await outbox.enter_data(waiting.connection, other, SEALED)
    between = ComesBack(waiting, other)

    assert isinstance(await outbox.take(between, "default", waiting.order_id, KEY), Busy)  # type: ignore[arg-type]
    assert isinstance(await waiting.take(), OutgoingMail)
