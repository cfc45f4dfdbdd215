"""Kept histories of every path are replayed: orders under way must survive a new version of the workflow."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, WorkflowRunner

from tests.flow.record_histories import HISTORIES
from tests.flow.stories import STORIES, long_enough_to_start_afresh
from workflows.brief import Brief
from workflows.fulfil_order import FulfilOrder
from workflows.sandbox import our_sandbox

KEPT = sorted(HISTORIES.glob("*.json"))


def replayer(workflow_: type, runner: WorkflowRunner | None = None) -> Replayer:
    return Replayer(
        workflows=[workflow_],
        workflow_runner=runner or our_sandbox(),
        data_converter=pydantic_data_converter,
    )


def kept(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json("order/default/kept", file.read_text())


@pytest.mark.parametrize("file", KEPT, ids=lambda file: file.stem)
async def test_a_kept_history_is_replayed_to_its_end(file: Path) -> None:
    replayed = await replayer(FulfilOrder).replay_workflow(kept(file), raise_on_replay_failure=False)

    assert replayed.replay_failure is None


def test_every_story_has_its_kept_history() -> None:
    told = {story.__name__ for story in (*STORIES, long_enough_to_start_afresh)}

    assert {file.stem.rpartition("-")[0] or file.stem for file in KEPT} == told


def test_one_kept_history_starts_afresh() -> None:
    assert any("CONTINUED_AS_NEW" in file.read_text() for file in KEPT)


@workflow.defn(name="FulfilOrder", failure_exception_types=[ValidationError])
class Hasty(FulfilOrder):
    """The same with a nap first: a change that orders under way would not survive."""

    @workflow.init
    def __init__(self, brief: Brief) -> None:
        super().__init__(brief)

    @workflow.run
    async def run(self, brief: Brief) -> None:
        await workflow.sleep(1)
        await super().run(brief)


async def test_a_workflow_that_was_changed_fails_the_replay() -> None:
    history = kept(HISTORIES / "one_parcel.json")
    replayed = await replayer(Hasty, UnsandboxedWorkflowRunner()).replay_workflow(
        history, raise_on_replay_failure=False
    )

    assert isinstance(replayed.replay_failure, workflow.NondeterminismError)
