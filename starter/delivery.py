"""Delivery: what PostgreSQL keeps is brought to Temporal, at once if it is there, by the sweep if not."""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Sequence
from datetime import timedelta
from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from db import commands, order_links, outbox
from db.pool import OUTAGES, Connection, Pool
from db.queries import load
from db.vault import Vault
from orders.commands import COMMAND, for_history
from orders.plan import Plan
from orders.rules.closing import headline
from orders.rules.placing import place
from orders.state import OrderFacts, OrderState
from starter.after_the_end import settle_after_the_end
from starter.temporal import TASK_QUEUE
from workflows import editions
from workflows.attributes import at_start, summary
from workflows.brief import Brief, SoFar
from workflows.fulfil_order import FulfilOrder
from workflows.late_mail import SendLateMail
from workflows.steps import Notice

SQL = load("orders")
RECORD = load("record")
AT_ONCE = 64
"""How many orders are delivered side by side; more would only make Temporal refuse connections."""
MOST_UNDER_WAY = 1000
"""More are left to the sweep: Temporal is away or slow."""
MOST_SWEPT = 500
RPC_TIMEOUT = timedelta(seconds=10)
FLUSH_AFTER_SECONDS = 0.25
CLOSE_WITHIN_SECONDS = 5

# RuntimeError is what the SDK raises where nobody answers a client's first connection.
OUT_OF_REACH: tuple[type[BaseException], ...] = (RPCError, RuntimeError, *OUTAGES)

log = logging.getLogger("pakhuis.delivery")


def workflow_id(store: str, order_id: str) -> str:
    return f"order/{store}/{order_id}"


