"""After the relay was away for long: each mail that waits goes out once, oldest first, on few connections."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.backlog import LANES, Backlog
from activities.dispatch import Dispatch, Overtaken
from activities.post import Post
from activities.postman import Accepted, Postman
from db import outbox
from db.outbox import OutgoingMail
from db.pool import Pool
from db.vault import Vault
from orders.mail import MailKind
from tests.digital import MUGS, SECRET, Shop, an_order
from tests.smtp_server import DROP, HANG, SmtpServer, Stage
from workflows.steps import Notice, Sent

URL = "http://pakhuis.test"
VAULT = Vault(SECRET)


class Office:
    """A post office with orders' mails in it, and one relay."""

    def __init__(self, pool: Pool, server: SmtpServer) -> None:
        self.pool = pool
        self.server = server
        self.postman = Postman(server.url, envelope_timeout=timedelta(seconds=2), rest=timedelta(0))
        self.post = Post(pool, VAULT, self.postman, URL)

    async def mails(self, count: int) -> list[Notice]:
        """So many mails, oldest first, of the first of which the relay has seen nothing yet."""
        shop = Shop(self.pool, VAULT)
        orders = [await shop.keep(an_order(MUGS, method="pickup")) for _ in range(count)]
        return [
            Notice(
                store="default",
                order_id=order.order_id,
                mail_key="order_received",
                kind=MailKind.ORDER_RECEIVED,
            )
            for order in orders
        ]

    async def notify(self, notice: Notice, attempt: int = 1) -> Any:
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, attempt=attempt)
        return await environment.run(self.post.notify, notice)

    async def fail(self, notices: list[Notice], stage: Stage = Stage.GREETING, action: str = DROP) -> None:
        """Try each once while the relay misbehaves; all wait after that, in no order."""
        self.server.misbehave(stage, action)
        self.server.drop_all()  # Those that were kept open have greeted each other already.
        tries = await asyncio.gather(*map(self.notify, reversed(notices)), return_exceptions=True)
        assert all(isinstance(each, ApplicationError) for each in tries)
        self.server.behave()

    async def states(self) -> set[str]:
        rows = await self.pool.fetch("SELECT DISTINCT state FROM mails WHERE mail_key = 'order_received'")
        return {row["state"] for row in rows}

    async def order_of_leaving(self) -> list[int]:
        """The numbers of the mails in the order in which the relay took them."""
        rows = await self.pool.fetch("SELECT number, message_id FROM mails")
        numbers = {row["message_id"]: row["number"] for row in rows}
        return [numbers[_message_id(mail.raw)] for mail in self.server.taken]


def _message_id(raw: bytes) -> str:
    line = next(line for line in raw.split(b"\r\n") if line.lower().startswith(b"message-id:"))
    return line.partition(b":")[2].strip().decode()


@pytest.fixture
async def office(own_pool: Pool, server: SmtpServer) -> AsyncIterator[Office]:
    office = Office(own_pool, server)
    yield office
    await office.postman.close()


async def test_the_first_that_finds_the_relay_back_hands_over_all_oldest_first(office: Office) -> None:
    notices = await office.mails(300)
    await office.fail(notices)
    before = office.server.connections
    answer = await office.notify(notices[200], attempt=2)

    assert answer == Sent()
    assert await office.states() == {"sent"}
    left = await office.order_of_leaving()
    assert len(left) == 300
    assert len(set(left)) == 300
    # Each lane has one in hand: however slow a lane is, no more than those are overtaken.
    assert all(sum(later < number for later in left[at:]) < LANES for at, number in enumerate(left))
    assert office.server.connections - before <= LANES


async def test_those_that_wake_up_later_find_their_mail_sent(office: Office) -> None:
    notices = await office.mails(20)
    await office.fail(notices)
    answers = await asyncio.gather(*(office.notify(notice, attempt=3) for notice in notices))

    assert answers == [Sent()] * 20
    assert len(office.server.taken) == 20


async def test_two_workers_hand_over_each_mail_once(office: Office) -> None:
    notices = await office.mails(60)
    await office.fail(notices)
    other = Office(office.pool, office.server)
    await asyncio.gather(office.notify(notices[30], attempt=2), other.notify(notices[40], attempt=2))
    await other.postman.close()

    assert await office.states() == {"sent"}
    assert len(office.server.taken) == 60


