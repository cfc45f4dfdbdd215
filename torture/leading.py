"""Leading processes to steps that are only taken after something else went wrong, or in some orders only."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import Any, Final

import aiohttp
import asyncpg
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from db.pool import OUTAGES
from torture.smtp_control import tell
from torture.smtp_modes import Mode
from torture.tally import Tally
from torture.town import APIS_TO_TEMPORAL, KEYS, Town, temporal_of

Play = Callable[[str], None]
"""Has a story of this kind played now, beside the others."""

AGAIN_AFTER_SECONDS: Final = 4.0
LOOK_SECONDS: Final = 0.1
FAILED_WITHIN_SECONDS: Final = 5.0
LEAVES_A_JOB: Final = "job.start:after"
JOB_LEFT_WITHIN_SECONDS: Final = 8.0
UNDER_FIRE: Final = (*OUTAGES, RPCError, aiohttp.ClientError)
"""What the judge meets when he asks something of a town under fire: he asks again."""
IN_AN_ENVELOPE: Final = """SELECT store, order_id FROM mails JOIN orders USING (store, order_id)
    WHERE state = 'sending' AND phase = 'envelope' AND ended_at IS NULL ORDER BY mails.number"""
ENDED: Final = """SELECT order_id FROM orders JOIN downloads USING (store, order_id)
    WHERE ended_at IS NOT NULL AND revoked_at IS NULL AND NOT needs_attention
    ORDER BY accepted_at DESC LIMIT 20"""
NEWLY_FAILED: Final = (
    "SELECT EXISTS (SELECT FROM mails WHERE order_id = $1 AND kind = 'downloads' AND state = 'failed')"
)


class Leads:
    """`async with leads.towards(point)`: inside, what leads to that point happens, again and again."""

    def __init__(self, town: Town, tally: Tally, play: Play, seed: int) -> None:
        self._town = town
        self._tally = tally
        self._play = play
        self._chance = random.Random(f"leads/{seed}")
        self._wishes = itertools.count(1)
        self._leads: Mapping[str, Callable[[], Awaitable[None]]] = {
            "check_code": self._playing("pickup"),
            "issue.downloads": self._playing("digital"),
            "issue.gift_cards": self._playing("gift_cards"),
            "issue.acknowledge": self._playing("gift_cards"),
            "digest": self._playing("paid_after_cancel"),
            "sweep.start": self._cut_apis_off,
            "sweep.signal": self._cut_apis_off,
            "doubt": self._let_an_answer_be_lost,
            "give_up": self._give_up_by_hand,
            "late_mail": self._refuse_a_late_mail,
            "after_end": self._ask_after_the_end,
            "job": self._playing("many_at_once"),
            "carry": self._leave_a_job,
            "invoice": self._playing("invoiced"),
        }

    def is_needed(self, point: str) -> bool:
        """Whether nobody comes by this point often by himself."""
        return self._lead(point) is not None

    @asynccontextmanager
    async def towards(self, point: str) -> AsyncIterator[None]:
        """The town is as it was when the block ends, but for what was done in it."""
        leading = asyncio.create_task(self._for_ever(self._lead(point)))
        try:
            yield
        finally:
            leading.cancel()
            with suppress(asyncio.CancelledError):
                await leading

    def _lead(self, point: str) -> Callable[[], Awaitable[None]] | None:
        step = point.partition(":")[0]
        return next((lead for name, lead in self._leads.items() if step.startswith(name)), None)

    async def _for_ever(self, lead: Callable[[], Awaitable[None]] | None) -> None:
        while True:
            if lead is not None:
                with suppress(*UNDER_FIRE):
                    await lead()
            await asyncio.sleep(AGAIN_AFTER_SECONDS)
            self._play("one_parcel")  # Lest all who play wait for something.

    def _playing(self, kind: str) -> Callable[[], Awaitable[None]]:
        async def lead() -> None:
            self._play(kind)

        return lead

    async def _cut_apis_off(self) -> None:
        """No API reaches Temporal: what they keep is for the sweep to deliver."""
        road = self._town.roads[APIS_TO_TEMPORAL]
        with self._tally.outage(f"network to {APIS_TO_TEMPORAL}"):
            road.refuse()
            road.cut()
            try:
                while True:
                    self._play("digital")
                    await asyncio.sleep(AGAIN_AFTER_SECONDS)
            finally:
                road.heal()

    async def _leave_a_job(self) -> None:
        """A job has begun, and its API is told that it has not: then it is for a worker to carry."""
        armed = self._town.mines / "armed" / LEAVES_A_JOB
        armed.write_text("lose")
        self._play("many_at_once")
        try:
            await asyncio.sleep(JOB_LEFT_WITHIN_SECONDS)
        finally:
            armed.unlink(missing_ok=True)

    async def _let_an_answer_be_lost(self) -> None:
        """The relay takes a mail, and its answer to the dot is lost."""
        await self._smtp(heal=True)
        self._play("one_parcel")
        await self._smtp(next=1, mode=str(Mode.DROP_AFTER_DOT_TAKEN))

    async def _give_up_by_hand(self) -> None:
        """Somebody ends a mail's activity by Temporal's own means, as a relay does that is away for days."""
        await self._smtp(heal=True)
        self._play("one_parcel")
        await self._smtp(next=1, mode=str(Mode.HANG_AT_RCPT))
        client = await temporal_of(self._town)
        connection = await asyncpg.connect(self._town.database_url)
        try:
            while not await self._failed_one(client, connection):
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            connection.terminate()
            await self._smtp(heal=True)
            await self._smtp(release=True)

    async def _failed_one(self, client: Client, connection: Any) -> bool:
        for row in await connection.fetch(IN_AN_ENVELOPE):
            workflow_id = f"order/{row['store']}/{row['order_id']}"
            described = await client.get_workflow_handle(workflow_id).describe()
            for pending in described.raw_description.pending_activities:
                if pending.activity_type.name != "notify":
                    continue
                handle = client.get_async_activity_handle(
                    workflow_id=workflow_id, run_id=described.run_id, activity_id=pending.activity_id
                )
                with suppress(RPCError):  # It may have gone out in this very moment.
                    await handle.fail(ApplicationError("ended by hand", non_retryable=True))
                    return True
        return False

    async def _ask_after_the_end(self) -> None:
        """New links for an order that has ended."""
        if (order_id := await self._an_ended_order()) is None:
            self._play("digital")
            return
        await self._reissue(order_id)

    async def _refuse_a_late_mail(self) -> None:
        """A mail of an order that has ended, and the relay refuses it for good."""
        if (order_id := await self._an_ended_order()) is None:
            self._play("digital")
            return
        await self._smtp(all=str(Mode.RCPT_550))
        try:
            async with asyncio.timeout(FAILED_WITHIN_SECONDS):
                await self._reissue(order_id)
                connection = await asyncpg.connect(self._town.database_url)
                try:
                    while not await connection.fetchval(NEWLY_FAILED, order_id):
                        await asyncio.sleep(LOOK_SECONDS)
                finally:
                    connection.terminate()
        finally:
            await self._smtp(heal=True)

    async def _an_ended_order(self) -> str | None:
        connection = await asyncpg.connect(self._town.database_url)
        try:
            rows = await connection.fetch(ENDED)
        finally:
            connection.terminate()
        return str(self._chance.choice(rows)["order_id"]) if rows else None

    async def _reissue(self, order_id: str) -> None:
        """Asked until it is kept. The judge's client writes only of what its players asked."""
        body = {"type": "reissue", "command_id": f"lead-{next(self._wishes)}", "line_id": "1"}
        headers = {"Authorization": f"Bearer {KEYS['staff']}"}
        patience = aiohttp.ClientTimeout(total=5)
        async with aiohttp.ClientSession(headers=headers, timeout=patience) as http:
            for url in itertools.cycle(self._town.api_urls):
                with suppress(aiohttp.ClientError, TimeoutError):
                    async with http.post(f"{url}/v1/orders/{order_id}/commands", json=body) as answer:
                        if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                            return
                await asyncio.sleep(LOOK_SECONDS)

    async def _smtp(self, **wish: Any) -> None:
        if self._town.smtp is not None:
            await tell(str(self._town.smtp.control_port), **wish)
