"""A town for tests: servers of its own that may be stopped and killed, and a house on them."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.service import RPCError, RPCStatusCode

from embedded.ports import free_port
from embedded.postgres import Postgres
from embedded.programs import Worker, worker_command
from embedded.supervisor import Supervisor
from embedded.temporal import Temporal
from tests.house import House, open_house
from tests.sample_orders import BOOK, an_order


@dataclass
class Town:
    """Servers of its own, to be stopped and killed, and a house on them without a worker."""

    postgres: Supervisor
    temporal: Supervisor
    house: House
    folder: Path
    old_order: dict[str, object]
    """One that ended before all else."""

    def worker(self, *command: str, **more: str) -> Supervisor:
        """A real worker process, started again when it dies."""
        part = Worker(
            self.folder / "ready",
            {**os.environ, **self.house.environment(), **more},
            self.folder / "worker.log",
            lambda: command or worker_command(),
        )
        return Supervisor(part)

    async def forget(self, order_id: str) -> None:
        """Let Temporal lose all it knows of an order."""
        handle = self.house.handle(order_id)
        await self.house.client.workflow_service.delete_workflow_execution(
            DeleteWorkflowExecutionRequest(
                namespace="default", workflow_execution=WorkflowExecution(workflow_id=handle.id)
            )
        )
        deadline = asyncio.get_running_loop().time() + 60
        while await self.knows(order_id):
            assert asyncio.get_running_loop().time() < deadline, "Temporal still knows it"
            await asyncio.sleep(0.05)

    async def knows(self, order_id: str) -> bool:
        try:
            await self.house.handle(order_id).describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True


def kill(supervisor: Supervisor) -> None:
    """End this program as a power cut would; its supervisor starts it again."""
    assert supervisor.pid is not None
    os.kill(supervisor.pid, signal.SIGKILL)


@asynccontextmanager
async def open_town(folder: Path) -> AsyncIterator[Town]:
    """A town that keeps what it has in this folder, which is made."""
    folder.mkdir(mode=0o755)
    postgres = Postgres(folder / "postgres", free_port(), folder / "postgres.log", durable=False)
    temporal = Temporal(
        folder / "temporal" / "temporal.db",
        free_port(),
        folder / "temporal.log",
        dynamic_config={
            "frontend.WorkflowTimeSkippingEnabled": True,
            # It forgets an order that has just ended half a minute later otherwise.
            "history.transferProcessorEnsureCloseBeforeDelete": False,
            "history.visibilityProcessorEnsureCloseBeforeDelete": False,
        },
    )
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Supervisor(postgres))
        engine = await stack.enter_async_context(Supervisor(temporal))
        house = await stack.enter_async_context(
            open_house(postgres.url, temporal.address, folder / "house", works=False)
        )
        old_order = an_order(BOOK)
        async with house.working():
            await house.ended(await house.paid(old_order))
        yield Town(database, engine, house, folder, old_order)
