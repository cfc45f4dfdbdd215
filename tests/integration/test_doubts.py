"""A mail that the relay may have or not: asking the relay, and the store's choice where it cannot say."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.doubts import Doubts
from activities.post import Post
from activities.postman import Postman
from activities.relays import NoRelayToAsk, Relay, Said
from db import outbox
from db.outbox import OutgoingMail, Settled
from db.pool import Pool
from db.vault import Vault
from orders.mail import MailKind
from tests.digital import MUGS, SECRET, Shop, an_order
from workflows.steps import ASKED_AT_MOST, MaybeSent, Notice, NotSent, SendAgain, Sent

KEY = "order_received"
VAULT = Vault(SECRET)


class Asked:
    """A relay that always says the same."""

    is_worth_asking_again = True

    def __init__(self, said: Said) -> None:
        self.said = said
        self.questions: list[tuple[str, datetime]] = []

    async def ask(self, message_id: str, since: datetime) -> Said:
        self.questions.append((message_id, since))
        return self.said

    async def close(self) -> None:
        return None


class Doubtful:
    """One order with a mail that nobody can vouch for."""

    def __init__(self, pool: Pool, order_id: str) -> None:
        self.pool = pool
        self.notice = Notice(store="default", order_id=order_id, mail_key=KEY, kind=MailKind.ORDER_RECEIVED)

    async def ask(self, relay: Relay, attempt: int = 1) -> Any:
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, attempt=attempt)
        return await environment.run(Doubts(self.pool, relay).settle_doubt, self.notice)

    async def give_up(self) -> Any:
        post = Post(self.pool, VAULT, Postman("smtp://127.0.0.1:9"), "http://pakhuis.test")
        return await ActivityEnvironment().run(post.give_up, self.notice)

    async def row(self) -> dict[str, Any]:
        found = await self.pool.fetchrow("SELECT * FROM mails WHERE order_id = $1", self.notice.order_id)
        assert found is not None
        return dict(found)

    async def take(self) -> OutgoingMail:
        async with self.pool.acquire() as connection:
            mail = await outbox.take(connection, "default", self.notice.order_id, KEY)
        assert isinstance(mail, OutgoingMail)
        return mail

    async def enter_data(self) -> OutgoingMail:
        mail = await self.take()
        async with self.pool.acquire() as connection:
            assert await outbox.enter_data(connection, mail, b"sealed")
        return mail

    async def lose(self) -> None:
        """Hand it over, and never hear what became of it."""
        mail = await self.enter_data()
        async with self.pool.acquire() as connection:
            await outbox.settle(connection, mail, "unknown", None, "dot: TimeoutError")


@pytest.fixture
async def shop(pool: Pool) -> AsyncIterator[Shop]:
    shop = Shop(pool)
    await shop.set_up()
    yield shop
    await shop.set_up()


@pytest.fixture
async def mail(shop: Shop) -> Doubtful:
    order = await shop.keep(an_order(MUGS, method="pickup"))
    return Doubtful(shop.pool, order.order_id)


async def test_a_mail_that_the_relay_has_was_sent(mail: Doubtful) -> None:
    await mail.lose()
    relay = Asked("has_it")

    assert await mail.ask(relay) == Sent()
    row = await mail.row()
    assert (row["state"], row["sent_at"] is not None) == ("sent", True)
    assert relay.questions == [(row["message_id"], row["entered_data_at"])]


async def test_a_mail_that_the_relay_never_saw_waits_to_be_sent_with_the_same_bytes(mail: Doubtful) -> None:
    await mail.lose()

    assert await mail.ask(Asked("never_saw_it")) == SendAgain()
    assert (await mail.take()).raw == b"sealed"


async def test_a_relay_that_cannot_say_is_asked_again_for_some_minutes(mail: Doubtful) -> None:
    await mail.lose()

    for attempt in range(1, ASKED_AT_MOST):
        with pytest.raises(ApplicationError, match="cannot say yet"):
            await mail.ask(Asked("cannot_say"), attempt)
    assert await mail.ask(Asked("cannot_say"), ASKED_AT_MOST) == MaybeSent()
    assert (await mail.row())["state"] == "unknown"


async def test_where_there_is_no_relay_to_ask_nobody_waits_for_its_answer(mail: Doubtful) -> None:
    await mail.lose()

    assert await mail.ask(NoRelayToAsk()) == MaybeSent()


async def test_by_the_store_s_choice_a_mail_is_sent_again_exactly_once(mail: Doubtful, shop: Shop) -> None:
    await shop.set_up(unknown_mails={"order_received": "send_again"})
    await mail.lose()
    first = await mail.ask(NoRelayToAsk())
    await mail.lose()

    assert first == SendAgain()
    assert (await mail.row())["raw"] == b"sealed"
    assert await mail.ask(NoRelayToAsk()) == MaybeSent()


async def test_the_store_chooses_for_each_kind_of_mail(mail: Doubtful, shop: Shop) -> None:
    await shop.set_up(unknown_mails={"shipped": "send_again", "order_received": "hold"})
    await mail.lose()

    assert await mail.ask(NoRelayToAsk()) == MaybeSent()


async def test_after_a_person_s_word_nothing_is_chosen_without_one(mail: Doubtful, shop: Shop) -> None:
    await shop.set_up(unknown_mails={"order_received": "send_again"})
    await mail.pool.execute("UPDATE mails SET sent_again = true WHERE order_id = $1", mail.notice.order_id)
    await mail.lose()

    assert await mail.ask(NoRelayToAsk()) == MaybeSent()


async def test_what_the_relay_knows_goes_before_the_store_s_choice(mail: Doubtful, shop: Shop) -> None:
    await shop.set_up(unknown_mails={"order_received": "send_again"})
    await mail.lose()

    assert await mail.ask(Asked("has_it"), ASKED_AT_MOST) == Sent()


async def test_asked_again_after_its_answer_was_lost_it_answers_the_same(mail: Doubtful, shop: Shop) -> None:
    await shop.set_up(unknown_mails={"order_received": "send_again"})
    await mail.lose()

    assert await mail.ask(NoRelayToAsk()) == SendAgain()
    assert await mail.ask(NoRelayToAsk()) == SendAgain()
    await mail.pool.execute("UPDATE mails SET state = 'sent' WHERE order_id = $1", mail.notice.order_id)
    assert await mail.ask(NoRelayToAsk()) == Sent()


async def test_what_was_settled_while_the_relay_was_asked_stays_so(mail: Doubtful) -> None:
    await mail.lose()

    class Meanwhile(Asked):
        async def ask(self, message_id: str, since: datetime) -> Said:
            await mail.pool.execute("UPDATE mails SET state = 'sent' WHERE message_id = $1", message_id)
            return "never_saw_it"

    assert await mail.ask(Meanwhile("never_saw_it")) == Sent()
    assert (await mail.row())["state"] == "sent"


async def test_an_answer_that_comes_after_all_settles_a_mail_that_was_called_unknown(mail: Doubtful) -> None:
    taken = await mail.enter_data()
    await mail.pool.execute("UPDATE mails SET state = 'unknown' WHERE order_id = $1", mail.notice.order_id)
    async with mail.pool.acquire() as connection:
        await outbox.settle(connection, taken, "sent", 250, "2.0.0 queued")

    assert (await mail.row())["state"] == "sent"


async def test_a_mail_that_nobody_tries_any_more_has_failed_and_is_not_taken_again(mail: Doubtful) -> None:
    taken = await mail.take()

    assert await mail.give_up() == NotSent(reason="failed")
    async with mail.pool.acquire() as connection:
        assert not await outbox.enter_data(connection, taken, b"sealed")
        assert await outbox.take(connection, "default", mail.notice.order_id, KEY) == Settled(state="failed")
    assert await mail.give_up() == NotSent(reason="failed")


async def test_a_mail_is_not_given_up_while_it_is_handed_over(mail: Doubtful) -> None:
    taken = await mail.enter_data()
    with pytest.raises(ApplicationError, match="handing this mail over"):
        await mail.give_up()
    async with mail.pool.acquire() as connection:
        await outbox.settle(connection, taken, "sent", 250, "2.0.0 queued")

    assert await mail.give_up() == Sent()


async def test_a_mail_that_lay_in_the_data_when_it_was_given_up_is_unknown(mail: Doubtful) -> None:
    await mail.enter_data()
    await mail.pool.execute(
        "UPDATE mails SET lease_until = now() - interval '1 second' WHERE order_id = $1", mail.notice.order_id
    )

    assert await mail.give_up() == MaybeSent()


async def test_an_order_brought_back_from_memory_takes_up_the_mails_nobody_was_told_of(
    mail: Doubtful,
) -> None:
    await mail.lose()
    order_id = str(mail.notice.order_id)
    async with mail.pool.acquire() as connection:
        before = await outbox.unsent(connection, "default", order_id)
        await connection.execute(
            "INSERT INTO attention (store, order_id, key, reason, since, text)"
            " VALUES ('default', $1, $2, 'mail_unknown', now(), $3)",
            order_id,
            f"mail_unknown:{KEY}",
            {"key": "attention.mail_unknown", "facts": {"mail": KEY}},
        )
        after = await outbox.unsent(connection, "default", order_id)

    assert [each.key for each in before] == [KEY]
    assert after == []
