"""The front door: where orders and commands come in, whoever brings them. HTTP, CLI and desk call this."""

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from db import commands, intake, order_links, stores
from db.audit import Doer
from db.commands import Answer
from db.fingerprint import fingerprint
from db.keys import Scope
from db.pool import OUTAGES, Pool, within_reach
from db.reading import Kept
from db.vault import Vault
from orders.commands import LONGEST_UNDO_SECONDS, Command, Payment
from orders.errors import OrderError, OrderNotFound, OrderUnreadable, Unavailable
from orders.order import Order, sums_that_differ
from orders.problems import problem
from orders.sentence import Sentence
from orders.store import StoreSettings
from starter import arrivals, ecwid
from starter.arrivals import Foreign
from starter.delivery import Delivery
from starter.waiting import Waiting
from starter.webhooks.listening import Listening
from starter.webhooks.provider import Told

A_MOMENT = 3.0
"""How many seconds the front door waits for a command's answer before it says that it is kept."""


class Format(StrEnum):
    PAKHUIS = "pakhuis"
    ECWID = "ecwid"


@dataclass(frozen=True)
class Visitor:
    """Who came in: signs commands, and its scope says what it may do."""

    actor: str
    scope: Scope
    request_id: str | None = None


@dataclass(frozen=True)
class Placed:
    """An order that is kept; `is_new` is false if this very order was kept before."""

    store: str
    order_id: str
    is_new: bool
    is_history: bool = False
    warnings: tuple[Sentence, ...] = ()


@dataclass(frozen=True)
class NotPlaced:
    """An order of many that was refused, with the sentence that says why."""

    index: int
    order_id: str | None
    error: OrderError


@dataclass(frozen=True)
class Given:
    """A command that is kept. `answer` is None while the workers have not answered it."""

    store: str
    order_id: str
    command_id: str
    answer: Answer | None


@dataclass(frozen=True)
class Heard:
    """A webhook that was signed well. `told` is None for an event that asks nothing of us; `is_new` is false
    if the payment was kept before."""

    told: Told | None
    is_new: bool = False


