"""
Plays every story anew and keeps its histories: `python -m tests.flow.record_histories`.

For a workflow that was changed on purpose, once no order of the old kind is under way any more; until then
the change is patched, and the old histories stay.
"""

import asyncio
import json
import shutil
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

from embedded.ports import free_port
from embedded.postgres import Postgres
from embedded.supervisor import Supervisor
from embedded.temporal import Temporal
from tests.flow.stories import STORIES, long_enough_to_start_afresh
from tests.house import House, open_house

HISTORIES: Final = Path(__file__).with_name("histories")
AFRESH_AFTER: Final = 40
"""Events after which the second server suggests to start afresh."""


async def histories_of(house: House, order_id: str) -> list[str]:
    """The history of each run of the order's workflow, oldest first, without the name of this machine."""
    last = await house.handle(order_id).describe()
    runs = [run async for run in house.client.list_workflows(f"WorkflowId = '{last.id}'")]
    found = []
    for run in sorted(runs, key=lambda run: run.start_time):
        handle = house.client.get_workflow_handle(run.id, run_id=run.run_id)
        events = json.loads((await handle.fetch_history()).to_json())
        found.append(json.dumps(_anywhere(events), separators=(",", ":")))
    return found


def _anywhere(value: Any) -> Any:
    if isinstance(value, dict):
        is_sticky = value.get("kind") == "TASK_QUEUE_KIND_STICKY"  # Named for the worker's process and host.
        masks = {"identity": "worker", "stackTrace": "elsewhere", **({"name": "sticky"} if is_sticky else {})}
        return {key: masks.get(key) or _anywhere(each) for key, each in value.items()}
    return [_anywhere(each) for each in value] if isinstance(value, list) else value


def keep(name: str, histories: list[str]) -> None:
    for number, history in enumerate(histories, start=1):
        file = HISTORIES / (f"{name}.json" if len(histories) == 1 else f"{name}-{number}.json")
        file.write_text(history + "\n")
        print(f"{file.name}: {len(json.loads(history)['events'])} events")


async def record() -> None:
    folder = Path(tempfile.mkdtemp(prefix="pakhuis-histories-"))
    folder.chmod(0o711)
    shutil.rmtree(HISTORIES, ignore_errors=True)
    HISTORIES.mkdir()
    skipping = {"frontend.WorkflowTimeSkippingEnabled": True}
    hasty = {"limit.historyCount.suggestContinueAsNew": AFRESH_AFTER}
    async with AsyncExitStack() as stack:
        postgres = Postgres(folder / "postgres", free_port(), folder / "postgres.log", durable=False)
        await stack.enter_async_context(Supervisor(postgres))
        for stories, settings in ((STORIES, skipping), ((long_enough_to_start_afresh,), hasty)):
            name = f"temporal-{len(stories)}"
            temporal = Temporal(
                folder / name / "temporal.db", free_port(), folder / f"{name}.log", dynamic_config=settings
            )
            async with (
                Supervisor(temporal),
                open_house(postgres.url, temporal.address, folder / f"house-{len(stories)}") as house,
            ):
                for story in stories:
                    order_id = await story(house)
                    await house.ended(order_id)
                    keep(story.__name__, await histories_of(house, order_id))
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    asyncio.run(record())
