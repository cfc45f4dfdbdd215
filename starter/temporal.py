"""The one way to Temporal: one data converter, one set-up, for the front door, the worker and the tests."""

from collections.abc import Sequence
from typing import Any

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError, RPCStatusCode

from workflows.attributes import REGISTERED

TASK_QUEUE = "fulfilment"


async def connect(*, lazy: bool = False, interceptors: Sequence[Any] = ()) -> Client:
    """A client from Temporal's own variables (TEMPORAL_ADDRESS and so on). A lazy one connects at its
    first call, so the front door opens while Temporal is away."""
    config: dict[str, Any] = dict(ClientConfig.load_client_connect_config())
    config.setdefault("target_host", "127.0.0.1:7233")
    return await Client.connect(
        **config, data_converter=pydantic_data_converter, lazy=lazy, interceptors=list(interceptors)
    )


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
