"""Checks of Temporal: reached, ours to use and nobody else's, knowing our attributes, worked for, on time."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from starter.cli import connections
from starter.cli.doctor import clocks
from starter.cli.doctor.clocks import Reading
from starter.cli.doctor.findings import SECONDS, Finding, SetUp, first_line, warning, well, wrong
from starter.cli.running import CliError
from starter.cli.talk import talk

if TYPE_CHECKING:
    from temporalio.api.taskqueue.v1 import PollerInfo
    from temporalio.client import Client

PATIENCE: Final = timedelta(seconds=SECONDS)
SHORTEST: Final = timedelta(days=3)
"""A late duplicate of a start, and a question about yesterday's order, still find the history."""
LONGEST: Final = timedelta(days=90)
POLLED_WITHIN: Final = timedelta(minutes=2)
"""A worker polls anew at least every minute."""
STOPPED: Final = "TemporalReportedProblems IS NOT NULL AND ExecutionStatus = 'Running'"
"""Temporal sets the attribute once a workflow task has failed five times in a row."""
OUR_QUEUE: Final = "pakhuis-doctor"
"""Nothing is ever put here: its pollers tell what time it is at Temporal."""


async def temporal(set_up: SetUp) -> AsyncIterator[Finding]:
    from temporalio.service import RPCError

    try:
        client = await connections.temporal()
    except CliError as error:
        yield wrong("temporal", "away", why=talk.words(error.sentence))
        return
    yield well("temporal", address=client.service_client.config.target_host)
    try:
        for check in (_namespace, _search_attributes, _workers, _stopped):
            async for finding in check(set_up, client):
                yield finding
    except RPCError as error:
        yield wrong("namespace", "refused", namespace=client.namespace, why=first_line(error))
    async for finding in _authorisation(set_up, client):
        yield finding


async def _namespace(_set_up: SetUp, client: "Client") -> AsyncIterator[Finding]:
    from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
    from temporalio.service import RPCError, RPCStatusCode

    name = client.namespace
    try:
        found = await client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace=name), timeout=PATIENCE
        )
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        yield wrong("namespace", "missing", namespace=name)
        return
    yield well("namespace", namespace=name)
    retention = found.config.workflow_execution_retention_ttl.ToTimedelta()
    if retention < SHORTEST:
        yield warning("retention", "short", hours=round(retention / timedelta(hours=1)), namespace=name)
    elif retention > LONGEST:
        yield warning("retention", "long", days=retention.days, namespace=name)
    else:
        yield well("retention", count=retention.days)


async def _search_attributes(_set_up: SetUp, client: "Client") -> AsyncIterator[Finding]:
    from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
    from temporalio.service import RPCError, RPCStatusCode

    from workflows.attributes import REGISTERED

    try:
        known = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace), timeout=PATIENCE
        )
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return  # The check of the namespace says so.
    kinds = known.custom_attributes
    missing = [key.name for key in REGISTERED if key.name not in kinds]
    other = [key.name for key in REGISTERED if kinds.get(key.name, 0) not in (0, key.indexed_value_type)]
    if missing:
        yield wrong("search_attributes", "missing", names=", ".join(missing))
    if other:
        yield wrong("search_attributes", "other_type", names=", ".join(other))
    if not missing and not other:
        yield well("search_attributes")


async def _workers(set_up: SetUp, client: "Client") -> AsyncIterator[Finding]:
    from temporalio.api.enums.v1 import TaskQueueType
    from temporalio.service import RPCError, RPCStatusCode

    from starter.temporal import TASK_QUEUE

    try:
        reading = await _look_at_the_clock(set_up, client)
    except (RPCError, TimeoutError) as error:
        if isinstance(error, RPCError) and error.status is RPCStatusCode.NOT_FOUND:
            return  # The check of the namespace says so.
        yield warning("temporal_clock", "not_read", why=first_line(error))
        now = set_up.clock()
    else:
        yield clocks.judged("temporal_clock", reading)
        now = reading.server
    for kind in (TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY):
        pollers = await _pollers(client, TASK_QUEUE, kind)
        if not any(_polled_at(each) > now - POLLED_WITHIN for each in pollers):
            yield wrong("task_queue", "no_worker", task_queue=TASK_QUEUE)
            return
    yield well("task_queue", task_queue=TASK_QUEUE, count=len(pollers))


