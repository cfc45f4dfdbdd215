"""A mail whose answer got lost, with a relay that can be asked: what is found out, and what follows."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from activities.postfix_log import PostfixLog
from activities.postman import Postman
from activities.relays import SETTLES_WITHIN
from embedded.temporal import Temporal
from tests.house import House, open_house
from tests.sample_orders import an_order
from tests.shown import state_of_mail
from tests.smtp_server import DROP, SmtpServer, Stage
from worker import build_worker

KEY = "order_received"


class Relay:
    """A server that takes a mail and is cut off before it can say so, and the log it writes."""

    def __init__(self, server: SmtpServer, file: Path) -> None:
        self.server = server
        self.file = file
        # As if it were asked after it has settled.
        self.log = PostfixLog(str(file), now=lambda: datetime.now(UTC) + SETTLES_WITHIN)

    def writes(self, *entries: str) -> None:
        now = datetime.now(UTC)
        lines = [(now - timedelta(hours=1), "smtpd[1]: connect from localhost[127.0.0.1]")]
        lines += [(now, entry) for entry in entries]
        lines += [(now + timedelta(minutes=1), "smtpd[1]: disconnect from localhost[127.0.0.1]")]
        self.file.write_text("".join(f"{at.isoformat()} relay postfix/{text}\n" for at, text in lines))


@pytest.fixture(scope="module")
async def house(postgres_url: str, temporal: Temporal, servers_folder: Path) -> AsyncIterator[House]:
    """A house of its own, without its worker."""
    async with open_house(
        postgres_url, temporal.address, servers_folder / "asking", task_queue="asking", works=False
    ) as house:
        yield house


@pytest.fixture
async def relay(house: House, tmp_path: Path) -> AsyncIterator[Relay]:
    """The relay of a worker that asks it."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(SmtpServer())
        relay = Relay(server, tmp_path / "mail.log")
        postman = Postman(server.url)
        stack.push_async_callback(postman.close)
        worker = build_worker(
            house.client, house.pool, house.vault, postman, house.settings, "asking", relay.log
        )
        await stack.enter_async_context(worker)
        yield relay


async def lost(house: House, relay: Relay) -> str:
    """An order whose first mail the relay took, or not, without a word."""
    await house.open_store("default", look={"name": "Huis"})
    relay.server.misbehave(Stage.DOT, DROP, times=1)
    return await house.placed(an_order())


async def test_a_mail_that_stands_in_the_relay_s_log_is_not_sent_again(house: House, relay: Relay) -> None:
    body = an_order()
    await house.open_store("default", look={"name": "Huis"})
    relay.server.misbehave(Stage.DOT, "abc", times=1)
    order_id = str(body["order_id"])
    # The log is written by the time the relay is asked: its id follows from the order.
    await house.placed(body)
    number = await house.pool.fetchval("SELECT message_id FROM mails WHERE order_id = $1", order_id)
    relay.writes(f"cleanup[2]: 4GkXl0: message-id={number}", "qmgr[3]: 4GkXl0: from=<a@b>, size=9")

    order = await house.until(order_id, lambda order: state_of_mail(order, KEY) == "sent", 20)
    assert order["attention"] == []
    assert len(relay.server.taken) == 1


async def test_a_mail_that_the_relay_surely_never_saw_is_sent_again_with_the_same_bytes(
    house: House, relay: Relay
) -> None:
    relay.writes()
    order_id = await lost(house, relay)

    order = await house.until(order_id, lambda order: state_of_mail(order, KEY) == "sent", 20)
    assert order["attention"] == []
    first, second = relay.server.taken
    assert first.raw == second.raw
