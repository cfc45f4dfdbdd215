"""Stopping a mail, in the database: whoever changes its row first has it, and the answer is true."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db import commands, outbox
from db.outbox import Early, OutgoingMail, Settled
from db.pool import Connection, Pool
from db.record import record
from db.vault import Vault
from orders.change import By, Transition, again_of
from orders.commands import COMMAND
from orders.rules.closing import transition
from orders.rules.decide import decide
from tests.digital import MUGS, SECRET, Shop, an_order, fresh_database

VAULT = Vault(SECRET)
KEY = "shipped:1"


@pytest.fixture(scope="module")
async def pool(postgres_url: str) -> AsyncIterator[Pool]:
    async with fresh_database(postgres_url) as pool:
        yield pool


class Told:
    """One order that is paid, told to ship and to stop its mail, as a workflow would write that down."""

    def __init__(self, pool: Pool, shop: Shop, order_id: str) -> None:
        self.pool, self.shop, self.order_id = pool, shop, order_id
        self.state = shop._states[order_id]
        self.sequence = 2

    def step(self, type_: str, command_id: str | None, **fields: Any) -> Transition:
        self.sequence += 1
        by = By(at=datetime.now(UTC), actor="staff:anna", command_id=command_id)
        change = decide(self.state, COMMAND.validate_python({"type": type_, **fields}), by)
        self.state = change.state
        return transition(change, self.sequence)

    async def write(self, *steps: Transition, decided_at: int = 10) -> None:
        async with self.pool.acquire() as connection:
            await record(connection, VAULT, "default", self.order_id, decided_at, steps)

    async def keep(self, command_id: str, undo_seconds: int = 0) -> None:
        """Keep the command `shipped` as the front door does."""
        command = COMMAND.validate_python({"type": "shipped", "command_id": command_id})
        async with self.pool.acquire() as connection:
            await commands.keep(connection, "default", self.order_id, command, "a", None, undo_seconds)

    async def take(self, key: str = KEY) -> Any:
        async with self.pool.acquire() as connection:
            return await outbox.take(connection, "default", self.order_id, key)

    async def mail(self, column: str = "state", key: str = KEY) -> Any:
        return await self.pool.fetchval(
            f"SELECT {column} FROM mails WHERE order_id = $1 AND mail_key = $2",
            self.order_id,
            key,
        )

    async def said(self) -> list[tuple[str, str]]:
        rows = await self.pool.fetch(
            "SELECT kind, outcome FROM timeline WHERE order_id = $1 AND sequence > 2"
            " ORDER BY sequence, position",
            self.order_id,
        )
        return [(row["kind"], row["outcome"]) for row in rows if row["kind"] != "skipped"]


@pytest.fixture
async def told(pool: Pool) -> Told:
    shop = Shop(pool, VAULT)
    order = await shop.keep(an_order(MUGS, method="shipping"))
    await shop.tell(order, type="payment", status="paid")
    return Told(pool, shop, order.order_id)


SHIPPED, STOPPED, REFUSED = ("shipped", "applied"), ("mail_stop", "applied"), ("mail_stop", "refused")


async def test_a_mail_is_stopped_by_the_step_that_says_so(told: Told) -> None:
    await told.write(told.step("shipped", "s"))
    await told.write(told.step("mail_stop", "t", mail_key=KEY))

    assert await told.said() == [SHIPPED, STOPPED]
    assert await told.mail() == "withdrawn"
    assert await told.mail("reply_text") == "stopped, says staff:anna"
    assert await told.take() == Settled(state="withdrawn")


async def test_a_mail_that_is_being_handed_over_is_not_stopped(told: Told) -> None:
    await told.write(told.step("shipped", "s"))
    assert isinstance(await told.take(), OutgoingMail)
    await told.write(told.step("mail_stop", "t", mail_key=KEY))

    assert await told.said() == [SHIPPED, REFUSED]
    assert await told.mail() == "sending"


async def test_of_taking_a_mail_and_stopping_it_at_once_one_wins_and_the_answer_says_which(
    told: Told,
) -> None:
    for number in range(20):
        key = f"shipped:p{number}"
        await told.pool.execute(
            "UPDATE mails SET mail_key = 'old:' || number WHERE mail_key LIKE 'shipped:%'"
        )
        await told.pool.execute(
            "INSERT INTO mails (store, order_id, mail_key, kind, sequence, recipient, language, facts,"
            " message_id) VALUES ('default', $1, $2, 'shipped', 3, 'a@example.com', 'en', '{}', $1 || $2)",
            told.order_id,
            key,
        )
        stop = told.step("mail_stop", f"t{number}", mail_key=key)
        taken, _ = await asyncio.gather(told.take(key), told.write(stop))

        was_taken = isinstance(taken, OutgoingMail)
        assert (await told.said())[-1] == (REFUSED if was_taken else STOPPED)
        assert await told.mail(key=key) == ("sending" if was_taken else "withdrawn")


async def test_a_stop_waits_for_a_take_that_is_not_committed_yet(told: Told) -> None:
    await told.write(told.step("shipped", "s"))
    stop = told.step("mail_stop", "t", mail_key=KEY)
    async with told.pool.acquire() as other, other.transaction():
        assert isinstance(await outbox.take(other, "default", told.order_id, KEY), OutgoingMail)
        waiting = asyncio.create_task(told.write(stop))
        await _until_somebody_waits_for(told.pool, other)
    await waiting

    assert await told.said() == [SHIPPED, REFUSED]


async def test_a_mail_is_stopped_in_the_batch_that_causes_it(told: Told) -> None:
    ship = told.step("shipped", "s")
    stop = told.step("mail_stop", "t", mail_key=KEY)
    hold = told.step("mail_again", "u", mail_key=KEY)
    await told.write(ship, stop, hold)

    assert await told.said() == [SHIPPED, STOPPED, ("mail_again", "applied")]
    assert await told.mail() == "queued"


async def test_an_answer_that_was_given_stays_when_the_step_is_written_anew(told: Told) -> None:
    await told.write(told.step("shipped", "s"))
    stop = told.step("mail_stop", "t", mail_key=KEY)
    await told.write(stop)
    await told.write(stop)
    other = told.step("delivered", "d", notify=False)
    later = other.model_copy(update={"sequence": 4}), stop.model_copy(update={"sequence": 5})
    await told.write(*later, decided_at=20)

    assert await told.said() == [SHIPPED, ("delivered", "applied"), STOPPED]
    assert await told.mail() == "withdrawn"


async def test_a_mail_that_is_sent_anew_is_written_once_however_often_its_step_is(told: Told) -> None:
    await told.write(told.step("shipped", "s"))
    await told.pool.execute("UPDATE mails SET state = 'sent' WHERE order_id = $1", told.order_id)
    again = told.step("mail_again", "t", mail_key=KEY, anew=True)
    await told.write(again)
    await told.write(again, decided_at=20)
    other = told.step("delivered", "d", notify=False)
    later = other.model_copy(update={"sequence": 4}), again.model_copy(update={"sequence": 5})
    await told.write(*later, decided_at=30)

    assert await told.said() == [SHIPPED, ("delivered", "applied"), ("mail_again", "applied")]
    assert await told.mail(key=again_of(KEY, "t")) == "queued"
    assert await told.mail("sequence", again_of(KEY, "t")) == 5
    assert await told.mail("facts ->> 'key'", again_of(KEY, "t")) == again_of(KEY, "t")


async def test_a_mail_that_is_not_to_be_sent_anew_is_nobody_s_to_hand_over(told: Told) -> None:
    await told.write(told.step("shipped", "s"))
    await told.write(told.step("mail_again", "t", mail_key=KEY, anew=True))

    assert await told.said() == [SHIPPED, ("mail_again", "refused")]
    assert await told.take(again_of(KEY, "t")) == Settled(state="withdrawn")


async def test_a_stop_that_was_refused_stays_refused_though_the_mail_waits_again_meanwhile(
    told: Told,
) -> None:
    await told.write(told.step("shipped", "s"))
    taken = await told.take()
    stop = told.step("mail_stop", "t", mail_key=KEY)
    await told.write(stop)
    async with told.pool.acquire() as connection:
        await outbox.settle(connection, taken, "retry", 451, "later")
    await told.write(stop, decided_at=20)

    assert await told.said() == [SHIPPED, REFUSED]
    assert await told.mail() == "retry"


async def test_a_mail_that_was_sent_again_on_a_guess_may_have_left_and_is_not_stopped(told: Told) -> None:
    await told.write(told.step("shipped", "s"))
    await told.pool.execute(
        "UPDATE mails SET state = 'retry', sent_again = true WHERE order_id = $1 AND mail_key = $2",
        told.order_id,
        KEY,
    )
    await told.write(told.step("mail_stop", "t", mail_key=KEY))

    assert await told.said() == [SHIPPED, REFUSED]


async def test_a_mail_whose_time_has_not_come_is_left_alone_and_says_how_long(told: Told) -> None:
    await told.keep("s", undo_seconds=60)
    await told.write(told.step("shipped", "s"))
    early = await told.take()

    assert isinstance(early, Early)
    assert timedelta(seconds=50) < early.rest <= timedelta(seconds=60)
    assert (await told.mail("state"), await told.mail("attempt")) == ("queued", 0)


async def test_a_mail_of_the_backlog_whose_time_has_not_come_is_left_alone(told: Told) -> None:
    await told.keep("s", undo_seconds=60)
    await told.write(told.step("shipped", "s"))
    await told.pool.execute("UPDATE mails SET state = 'retry' WHERE order_id = $1", told.order_id)
    number = await told.mail("number")
    async with told.pool.acquire() as connection:
        early = await outbox.take_oldest(connection, number - 1)
        await told.pool.execute("UPDATE mails SET not_before = now() WHERE number = $1", number)
        due = await outbox.take_oldest(connection, number - 1)

    assert early is None
    assert due is not None


async def test_after_the_end_a_mail_is_late_only_once_its_time_has_come(told: Told) -> None:
    await told.keep("s", undo_seconds=60)
    await told.write(told.step("shipped", "s"))
    await told.pool.execute("UPDATE orders SET ended_at = now() WHERE order_id = $1", told.order_id)
    async with told.pool.acquire() as connection:
        early = await outbox.late(connection, timedelta(0))
        await told.pool.execute(
            "UPDATE mails SET not_before = now() WHERE order_id = $1 AND mail_key = $2", told.order_id, KEY
        )
        due = await outbox.late(connection, timedelta(0))

    assert KEY not in [mail.mail_key for mail in early if mail.order_id == told.order_id]
    assert KEY in [mail.mail_key for mail in due if mail.order_id == told.order_id]


async def test_the_mails_of_a_step_written_anew_wait_as_long_as_the_command_said_first(told: Told) -> None:
    await told.keep("s", undo_seconds=60)
    ship = told.step("shipped", "s")
    await told.write(ship)
    first = await told.mail("not_before")
    await told.keep("s", undo_seconds=5)
    await told.write(ship, decided_at=20)

    assert await told.mail("not_before") == first


async def _until_somebody_waits_for(pool: Pool, other: Connection) -> None:
    async with asyncio.timeout(10):
        while not await pool.fetchval(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid)))",
            other.get_server_pid(),
        ):
            await asyncio.sleep(0.01)
