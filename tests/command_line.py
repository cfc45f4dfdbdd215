"""The command line, run as people and scripts run it: as a process of its own."""

import asyncio
import json
import os
import sys
from typing import Any, Final, NamedTuple

PAKHUIS: Final = (sys.executable, "-m", "starter.cli")
NO_SYSTEM: Final = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
"""An environment that says nothing of any system."""
LONGEST_RUN_SECONDS: Final = 90


class Ran(NamedTuple):
    """The exit code of a command and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


async def start(*words: str, environment: dict[str, str]) -> asyncio.subprocess.Process:
    """`pakhuis` with these words, in this environment and no other, with pipes at all its ends."""
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        *PAKHUIS, *words, stdin=pipe, stdout=pipe, stderr=pipe, env=environment
    )


async def run(*words: str, environment: dict[str, str], given: str = "") -> Ran:
    """What `pakhuis` said to these words and this input; fails if that was a traceback."""
    process = await start(*words, environment=environment)
    async with asyncio.timeout(LONGEST_RUN_SECONDS):
        out, err = await process.communicate(given.encode())
    assert process.returncode is not None
    assert "Traceback" not in err.decode()
    return Ran(process.returncode, out.decode(), err.decode())
