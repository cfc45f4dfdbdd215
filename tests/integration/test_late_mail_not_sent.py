"""Asking for a person about a mail of an order that has no workflow any more."""

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.memory import Memory
from db.pool import Pool
from db.vault import Vault
from orders.mail import MailKind
from tests.digital import MUGS, SECRET, Shop, an_order
from workflows.steps import MissedMail

VAULT = Vault(SECRET)
KEY = "order_received"


class Ended:
    """An order, ended unless said otherwise, with a first mail in some state."""

    def __init__(self, pool: Pool, order_id: str) -> None:
        self.pool = pool
        self.order_id = order_id

    async def set(self, state: str, *, ended: bool = True) -> None:
        await self.pool.execute("UPDATE mails SET state = $2 WHERE order_id = $1", self.order_id, state)
        await self.pool.execute(
            "UPDATE orders SET ended_at = CASE WHEN $2 THEN now() END WHERE order_id = $1",
            self.order_id,
            ended,
        )

    async def missed(self, *, unknown: bool = False) -> None:
        missed = MissedMail(
            store="default",
            order_id=self.order_id,
            mail_key=KEY,
            kind=MailKind.ORDER_RECEIVED,
            unknown=unknown,
        )
        await ActivityEnvironment().run(Memory(self.pool, VAULT).late_mail_not_sent, missed)

    async def attention(self) -> list[str]:
        rows = await self.pool.fetch("SELECT key FROM attention WHERE order_id = $1", self.order_id)
        return [row["key"] for row in rows]

    async def steps(self) -> int:
        found = await self.pool.fetchval("SELECT sequence FROM orders WHERE order_id = $1", self.order_id)
        return int(found)


@pytest.fixture
async def ended(pool: Pool) -> Ended:
    order = await Shop(pool, VAULT).keep(an_order(MUGS, method="pickup"))
    return Ended(pool, order.order_id)


@pytest.mark.parametrize(
    ("state", "unknown", "key"),
    [("failed", False, f"mail_failed:{KEY}"), ("unknown", True, f"mail_unknown:{KEY}")],
)
async def test_it_is_found_on_the_list_of_its_order_once(
    ended: Ended, state: str, unknown: bool, key: str
) -> None:
    await ended.set(state)
    await ended.missed(unknown=unknown)
    await ended.missed(unknown=unknown)

    assert await ended.attention() == [key]
    assert await ended.steps() == 2
    assert await ended.pool.fetchval(
        "SELECT needs_attention AND ended_at IS NOT NULL FROM orders WHERE order_id = $1", ended.order_id
    )


@pytest.mark.parametrize("state", ["sent", "queued"])
async def test_what_was_sent_or_waits_again_meanwhile_needs_nobody(ended: Ended, state: str) -> None:
    await ended.set(state)
    await ended.missed()

    assert await ended.attention() == []


async def test_an_order_that_goes_on_is_written_by_its_workflow_alone(ended: Ended) -> None:
    await ended.set("failed", ended=False)

    with pytest.raises(ApplicationError, match="goes on"):
        await ended.missed()
    assert await ended.attention() == []
    assert await ended.steps() == 1
