"""
A worker that dies the moment after it recorded an order: `python -m tests.flow.mortal_worker`.

The variable DIES_FOR names the order.
"""

import os
import signal

from temporalio import activity

import worker
from activities.memory import Memory
from workflows.steps import Record


class MortalMemory(Memory):
    @activity.defn
    async def record(self, record_: Record) -> None:
        await super().record(record_)
        if record_.order_id == os.environ["DIES_FOR"]:
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    worker.Memory = MortalMemory  # type: ignore[attr-defined]
    worker.main()