class Delivery:
    """Delivers orders and their commands. Each order is delivered by one task at a time, its rows in the
    order they were kept, so no command overtakes the start of its workflow."""

    def __init__(self, pool: Pool, client: Client, vault: Vault, task_queue: str = TASK_QUEUE) -> None:
        self._pool = pool
        self._task_queue = task_queue
        self._vault = vault
        self._client = client
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._under_way: dict[tuple[str, str], bool] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._delivered: list[int] = []
        self._started: list[tuple[str, str]] = []
        self._flush_is_due = False

    def nudge(
        self,
        store: str,
        order_id: str,
        *,
        again: bool = False,
        command: commands.Undelivered | None = None,
    ) -> None:
        """Deliver this order soon, in the background. Never raises: what fails is found by the sweep.

        `command` is the one thing there is to deliver to a workflow that runs, where the caller knows so:
        it spares looking for it.
        """
        key = (store, order_id)
        if key in self._under_way:
            self._under_way[key] = True  # Look once more: something was kept since.
            return
        if len(self._under_way) >= MOST_UNDER_WAY:
            return
        self._under_way[key] = False
        self._spawn(self._deliver_until_done(key, again, command))

    async def _deliver(self, store: str, order_id: str, *, again: bool = False) -> None:
        """Start the order's workflow if nobody has, and give it the commands it has not been given.

        Raises RPCError when Temporal cannot be reached, one of OUTAGES when PostgreSQL cannot.
        """
        async with self._pool.acquire() as connection:
            row = await connection.fetchrow(SQL["to_start"], store, order_id)
            waiting = await commands.undelivered(connection, store, order_id, again=again)
        if row is None:
            return  # A payment that came before its order: delivered with it.
        if row["ended_at"] is not None:
            why = "door.refused_history" if row["is_history"] else "door.order_ended"
            await settle_after_the_end(self._pool, self._vault, store, order_id, why)
            await self.send_late_mails()
            return
        if row["started_at"] is None:
            await self._start(Plan.model_validate(row["plan"]))
        await self._hand_over(store, order_id, waiting)

    async def _hand_over(self, store: str, order_id: str, waiting: Sequence[commands.Undelivered]) -> None:
        handle = self._client.get_workflow_handle(workflow_id(store, order_id))
        for command in waiting:
            if not await self._signal(handle, command):
                await self._bring_back(store, order_id)
                return
        if waiting:
            self._delivered += [command.number for command in waiting]
            self._flush_soon()

    async def send_late_mails(self, older_than: timedelta = timedelta(0)) -> None:
        """Let the mails leave whose order has no workflow any more to send them; each once, by its key.

        Raises RPCError when Temporal cannot be reached, one of OUTAGES when PostgreSQL cannot.
        """
        async with self._pool.acquire() as connection:
            mails = await outbox.late(connection, older_than)
        for mail in mails:
            again = f"/{mail.attempt}" if mail.attempt else ""
            with contextlib.suppress(WorkflowAlreadyStartedError):
                await self._client.start_workflow(
                    SendLateMail.run,
                    Notice(store=mail.store, order_id=mail.order_id, mail_key=mail.mail_key, kind=mail.kind),
                    id=f"mail/{mail.store}/{mail.order_id}/{mail.mail_key}" + again,
                    task_queue=self._task_queue,
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                    static_summary=f"{mail.store} {mail.order_id}: mail {mail.mail_key}",
                    rpc_timeout=RPC_TIMEOUT,
                )

    async def send_page_links(self) -> None:
        """Answer the customers who asked for the link of their order's page. Raises as `send_late_mails`."""
        async with self._pool.acquire() as connection:
            written = await order_links.answer(connection, self._vault)
        if written:
            await self.send_late_mails()

    def nudge_page_links(self) -> None:
        """The same soon, in the background. Never raises: what fails is found by the sweep."""
        self._spawn(self._send_page_links_soon())

    async def _send_page_links_soon(self) -> None:
        try:
            await self.send_page_links()
        except OUT_OF_REACH as error:
            log.warning("links not sent yet", extra={"why": type(error).__name__})

    async def start_again(self, store: str, order_id: str) -> bool | None:
        """Start an order that Temporal lost from where PostgreSQL has it. False if Temporal knows that it
        ran before, None if the order has ended."""
        async with self._pool.acquire() as connection:
            kept = await _carried(connection, store, order_id)
        if kept is None:
            return None
        if not await self._start(*kept):
            return False
        log.warning("workflow started again from memory", extra={"order": f"{store}/{order_id}"})
        return True

    async def close(self) -> None:
        """Let what is under way finish, for a moment; the sweep has the rest."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSE_WITHIN_SECONDS)
        for task in self._tasks:
            task.cancel()
        await self._flush()

    async def _start(self, plan: Plan, so_far: SoFar | None = None) -> bool:
        """One workflow per order for good: the row says whether one was started, also after Temporal has
        forgotten it; the policies make a race between two starters harmless. False if it ran before."""
        state = OrderState(plan=plan, **dict(so_far.facts)) if so_far else place(plan).state
        try:
            await self._client.start_workflow(
                FulfilOrder.run,
                Brief(plan=plan, so_far=so_far, edition=editions.TOLD),
                id=workflow_id(plan.store, plan.order_id),
                task_queue=self._task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                search_attributes=at_start(plan, headline(state)),
                static_summary=summary(plan),
                rpc_timeout=RPC_TIMEOUT,
            )
        except WorkflowAlreadyStartedError:
            return False
        self._started.append((plan.store, plan.order_id))
        self._flush_soon()
        return True

    async def _signal(self, handle: WorkflowHandle[FulfilOrder, None], row: commands.Undelivered) -> bool:
        """Give one command to the workflow; False if Temporal knows no such running workflow."""
        command = for_history(COMMAND.validate_python({**row.payload, "type": row.type}))
        body = command.model_dump(mode="json", exclude={"type"}, exclude_defaults=True)
        payload = {**body, "command_id": row.command_id, "actor": row.actor}
        try:
            await handle.signal(row.type, payload, rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True

    async def _bring_back(self, store: str, order_id: str) -> None:
        """Temporal does not know the workflow: it has ended, was stopped by hand, or Temporal lost it."""
        started = await self.start_again(store, order_id)
        if started:
            self._under_way[(store, order_id)] = True
        else:
            why = "door.order_ended" if started is None else "door.workflow_stopped"
            await settle_after_the_end(self._pool, self._vault, store, order_id, why)

    async def _deliver_until_done(
        self, key: tuple[str, str], again: bool, command: commands.Undelivered | None
    ) -> None:
        try:
            async with self._slots:
                if command is not None:
                    await self._hand_over(*key, (command,))
                has_looked = command is not None
                while not has_looked or self._under_way[key]:
                    has_looked = True
                    self._under_way[key] = False
                    await self._deliver(*key, again=again)
        except OUT_OF_REACH as error:
            log.warning("not delivered yet", extra={"order": "/".join(key), "why": type(error).__name__})
        except Exception as error:
            # Left to asyncio, a bug would be logged with its words, and they quote what people wrote.
            log.error("delivery failed", exc_info=error, extra={"order": "/".join(key)})
        finally:
            self._under_way.pop(key, None)

    def _flush_soon(self) -> None:
        # The workflow's own record marks an order as started and a command as answered; these marks are
        # for the case that no worker is there to do so, and can wait to be written many at a time.
        if not self._flush_is_due:
            self._flush_is_due = True
            self._spawn(self._flush_later())

    async def _flush_later(self) -> None:
        await asyncio.sleep(FLUSH_AFTER_SECONDS)
        self._flush_is_due = False
        await self._flush()

    async def _flush(self) -> None:
        delivered, self._delivered = self._delivered, []
        started, self._started = self._started, []
        try:
            async with self._pool.acquire() as connection:
                if delivered:
                    await commands.mark_delivered(connection, delivered)
                if started:
                    stores, orders = zip(*started, strict=True)
                    await connection.execute(SQL["mark_started"], list(stores), list(orders))
        except OUTAGES as error:
            # Harmless: they are delivered once more, and every command is applied once by its id.
            log.warning("delivery not noted", extra={"why": type(error).__name__})

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _carried(connection: Connection, store: str, order_id: str) -> tuple[Plan, SoFar] | None:
    """What a workflow needs to go on from what PostgreSQL keeps; None if the order has ended."""
    row = await connection.fetchrow(SQL["lock_order"], store, order_id)
    if row is None or row["ended_at"] is not None:
        return None
    so_far = SoFar(
        facts=OrderFacts.model_validate(row["facts"]),
        sequence=row["sequence"],
        answered=tuple(await commands.answered(connection, store, order_id)),
        events=await connection.fetchval(RECORD["recorded"], store, order_id, row["sequence"]) or 0,
        unsent=tuple(await outbox.unsent(connection, store, order_id)),
    )
    return Plan.model_validate(row["plan"]), so_far


async def sweep(pool: Pool, delivery: Delivery, older_than: timedelta) -> int:
    """Deliver every order that was missed; how many there were."""
    async with pool.acquire() as connection:
        await commands.adopt(connection)
        unstarted = await connection.fetch(SQL["unstarted"], older_than, MOST_SWEPT)
        waiting = await commands.orders_waiting(connection, older_than, MOST_SWEPT)
    missed = {(row["store"], row["order_id"]): False for row in unstarted}
    missed |= {(each.store, each.order_id): each.again for each in waiting}
    for (store, order_id), again in missed.items():
        delivery.nudge(store, order_id, again=again)
    return len(missed)
