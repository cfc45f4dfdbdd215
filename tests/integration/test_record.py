"""Writing transitions down, in the database: two who write the same order at the same moment."""

import asyncio
from datetime import UTC, datetime

import pytest

from db.pool import Connection, Pool
from db.record import record
from db.vault import Vault
from orders.change import By, Change, MailVerdict, Transition, Verdict
from orders.commands import COMMAND
from orders.rules.closing import transition
from orders.rules.decide import decide
from orders.state import OrderState
from tests.digital import MUGS, SECRET, Shop, an_order

VAULT = Vault(SECRET)
MAIL = "order_received"


class Written:
    """One order, and those who write it down."""

    def __init__(self, pool: Pool, order_id: str, state: OrderState) -> None:
        self.pool = pool
        self.order_id = order_id
        self.state = state

    def paid(self, sequence: int) -> Transition:
        return self._told(sequence, type="payment", status="paid")

    def paid_too_much(self, sequence: int) -> Transition:
        """What asks for a person, and writes so."""
        return self._told(sequence, type="payment", status="paid", amount="999.00")

    def told_of_the_mail(self, sequence: int, verdict: Verdict) -> Transition:
        """What a person says of the order's first mail."""
        change = Change(self.state, By(at=datetime.now(UTC), actor="staff:anna"))
        change.say("mail_again", "timeline.mail_again", mail=MAIL)
        change.mail_verdicts.append(MailVerdict(key=MAIL, verdict=verdict, by="staff:anna"))
        return transition(change, sequence)

    async def mail_is(self, state: str) -> None:
        await self.pool.execute(
            "UPDATE mails SET state = $2 WHERE order_id = $1 AND mail_key = $3", self.order_id, state, MAIL
        )

    async def mail(self) -> tuple[str, str | None]:
        row = await self.pool.fetchrow(
            "SELECT state, reply_text FROM mails WHERE order_id = $1 AND mail_key = $2", self.order_id, MAIL
        )
        assert row is not None
        return row["state"], row["reply_text"]

    def said(self, sequence: int) -> Transition:
        change = Change(self.state, By(at=datetime.now(UTC)))
        change.say("reminded", "timeline.reminded", amount=self.state.plan.money(1))
        return transition(change, sequence)

    async def by(self, connection: Connection, decided_at: int, step: Transition) -> None:
        await record(connection, VAULT, "default", self.order_id, decided_at, [step])

    async def at_once(self, first: tuple[int, Transition], second: tuple[int, Transition]) -> None:
        """The second is written while the first is written down and not yet committed."""
        async with self.pool.acquire() as one, self.pool.acquire() as other:
            async with one.transaction():
                await self.by(one, *first)
                waiting = asyncio.create_task(self.by(other, *second))
                await self._until_it_waits(other)
            await waiting

    async def kinds(self) -> list[str]:
        rows = await self.pool.fetch(
            "SELECT kind FROM timeline WHERE order_id = $1 ORDER BY sequence, position", self.order_id
        )
        return [row["kind"] for row in rows]

    async def attention(self) -> list[str]:
        rows = await self.pool.fetch("SELECT reason FROM attention WHERE order_id = $1", self.order_id)
        return [row["reason"] for row in rows]

    def _told(self, sequence: int, **wish: str) -> Transition:
        by = By(at=datetime.now(UTC), actor="staff:anna")
        return transition(decide(self.state, COMMAND.validate_python(wish), by), sequence)

    async def _until_it_waits(self, other: Connection) -> None:
        pid = other.get_server_pid()
        async with asyncio.timeout(10):
            while not await self.pool.fetchval("SELECT pg_blocking_pids($1) <> '{}'", pid):
                await asyncio.sleep(0.01)


@pytest.fixture
async def written(pool: Pool) -> Written:
    shop = Shop(pool, VAULT)
    order = await shop.keep(an_order(MUGS, method="pickup"))
    return Written(pool, order.order_id, shop.state_of(order))


async def test_what_more_history_decided_replaces_what_is_being_written_that_moment(written: Written) -> None:
    await written.at_once((10, written.paid_too_much(2)), (20, written.said(2)))

    assert await written.kinds() == ["placed", "reminded"]
    assert await written.attention() == []


async def test_what_less_history_decided_is_dropped_for_what_is_being_written_that_moment(
    written: Written,
) -> None:
    await written.at_once((20, written.paid_too_much(2)), (10, written.said(2)))

    assert await written.kinds() == ["placed", "payment"]
    assert await written.attention() == ["overpaid"]


async def test_a_later_step_sees_what_another_wrote_while_it_waited(written: Written) -> None:
    await written.at_once((10, written.paid_too_much(2)), (20, written.said(3)))

    assert await written.kinds() == ["placed", "payment", "reminded"]
    assert await written.attention() == []


async def test_the_same_step_written_again_is_there_once(written: Written) -> None:
    step = written.paid(2)
    async with written.pool.acquire() as connection:
        await written.by(connection, 10, step)
        await written.by(connection, 10, step)

    assert await written.kinds() == ["placed", "payment"]


async def test_an_order_that_is_not_kept_here_is_not_written(written: Written) -> None:
    async with written.pool.acquire() as connection:
        with pytest.raises(LookupError):
            await record(connection, VAULT, "default", "NOBODY", 1, [written.said(2)])


@pytest.mark.parametrize("doubt", ["unknown", "failed"])
@pytest.mark.parametrize(
    ("verdict", "state"), [(Verdict.ARRIVED, "sent"), (Verdict.AGAIN, "queued")], ids=str
)
async def test_a_word_on_a_mail_is_kept_with_the_step_that_says_it(
    written: Written, doubt: str, verdict: Verdict, state: str
) -> None:
    await written.mail_is(doubt)
    async with written.pool.acquire() as connection:
        await written.by(connection, 10, written.told_of_the_mail(2, verdict))

    assert await written.mail() == (state, f"{verdict}, says staff:anna")
    assert await written.kinds() == ["placed", "mail_again"]


@pytest.mark.parametrize("state", ["queued", "sending", "retry", "sent"])
@pytest.mark.parametrize("verdict", [Verdict.ARRIVED, Verdict.AGAIN])
async def test_a_word_on_a_mail_that_nobody_doubts_changes_nothing(
    written: Written, state: str, verdict: Verdict
) -> None:
    await written.mail_is(state)
    async with written.pool.acquire() as connection:
        await written.by(connection, 10, written.told_of_the_mail(2, verdict))

    assert await written.mail() == (state, None)


async def test_a_word_from_a_worker_that_was_cut_off_changes_no_mail(written: Written) -> None:
    await written.mail_is("unknown")
    async with written.pool.acquire() as connection:
        await written.by(connection, 20, written.said(2))
        await written.by(connection, 10, written.told_of_the_mail(2, Verdict.AGAIN))

    assert await written.mail() == ("unknown", None)


async def test_a_word_that_is_written_again_does_not_send_a_mail_a_third_time(written: Written) -> None:
    await written.mail_is("unknown")
    step = written.told_of_the_mail(2, Verdict.AGAIN)
    async with written.pool.acquire() as connection:
        await written.by(connection, 10, step)
        await written.mail_is("sent")
        await written.by(connection, 10, step)

    assert (await written.mail())[0] == "sent"
