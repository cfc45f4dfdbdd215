"""The one way to Temporal: one data converter, one set-up, for the front door, the worker and the tests."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig
from temporalio.service import GrpcCompression, RPCError, RPCStatusCode

from workflows.attributes import REGISTERED

TASK_QUEUE = "fulfilment"
RETENTION = timedelta(days=30)
"""How long a namespace of our making remembers orders that have ended."""
SECONDS_TO_BE_SEEN = 20


async def connect(*, lazy: bool = False, interceptors: Sequence[Any] = ()) -> Client:
    """A client from Temporal's own variables (TEMPORAL_ADDRESS and so on). A lazy one connects at its
    first call, so the front door opens while Temporal is away."""
    config: dict[str, Any] = dict(ClientConfig.load_client_connect_config())
    config.setdefault("target_host", "127.0.0.1:7233")
    return await Client.connect(
        **config,
        data_converter=pydantic_data_converter,
        lazy=lazy,
        interceptors=list(interceptors),
        # Our messages are a few kilobytes: gzip, the default, costs both ends more than the wire saves.
        grpc_compression=GrpcCompression.NONE,
    )


async def make_namespace(client: Client) -> bool:
    """Make the client's namespace if it is not there; whether it is new. A fresh one may take some seconds
    to be seen by all of Temporal's servers."""
    try:
        await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
    else:
        return False
    request = RegisterNamespaceRequest(namespace=client.namespace)
    request.workflow_execution_retention_period.FromTimedelta(RETENTION)
    try:
        await client.workflow_service.register_namespace(request)
    except RPCError as taken:
        if taken.status is not RPCStatusCode.ALREADY_EXISTS:
            raise
    for _ in range(SECONDS_TO_BE_SEEN):
        try:
            await client.operator_service.list_search_attributes(
                ListSearchAttributesRequest(namespace=client.namespace)
            )
        except RPCError as unseen:
            if unseen.status is not RPCStatusCode.NOT_FOUND:
                raise
            await asyncio.sleep(1)
        else:
            break
    return True


async def register_search_attributes(client: Client) -> list[str]:
    """Make our search attributes known to the namespace; the names that were new."""
    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    missing = {
        key.name: IndexedValueType.ValueType(key.indexed_value_type)
        for key in REGISTERED
        if key.name not in known.custom_attributes
    }
    if missing:
        request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
        try:
            await client.operator_service.add_search_attributes(request)
        except RPCError as error:
            if error.status is not RPCStatusCode.ALREADY_EXISTS:
                raise
    return sorted(missing)