async def test_while_the_relay_is_away_one_knocks_for_all(office: Office) -> None:
    notices = await office.mails(30)
    await office.fail(notices)
    resting = Office(office.pool, office.server)
    resting.post = Post(office.pool, VAULT, Postman(office.server.url, rest=timedelta(seconds=30)), URL)
    office.server.misbehave(Stage.GREETING, DROP)
    before = office.server.connections
    tries = await asyncio.gather(
        *(resting.notify(notice, attempt=2) for notice in notices), return_exceptions=True
    )

    assert all(isinstance(each, ApplicationError) for each in tries)
    assert office.server.connections - before == 1
    assert await office.states() == {"retry"}


async def test_a_mail_that_the_relay_wants_later_is_left_to_its_own_time(office: Office) -> None:
    notices = await office.mails(2)
    await office.fail(notices[:1], Stage.RCPT, "451 4.7.1 greylisted")
    await office.fail(notices[1:])
    await office.notify(notices[1], attempt=2)

    assert len(office.server.taken) == 1
    assert await office.states() == {"retry", "sent"}


async def test_a_mail_at_its_first_attempt_waits_for_nobody(office: Office) -> None:
    notices = await office.mails(3)
    await office.fail(notices[:2])

    assert await office.notify(notices[2]) == Sent()
    assert len(office.server.taken) == 1


async def test_a_waiting_mail_that_nobody_can_vouch_for_is_not_sent_twice(office: Office) -> None:
    notices = await office.mails(10)
    await office.fail(notices)
    office.server.misbehave(Stage.DOT, DROP, times=1)
    await office.notify(notices[9], attempt=2)

    assert len(office.server.taken) == 10
    assert len(set(await office.order_of_leaving())) == 10
    assert await office.states() == {"sent", "unknown"}


async def test_one_that_cannot_be_made_does_not_stand_in_the_way_of_the_others(office: Office) -> None:
    notices = await office.mails(5)
    await office.fail(notices)
    await office.pool.execute(
        """UPDATE mails SET facts = '{"key": 7}' WHERE order_id = $1 AND mail_key = 'order_received'""",
        notices[1].order_id,
    )
    await office.notify(notices[3], attempt=2)

    assert len(office.server.taken) == 4


async def test_who_finds_another_at_it_for_long_comes_back_later(office: Office) -> None:
    notices = await office.mails(3)
    await office.fail(notices)
    office.server.misbehave(Stage.RCPT, HANG, times=1)
    office.postman = Postman(office.server.url)
    office.post = Post(office.pool, VAULT, office.postman, URL)
    first = asyncio.create_task(office.notify(notices[0], attempt=2))
    async with asyncio.timeout(5):
        while not any(command.startswith("RCPT") for command in office.server.commands):
            await asyncio.sleep(0.01)
    with pytest.raises(ApplicationError, match="older mails go first") as later:
        await office.notify(notices[2], attempt=2)
    office.server.drop_all()

    assert later.value.next_retry_delay is not None
    await asyncio.wait([first])


async def test_a_round_ends_when_its_time_is_over(office: Office) -> None:
    notices = await office.mails(5)
    await office.fail(notices)
    dispatch = Dispatch(office.pool, VAULT, office.postman, URL)

    assert await Backlog(office.pool, dispatch, at_most=timedelta(0)).hand_over()
    assert len(office.server.taken) == 1


async def test_who_was_overtaken_before_the_data_hands_nothing_over(office: Office) -> None:
    (notice,) = await office.mails(1)
    async with office.pool.acquire() as connection:
        first, second = [
            await outbox.take(connection, notice.store, notice.order_id, notice.mail_key) for _ in range(2)
        ]
    dispatch = Dispatch(office.pool, VAULT, office.postman, URL)
    assert isinstance(first, OutgoingMail)
    assert isinstance(second, OutgoingMail)

    assert isinstance(await dispatch.hand_over(first), Overtaken)
    assert office.server.taken == []
    assert isinstance(await dispatch.hand_over(second), Accepted)
