"""The sandbox our workflows run in: the SDK's own, with our pure modules passed through."""

from typing import Any, Final

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import SerializationContext, StorageDriverStoreContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import Info

OUR_OWN: Final = ("orders", "workflows", "pydantic", "pydantic_core", "annotated_types")
"""Passed through: pure modules of ours, and the library they are made of."""


class OurRunner(SandboxedWorkflowRunner):
    """The sandbox, without asking it for a serialization context at every payload.

    For each payload of a workflow task the SDK enters the sandbox three times to learn the context that a
    payload codec or an external storage might want. We have neither, and the asking was a fifth of a
    worker's time.
    """

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return _WithoutContexts(super().create_instance(det))


class _WithoutContexts(WorkflowInstance):
    def __init__(self, inner: WorkflowInstance) -> None:
        self._inner = inner

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        return self._inner.activate(act)

    def get_serialization_context(self, command_info: Any) -> SerializationContext | None:
        return None

    def get_external_store_context(self, command_info: Any) -> StorageDriverStoreContext:
        return StorageDriverStoreContext(target=None)

    def get_info(self) -> Info:
        return self._inner.get_info()

    def get_thread_id(self) -> int | None:
        return self._inner.get_thread_id()


def our_sandbox() -> OurRunner:
    """The runner of every worker of ours, and of the replays in the tests."""
    return OurRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*OUR_OWN))
