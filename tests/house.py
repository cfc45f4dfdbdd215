"""A house for tests: database, worker that ships, front door, mail catcher, in one process."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

from activities.postman import Postman
from db import keys, migrate, stores
from db import pool as database
from db.keys import Scope
from db.pool import Pool
from db.vault import Vault
from desk.routers import routers
from embedded.files import put_samples
from embedded.mailbox import Mailbox
from orders.store import Look, StoreSettings
from starter import temporal
from starter.bulk import Bulk
from starter.delivery import Delivery, workflow_id
from starter.front_door import FrontDoor
from starter.http.app import create_app
from starter.opening import Opened
from starter.settings import Settings
from starter.view import Viewer
from starter.waiting import Waiting
from worker import build_worker, sweep_for_ever

SECRET = "a-secret-key-of-the-tests-long-enough-to-be-taken-for-one"
PUBLIC_URL = "http://pakhuis.test"
SHOP = "shop@pakhuis.example"
PATIENCE_SECONDS = 30
"""How long a test waits for what should come about in a moment: others may have the machine."""


class House:
    """Everything a test may touch."""

    checkout, staff, ops = Scope.CHECKOUT, Scope.STAFF, Scope.OPS

    def __init__(self) -> None:
        self.database_url = ""
        self.temporal_address = ""
        self.pool: Pool
        self.client: Client
        self.mailbox: Mailbox
        self.http: httpx.AsyncClient
        self.keys: dict[Scope, str] = {}
        self.settings: Settings
        self.vault = Vault(SECRET)
        self.front_door: FrontDoor
        self.delivery: Delivery
        self.opened: Opened
        self.app: FastAPI
        self.task_queue = ""

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """With a worker, and the sweep beside it."""
        async with AsyncExitStack() as stack:
            postman = Postman(self.settings.smtp_url.get_secret_value())
            stack.push_async_callback(postman.close)
            worker = build_worker(self.client, self.pool, self.vault, postman, self.settings, self.task_queue)
            await stack.enter_async_context(worker)
            stop = asyncio.Event()
            sweeping = asyncio.create_task(sweep_for_ever(self.pool, self.delivery, stop))
            try:
                yield
            finally:
                stop.set()
                await sweeping

    def environment(self) -> dict[str, str]:
        """The settings of a process of this house."""
        return {
            "PAKHUIS_DATABASE_URL": self.database_url,
            "PAKHUIS_SMTP_URL": self.mailbox.smtp_url,
            "PAKHUIS_SECRET_KEY": SECRET,
            "PAKHUIS_PUBLIC_URL": PUBLIC_URL,
            "PAKHUIS_FILES": str(self.settings.files),
            "TEMPORAL_ADDRESS": self.temporal_address,
        }

    def handle(self, order_id: str, store: str = "default") -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(workflow_id(store, order_id))

    def headers(self, scope: Scope) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[scope]}"}

    async def place(self, body: dict[str, Any], **params: str) -> httpx.Response:
        return await self.http.post(
            "/v1/orders", json=body, params=params, headers=self.headers(Scope.CHECKOUT)
        )

    async def send(
        self, order_id: str, type_: str, *, undo_seconds: int | None = None, **fields: Any
    ) -> httpx.Response:
        """Give a command, with an id of its own unless one is given."""
        body = {"type": type_, "command_id": str(uuid.uuid4()), **fields}
        params = {} if undo_seconds is None else {"undo_seconds": undo_seconds}
        path = f"/v1/orders/{order_id}/commands"
        return await self.http.post(path, json=body, params=params, headers=self.headers(Scope.STAFF))

    async def pay(self, order_id: str, **fields: Any) -> httpx.Response:
        return await self.send(order_id, "payment", **{"status": "paid", **fields})

    async def open_store(self, store: str, **settings: Any) -> None:
        """Set up a store, or change one."""
        async with self.pool.acquire() as connection:
            await stores.keep(connection, store, StoreSettings.model_validate(settings))

    async def placed(self, body: dict[str, Any]) -> str:
        """Place an order that must be taken; its id."""
        answer = await self.place(body)
        assert answer.status_code == 201, answer.text
        return str(body["order_id"])

    async def paid(self, body: dict[str, Any]) -> str:
        """Place an order and pay it; its id."""
        order_id = await self.placed(body)
        await self.done(order_id, "payment", status="paid")
        return order_id

    async def done(self, order_id: str, type_: str, **fields: Any) -> dict[str, Any]:
        """Give a command that must be applied; the order after it."""
        answer = await self._answered(order_id, type_, fields)
        assert answer.status_code == 200, answer.text
        after: dict[str, Any] = answer.json()["order"]
        return after

    async def refused(self, order_id: str, type_: str, **fields: Any) -> str:
        """Give a command that must be refused; the sentence that says why."""
        answer = await self._answered(order_id, type_, fields)
        assert answer.status_code == 409, answer.text
        return str(answer.json()["detail"])

    async def _answered(self, order_id: str, type_: str, fields: dict[str, Any]) -> httpx.Response:
        """The answer to a command; where the worker had more to do than a caller waits for, the later one."""
        command = {"command_id": str(uuid.uuid4()), **fields}
        answer = await self.send(order_id, type_, **command)
        if answer.status_code != 202:
            return answer
        outcome = "SELECT outcome FROM commands WHERE order_id = $1 AND command_id = $2"
        deadline = asyncio.get_running_loop().time() + 30
        while not await self.pool.fetchval(outcome, order_id, command["command_id"]):
            assert asyncio.get_running_loop().time() < deadline, answer.text
            await asyncio.sleep(0.1)
        return await self.send(order_id, type_, **command)

    async def signal(self, order_id: str, name: str, *payloads: Any) -> None:
        """Send a plain signal, as `temporal workflow signal` does: with no payload, one, or more."""
        await self.handle(order_id).signal(name, args=list(payloads))

    async def show(self, order_id: str, **params: str) -> dict[str, Any]:
        answer = await self.http.get(
            f"/v1/orders/{order_id}", params=params, headers=self.headers(Scope.STAFF)
        )
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    async def until(
        self, order_id: str, condition: Callable[[dict[str, Any]], Any], seconds: float = PATIENCE_SECONDS
    ) -> dict[str, Any]:
        """The order once the condition holds; fails, showing it, if it does not in time."""
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            order = await self.show(order_id)
            if condition(order):
                return order
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"did not come about: {order}")
            await asyncio.sleep(0.03)

    async def skip(self, order_id: str, duration: timedelta, store: str = "default") -> None:
        """Let time pass for one order, from when its workflow is there: a 201 comes before that."""
        await self.started(order_id, store)
        await TimeSkipper(self.client).fast_forward(self.handle(order_id, store), duration)

    async def started(self, order_id: str, store: str = "default", seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until the order has its workflow."""
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            try:
                await self.handle(order_id, store).describe()
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
                assert asyncio.get_running_loop().time() < deadline, "its workflow was not started"
            else:
                return
            await asyncio.sleep(0.03)

    async def ended(self, order_id: str, store: str = "default") -> dict[str, Any]:
        """The order once its workflow has come to its end by itself; not being there counts as an error."""
        await self.until(order_id, lambda order: order["ended_at"])
        await asyncio.wait_for(self.handle(order_id, store).result(), 15)
        return await self.show(order_id)

    async def mail(self, order_id: str, kind: str, seconds: float = PATIENCE_SECONDS) -> Any:
        """The one mail of this kind that the customer of this order was sent."""
        order = await self.until(
            order_id,
            lambda order: any(
                mail["kind"] == kind and mail["state"] == "sent" and not mail["is_copy"]
                for mail in order["mails"]
            ),
            seconds,
        )
        number = await self.pool.fetchval(
            "SELECT message_id FROM mails WHERE order_id = $1 AND kind = $2 AND NOT is_copy",
            order["order_id"],
            kind,
        )
        (mail,) = [each for each in self.mailbox.mails if each.header("Message-ID") == number]
        return mail

    async def copies(self, order_id: str, key: str) -> int:
        """How often the mail of this key came to the mailbox."""
        number = await self.pool.fetchval(
            "SELECT message_id FROM mails WHERE order_id = $1 AND mail_key = $2", order_id, key
        )
        return len([each for each in self.mailbox.mails if each.header("Message-ID") == number])

    async def mails_to(self, recipient: str, count: int, seconds: float = PATIENCE_SECONDS) -> list[Any]:
        """The mails to this address, once there are so many."""

        def enough() -> list[Any]:
            return [mail for mail in self.mailbox.mails if recipient in mail.recipients]

        deadline = asyncio.get_running_loop().time() + seconds
        while len(enough()) < count:
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError([mail.subject for mail in enough()])
            await asyncio.sleep(0.03)
        return enough()