async def _stopped(_set_up: SetUp, client: "Client") -> AsyncIterator[Finding]:
    """Orders whose workflow task fails again and again: a release that cannot tell their story."""
    from temporalio.service import RPCError, RPCStatusCode

    try:
        count = (await client.count_workflows(STOPPED, rpc_timeout=PATIENCE)).count
        first = [each.id async for each in client.list_workflows(STOPPED, page_size=1, limit=1)]
    except RPCError as error:
        if error.status in (RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT):
            return  # The check of the namespace says so; or a server too old to know the attribute.
        raise
    if count:
        yield wrong("stopped", "found", count=count, example=first[0] if first else "")
    else:
        yield well("stopped")


async def _look_at_the_clock(set_up: SetUp, client: "Client") -> Reading:
    """Temporal's clock. No call of its tells the time, but it notes when a queue was last polled: we poll one
    that is always empty, and read the note. Raises RPCError, or TimeoutError if the note does not come."""
    import uuid

    from temporalio.api.enums.v1 import TaskQueueType
    from temporalio.api.taskqueue.v1 import TaskQueue
    from temporalio.api.workflowservice.v1 import PollActivityTaskQueueRequest

    us = uuid.uuid4().hex
    request = PollActivityTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=OUR_QUEUE), identity=us
    )
    before = set_up.clock()
    polling = asyncio.ensure_future(
        client.workflow_service.poll_activity_task_queue(request, timeout=PATIENCE)
    )
    try:
        async with asyncio.timeout(SECONDS):
            while True:
                if polling.done():
                    polling.result()  # Refused: says why.
                for each in await _pollers(client, OUR_QUEUE, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY):
                    if each.identity == us:
                        return Reading(before, _polled_at(each), set_up.clock())
                await asyncio.sleep(0.01)
    finally:
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)


async def _pollers(client: "Client", task_queue: str, kind: int) -> list["PollerInfo"]:
    from temporalio.api.taskqueue.v1 import TaskQueue
    from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest

    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=kind,  # type: ignore[arg-type]  # A number, as the generated code has it.
    )
    found = await client.workflow_service.describe_task_queue(request, timeout=PATIENCE)
    return list(found.pollers)


def _polled_at(poller: "PollerInfo") -> datetime:
    return poller.last_access_time.ToDatetime(UTC)


async def _authorisation(set_up: SetUp, client: "Client") -> AsyncIterator[Finding]:
    """Where customers come, whoever shows nothing must be refused. On one machine alone nobody need be."""
    if not set_up.is_public:
        yield well("authorisation", "not_asked")
    elif await _lets_strangers_in(client):
        yield wrong("authorisation", "open", address=client.service_client.config.target_host)
    else:
        yield well("authorisation")


async def _lets_strangers_in(client: "Client") -> bool:
    """Whether Temporal answers one who shows neither a certificate nor a key: tried, plain and with TLS."""
    import dataclasses

    from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
    from temporalio.client import Client
    from temporalio.service import RPCError, RPCStatusCode, TLSConfig

    config = client.service_client.config
    ours = config.tls if isinstance(config.tls, TLSConfig) else TLSConfig()
    for tls in (False, dataclasses.replace(ours, client_cert=None, client_private_key=None)):
        try:
            async with asyncio.timeout(SECONDS):
                stranger = await Client.connect(config.target_host, namespace=client.namespace, tls=tls)
                await stranger.workflow_service.describe_namespace(
                    DescribeNamespaceRequest(namespace=client.namespace), timeout=PATIENCE
                )
        except RPCError as error:
            if error.status in (RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT):
                return True  # An answer about the namespace is one to a stranger, too.
        except (RuntimeError, OSError):
            continue  # Not let in at all, while we were a moment ago.
        else:
            return True
    return False
