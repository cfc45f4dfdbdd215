"""The Temporal server keeps its histories over any kill, for longer than a day."""

import asyncio
import os
import signal
from pathlib import Path

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from embedded.ports import free_ports
from embedded.supervisor import Supervisor
from embedded.temporal import RETENTION, Temporal

STORE = SearchAttributeKey.for_keyword("Store")


async def test_a_workflow_survives_kill_9_of_the_server(tmp_path: Path) -> None:
    port, ui_port = free_ports(2)
    temporal = Temporal(tmp_path / "my data" / "temporal.db", port, tmp_path / "log", ui_port=ui_port)
    async with Supervisor(temporal) as supervisor:
        client = await Client.connect(temporal.address)
        await client.start_workflow(
            "FulfilOrder",
            id="order/default/1",
            task_queue="nobody",
            search_attributes=TypedSearchAttributes([SearchAttributePair(STORE, "default")]),
        )
        first = supervisor.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        async with asyncio.timeout(15):
            while supervisor.pid == first or not await temporal.is_ready(supervisor.pid or 0):
                await asyncio.sleep(0.01)

        description = (
            await (await Client.connect(temporal.address)).get_workflow_handle("order/default/1").describe()
        )
        assert description.typed_search_attributes[STORE] == "default"


async def test_histories_are_kept_for_three_months(temporal: Temporal) -> None:
    client = await Client.connect(temporal.address)
    namespace = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace="default")
    )

    assert namespace.config.workflow_execution_retention_ttl.ToTimedelta() == RETENTION


async def test_our_search_attributes_can_be_asked_for(temporal: Temporal) -> None:
    client = await Client.connect(temporal.address)
    query = 'Store = "nowhere" AND NeedsAttention = true AND DueAt < "2026-01-01T00:00:00Z"'

    assert (await client.count_workflows(query)).count == 0
