"""The doctor finds what is wrong with a Temporal, on real ones."""

import asyncio
import ssl
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio import activity, workflow
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Worker

from embedded.ports import free_port
from embedded.temporal import Temporal
from starter.cli.doctor.engine import temporal as check
from starter.temporal import TASK_QUEUE, make_namespace, register_search_attributes
from tests.certificates import Certificate, certificate
from tests.doctoring import PUBLIC, found, look, set_up, skewed, until
from workflows.attributes import REGISTERED


@pytest.fixture
def at(temporal: Temporal, monkeypatch: pytest.MonkeyPatch) -> str:
    """The Temporal of the session, named in the environment; its address."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal.address)
    return temporal.address


NewNamespace = Callable[..., Coroutine[Any, Any, Client]]


@pytest.fixture
def namespace(at: str, monkeypatch: pytest.MonkeyPatch) -> NewNamespace:
    """Makes a namespace of its own, named in the environment; ours if no retention is asked for."""

    async def make(retention: timedelta | None = None) -> Client:
        name = f"shop-{uuid.uuid4().hex[:8]}"
        monkeypatch.setenv("TEMPORAL_NAMESPACE", name)
        client = await Client.connect(at, namespace=name)
        if retention is None:
            await make_namespace(client)
            await register_search_attributes(client)
            return client
        request = RegisterNamespaceRequest(namespace=name)
        request.workflow_execution_retention_period.FromTimedelta(retention)
        await client.workflow_service.register_namespace(request)
        return client

    return make


@pytest.mark.parametrize(
    ("retention", "state", "key"),
    [
        (timedelta(days=1), "warning", "short"),
        (timedelta(days=3), "well", "well"),
        (timedelta(days=90), "well", "well"),
        (timedelta(days=400), "warning", "long"),
    ],
)
async def test_a_namespace_that_is_kept_too_short_or_too_long_is_found(
    namespace: NewNamespace, retention: timedelta, state: str, key: str
) -> None:
    client = await namespace(retention)

    async def seen() -> Any:
        return [each for each in await look(check, set_up()) if each.check == "retention"]

    (finding,) = await until(seen)
    assert (finding.state, finding.key) == (state, key)
    assert (state == "well") or f"--namespace {client.namespace} --retention 30d" in finding.text


async def test_a_namespace_that_is_not_there_is_found(at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "nowhere")

    finding = await found(check, set_up(), "namespace")

    assert (finding.state, finding.key) == ("wrong", "missing")
    assert "pakhuis migrate" in finding.text


async def attributes(client: Client, kinds: dict[str, Any]) -> None:
    """Register these, as soon as the new namespace is seen."""
    request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=kinds)

    async def registered() -> bool:
        try:
            await client.operator_service.add_search_attributes(request)
        except RPCError as error:
            return "already" in str(error)
        return True

    await until(registered)


async def test_search_attributes_that_are_not_registered_are_named(namespace: NewNamespace) -> None:
    client = await namespace(timedelta(days=30))
    kinds = {
        key.name: IndexedValueType.ValueType(key.indexed_value_type)
        for key in REGISTERED
        if key.name not in ("Store", "DueAt")
    }
    await attributes(client, kinds)

    finding = await found(check, set_up(), "search_attributes")

    assert (finding.state, finding.key) == ("wrong", "missing")
    assert finding.text.startswith("Store, DueAt: ")
    assert "pakhuis migrate" in finding.text


async def test_a_search_attribute_of_another_type_is_named(namespace: NewNamespace) -> None:
    client = await namespace(timedelta(days=30))
    kinds = {key.name: IndexedValueType.ValueType(key.indexed_value_type) for key in REGISTERED}
    await attributes(client, kinds | {"DueAt": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD})

    finding = await found(check, set_up(), "search_attributes")

    assert (finding.state, finding.key) == ("wrong", "other_type")
    assert finding.text.startswith("DueAt: ")


@pytest.mark.parametrize(
    ("seconds", "state", "key"),
    [(0, "well", "well"), (6, "warning", "behind"), (-6, "warning", "ahead"), (-60, "wrong", "ahead")],
)
async def test_a_temporal_whose_clock_is_apart_is_found(
    at: str, seconds: float, state: str, key: str
) -> None:
    finding = await found(check, set_up(clock=skewed(seconds)), "temporal_clock")

    assert (finding.state, finding.key) == (state, key)
    if seconds:
        assert f"{abs(seconds)} s" in finding.text


@activity.defn
async def nothing() -> None:
    """Never asked for."""


@workflow.defn(sandboxed=False)
class Nothing:
    @workflow.run
    async def run(self) -> None:
        """Never started."""


async def test_orders_that_no_worker_asks_for_are_found(namespace: NewNamespace) -> None:
    client = await namespace()
    before = await found(check, set_up(), "task_queue")
    async with Worker(client, task_queue=TASK_QUEUE, workflows=[Nothing], activities=[nothing]):

        async def polled() -> bool:
            return (await found(check, set_up(), "task_queue")).state == "well"

        await until(polled)
        later = await found(check, set_up(), "task_queue")

    assert (before.state, before.key) == ("wrong", "no_worker")
    assert "pakhuis worker" in before.text
    assert later.state == "well"


async def test_a_worker_that_carries_out_workflows_only_is_not_enough(namespace: NewNamespace) -> None:
    client = await namespace()
    async with Worker(client, task_queue=TASK_QUEUE, workflows=[Nothing]):
        finding = await found(check, set_up(), "task_queue")

    assert finding.key == "no_worker"


@workflow.defn(sandboxed=False)
class Strands:
    @workflow.run
    async def run(self) -> None:
        raise RuntimeError("its story cannot be told")


async def test_a_workflow_that_fails_at_every_try_is_found(namespace: NewNamespace) -> None:
    client = await namespace()
    before = await found(check, set_up(), "stopped")
    async with Worker(client, task_queue="strands", workflows=[Strands]):
        await client.start_workflow(Strands.run, id="order/default/STUCK", task_queue="strands")

        async def strands() -> bool:
            return (await found(check, set_up(), "stopped")).state == "wrong"

        await until(strands, 60)
        later = await found(check, set_up(), "stopped")

    assert before.state == "well"
    assert later.key == "found"
    assert "order/default/STUCK" in later.text


async def test_where_customers_come_a_temporal_open_to_all_is_wrong(at: str) -> None:
    finding = await found(check, set_up(public_url=PUBLIC), "authorisation")

    assert (finding.state, finding.key) == ("wrong", "open")
    assert "TEMPORAL_API_KEY" in finding.text


async def test_on_one_machine_an_open_temporal_is_no_finding(at: str) -> None:
    finding = await found(check, set_up(), "authorisation")

    assert (finding.state, finding.key) == ("well", "not_asked")


async def test_a_temporal_that_is_away_is_one_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{free_port()}")

    findings = await look(check, set_up(public_url=PUBLIC))

    assert [(each.check, each.key) for each in findings] == [("temporal", "away")]


@asynccontextmanager
async def guarded(address: str, own: Certificate) -> AsyncIterator[str]:
    """A guard before this Temporal that lets in only who shows the certificate (mTLS); its address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*own)
    context.load_verify_locations(own.certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["h2"])
    host, port = address.split(":")

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except (OSError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_connection(host, int(port))
        await asyncio.gather(pass_on(reader, outer), pass_on(inner, writer))

    server = await asyncio.start_server(meet, "127.0.0.1", 0, ssl=context)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def test_a_temporal_that_asks_for_a_certificate_is_well(
    at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = certificate(tmp_path)
    async with guarded(at, own) as address:
        monkeypatch.setenv("TEMPORAL_ADDRESS", address)
        monkeypatch.setenv("TEMPORAL_TLS", "true")
        monkeypatch.setenv("TEMPORAL_TLS_SERVER_CA_CERT_PATH", str(own.certificate))
        monkeypatch.setenv("TEMPORAL_TLS_CLIENT_CERT_PATH", str(own.certificate))
        monkeypatch.setenv("TEMPORAL_TLS_CLIENT_KEY_PATH", str(own.key))

        finding = await found(check, set_up(public_url=PUBLIC), "authorisation")

    assert (finding.state, finding.key) == ("well", "well")