async def fresh_database(server_url: str) -> str:
    """A migrated database of its own; its URL."""
    name = f"house_{uuid.uuid4().hex[:12]}"
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()
    url = server_url.rsplit("/", 1)[0] + f"/{name}"
    connection = await asyncpg.connect(url)
    try:
        await database.prepare(connection)
        await migrate.migrate(connection)
    finally:
        await connection.close()
    return url


@asynccontextmanager
async def open_house(
    server_url: str,
    temporal_address: str,
    folder: Path,
    *,
    task_queue: str = "fulfilment",
    works: bool = True,
) -> AsyncIterator[House]:
    """A house with everything running in it; without a worker where `works` is false."""
    house = House()
    async with AsyncExitStack() as stack:
        house.temporal_address = temporal_address
        house.database_url = await fresh_database(server_url)
        house.mailbox = await stack.enter_async_context(Mailbox(folder / "mails"))
        put_samples(folder / "files")
        house.settings = Settings.model_validate(
            {
                "database_url": house.database_url,
                "smtp_url": house.mailbox.smtp_url,
                "secret_key": SECRET,
                "public_url": PUBLIC_URL,
                "files": folder / "files",
            }
        )
        house.pool = await database.connect(house.database_url)
        stack.push_async_callback(house.pool.close)
        async with house.pool.acquire() as connection:
            await stores.keep(
                connection, "default", StoreSettings(look=Look(name="Huis"), shop_addresses=(SHOP,))
            )
            for scope in Scope:
                house.keys[scope] = keys.fresh()
                await keys.keep(connection, scope, f"{scope}:test", house.keys[scope])
        # Where our own code looks for Temporal; a test session has several houses, not all on the same one.
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("TEMPORAL_ADDRESS", temporal_address)
            house.client = await temporal.connect()
        house.task_queue = task_queue
        house.delivery = Delivery(house.pool, house.client, house.vault, task_queue)
        stack.push_async_callback(house.delivery.close)
        waiting = await stack.enter_async_context(Waiting(house.database_url))
        await waiting.is_listening.wait()
        house.front_door = FrontDoor(house.pool, house.vault, house.delivery, waiting)
        viewer = Viewer(house.vault, PUBLIC_URL, "http://temporal.test")
        bulk = Bulk(house.pool, house.front_door)
        stack.push_async_callback(bulk.close)
        house.opened = Opened(
            pool=house.pool,
            vault=house.vault,
            client=house.client,
            delivery=house.delivery,
            waiting=waiting,
            front_door=house.front_door,
            viewer=viewer,
            bulk=bulk,
        )
        pages = routers(house.opened, house.settings)
        house.app = create_app(house.front_door, viewer, house.pool, pages)
        transport = httpx.ASGITransport(app=house.app, raise_app_exceptions=False)
        house.http = await stack.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL, timeout=30)
        )
        if works:
            await stack.enter_async_context(house.working())
        yield house
