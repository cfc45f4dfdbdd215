"""What `pakhuis migrate` brings about, on a real PostgreSQL and a real Temporal."""

import uuid

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from embedded.temporal import Temporal
from starter.migrating import migrate
from starter.temporal import RETENTION
from tests.house import fresh_database
from workflows.attributes import REGISTERED


async def test_a_namespace_that_is_not_there_is_made_once_with_our_search_attributes(
    postgres_url: str, temporal: Temporal
) -> None:
    client = await Client.connect(temporal.address, namespace=f"shop-{uuid.uuid4().hex[:8]}")
    database_url = await fresh_database(postgres_url)
    first = await migrate(database_url, client)
    second = await migrate(database_url, client)
    made = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=client.namespace)
    )

    assert set(first.search_attributes) == {key.name for key in REGISTERED}
    assert second.search_attributes == ()
    assert made.config.workflow_execution_retention_ttl.ToTimedelta() == RETENTION