class FrontDoor:
    """Nothing gets a yes here before PostgreSQL has committed it.

    Every method raises Unavailable when PostgreSQL cannot be reached; Temporal being away is no error.
    """

    def __init__(self, pool: Pool, vault: Vault, delivery: Delivery, waiting: Waiting) -> None:
        self._pool = pool
        self._vault = vault
        self._delivery = delivery
        self._waiting = waiting
        self._listening = Listening(pool, vault)

    async def place(self, body: dict[str, Any]) -> Placed:
        """Keep an order of our own format, and start fulfilling it. Placing it again changes nothing.

        Raises OrderUnreadable with the field that is wrong, OrderDiffers, StoreNotFound.
        """
        order = arrivals.read(body)
        if wrong := sums_that_differ(order):
            fields = ", ".join(wrong)
            problems = tuple((field, problem("does_not_add_up")) for field in wrong)
            raise OrderUnreadable("door.money_does_not_add_up", problems=problems, fields=fields)
        return await self._keep(order, Format.PAKHUIS, arrivals.mark(order), None)

    async def place_ecwid(self, body: object, store: str = "default") -> list[Placed | NotPlaced]:
        """Keep what an Ecwid store exported: one order, or a search answer with many. Each order of many
        is kept or refused by itself."""
        settings = await self._settings(store)
        results: list[Placed | NotPlaced] = []
        for index, reading_ in enumerate(ecwid.read(body, settings, store, now=datetime.now(UTC))):
            if isinstance(reading_, ecwid.Unreadable):
                error = OrderUnreadable.because(reading_.reason)
                if reading_.field:
                    error.problems = ((reading_.field, reading_.reason),)
                results.append(NotPlaced(index, reading_.order_id, error))
                continue
            foreign = Foreign.of(reading_)
            try:
                results.append(await self._keep(reading_.order, Format.ECWID, foreign.mark(), foreign))
            except OrderError as error:
                results.append(NotPlaced(index, reading_.order.order_id, error))
        return results

    async def give(
        self,
        order_id: str,
        command: Command,
        visitor: Visitor,
        *,
        store: str | None = None,
        wait_seconds: float = A_MOMENT,
        undo_seconds: int = 0,
    ) -> Given:
        """Keep a command, bring it to the order's workflow, and wait a moment for the answer.

        For `undo_seconds`, at most LONGEST_UNDO_SECONDS, the mails it causes to the customer wait: until then
        `mail_stop` takes them back. A payment for an order that has not arrived is kept until it does.
        Raises OrderNotFound for any other command, CommandDiffers if its id was given to another one.
        """
        if not 0 <= undo_seconds <= LONGEST_UNDO_SECONDS:
            raise ValueError(f"a command is taken back within {LONGEST_UNDO_SECONDS} seconds or not at all")
        if command.command_id is None:
            command = command.model_copy(update={"command_id": str(uuid.uuid4())})
        command_id = str(command.command_id)
        try:
            async with self._pool.acquire() as connection:
                standing = await commands.standing(connection, order_id, store)
            if standing is None and not isinstance(command, Payment):
                raise OrderNotFound(order_id)
            store = standing.store if standing else store or commands.NO_STORE_YET
            async with self._waiting.news_of(store, order_id) as news:
                async with self._pool.acquire() as connection:
                    kept = await commands.keep(
                        connection,
                        store,
                        order_id,
                        command,
                        visitor.actor,
                        visitor.request_id,
                        undo_seconds,
                    )
                    known = None if kept else await commands.answer(connection, store, order_id, command_id)
                if known is not None:
                    return Given(store, order_id, command_id, known)
                alone = kept if standing and standing.runs and not standing.waits else None
                self._delivery.nudge(store, order_id, command=alone)
                seconds = wait_seconds if standing else 0
                answer = await self._answer(news, store, order_id, command_id, seconds)
        except OUTAGES as outage:
            raise Unavailable from outage
        return Given(store, order_id, command_id, answer)

    async def ask_for_link(self, number: str, email: str) -> None:
        """Keep that a customer wants the link of their order's page. It is mailed to the address the order
        has if both belong together; the answer here, and the time it takes, is the same if they do not."""
        async with within_reach(self._pool) as connection:
            await order_links.ask(connection, number, email)
        self._delivery.nudge_page_links()

    async def replace_link(
        self, order_id: str, doer: Doer, store: str | None = None, *, issue: int | None = None
    ) -> Kept:
        """Give the customer's page of an order a new link. The one before opens nothing from now on, in no
        browser; who did it is written down. If the link of this `issue` was replaced already, nothing is
        changed. Raises OrderNotFound, or OrderError where two stores have this id."""
        async with within_reach(self._pool) as connection:
            return await order_links.replace(connection, self._vault, doer, order_id, store, issue=issue)

    async def hear(
        self, provider: str, headers: Mapping[str, str], raw: bytes, request_id: str | None = None
    ) -> Heard:
        """Keep the payment that a provider tells of, without waiting for what its order makes of it; also
        where that order has not arrived. Told again it changes nothing.

        Raises ProviderNotFound; WebhookNotSigned and WebhookStale, with nothing of the body read;
        OrderUnreadable, OrderError and WebhookOfAnotherStore for what it says; CommandDiffers if its id came
        with something else before.
        """
        told = await self._listening.read(provider, headers, raw)
        if told is None:
            return Heard(None)
        async with within_reach(self._pool) as connection:
            kept = await commands.keep(
                connection, told.store, told.order_id, told.payment, f"provider:{provider}", request_id
            )
        if kept is not None:
            self._delivery.nudge(told.store, told.order_id)
        return Heard(told, kept is not None)

    async def _answer(
        self, news: asyncio.Event, store: str, order_id: str, command_id: str, seconds: float
    ) -> Answer | None:
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            left = deadline - asyncio.get_running_loop().time()
            try:
                await asyncio.wait_for(news.wait(), max(0, left))
            except TimeoutError:
                left = 0
            news.clear()
            async with self._pool.acquire() as connection:
                answer = await commands.answer(connection, store, order_id, command_id)
            if answer is not None or left <= 0:
                return answer

    async def _settings(self, store: str) -> StoreSettings:
        async with within_reach(self._pool) as connection:
            return await stores.settings(connection, store)

    async def _keep(self, order: Order, format_: Format, body: object, foreign: Foreign | None) -> Placed:
        mark = fingerprint(body)
        at = datetime.now(UTC)
        async with within_reach(self._pool) as connection:
            settings = await stores.settings(connection, order.store)
            arrival = arrivals.arrival(order, settings, at, str(format_), mark, foreign)
            is_new = await intake.keep(connection, self._vault, arrival, settings, at)
        if is_new and not arrival.is_history:
            self._delivery.nudge(order.store, order.order_id)
        warnings = foreign.warnings if foreign else ()
        return Placed(order.store, order.order_id, is_new, arrival.is_history, warnings)
