"""The steps that write transitions down and look things up in our own PostgreSQL."""

import logging
from datetime import UTC, datetime

from temporalio import activity
from temporalio.exceptions import ApplicationError

from db import ended, outbox, pickup_codes
from db.commands import payload_of
from db.pool import Pool
from db.record import record
from db.vault import Vault
from orders.change import By, Change
from orders.mail import MailKind
from orders.rules.mailing import mail_not_sent
from workflows.steps import CodeCheck, MemorySteps, MissedMail, Record

log = logging.getLogger("pakhuis.memory")


class Memory(MemorySteps):
    def __init__(self, pool: Pool, vault: Vault) -> None:
        self._pool = pool
        self._vault = vault

    @activity.defn
    async def record(self, record_: Record) -> None:
        order = f"{record_.store}/{record_.order_id}"
        async with self._pool.acquire() as connection:
            await record(
                connection,
                self._vault,
                record_.store,
                record_.order_id,
                record_.decided_at,
                record_.transitions,
            )
        for each in record_.transitions:
            kinds = [f"{entry.kind} {entry.outcome}" for entry in each.entries]
            log.info("recorded", extra={"order": order, "sequence": each.sequence, "kinds": kinds})

    @activity.defn
    async def check_pickup_code(self, check: CodeCheck) -> bool:
        async with self._pool.acquire() as connection:
            code = check.code
            if code is None and check.command_id is not None:
                payload = await payload_of(connection, check.store, check.order_id, check.command_id)
                code = payload.get("code")
            if not isinstance(code, str):
                return False
            return await pickup_codes.check(connection, self._vault, check.store, check.order_id, code)

    @activity.defn
    async def late_mail_not_sent(self, missed: MissedMail) -> None:
        store, order_id, key = missed.store, missed.order_id, missed.mail_key
        if missed.kind is MailKind.ORDER_LINK:
            log.warning("mail not sent", extra={"order": f"{store}/{order_id}", "mail": str(missed.kind)})
            return  # Whoever asked for it, and gets nothing, asks again or writes to the shop.
        async with self._pool.acquire() as connection, connection.transaction():
            standing = await ended.lock(connection, store, order_id)
            state = await outbox.state_of(connection, store, order_id, key)
            if standing is None or state not in ("failed", "unknown"):
                return
            if standing.ended_at is None:
                # The workflow that was ending goes on, and it alone writes its order: wait for its end.
                raise ApplicationError("the order goes on", type="TryLater")
            change = Change(standing.state, By(at=datetime.now(UTC)))
            mail_not_sent(change, missed.kind, key, unknown=missed.unknown)
            if change.state.attention != standing.state.attention:
                await ended.write(connection, self._vault, change, standing.sequence + 1)
