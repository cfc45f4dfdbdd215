"""Ten thousand connections that say nothing, and a thousand guessed keys: nobody else waits for them."""

import asyncio
import resource
import sys
import time
from typing import Final

from tests.bad_input.conftest import Served
from tests.bad_input.raw_http import is_well

IDLE_CONNECTIONS: Final = 10_000
FILES_OF_OUR_OWN: Final = 1_000
GUESSES: Final = 1_000


async def test_ten_thousand_connections_that_say_nothing_keep_nobody_out(served: Served) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    many = min(IDLE_CONNECTIONS, hard - FILES_OF_OUR_OWN)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bad_input.idle_connections", str(served.port), str(many)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        held = int(await asyncio.wait_for(process.stdout.readline(), 60))
        slowest = 0.0
        for _ in range(20):
            began = time.monotonic()
            await is_well(served)
            slowest = max(slowest, time.monotonic() - began)
    finally:
        await process.communicate(b"")
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert held >= many
    assert slowest < 1.0
    await is_well(served)


async def test_a_thousand_guessed_keys_open_nothing_and_keep_nobody_waiting(served: Served) -> None:
    good = served.house.headers(served.house.staff)
    slots = asyncio.Semaphore(20)
    waited: list[float] = []

    async def guess(number: int) -> int:
        async with slots:
            headers = {"Authorization": f"Bearer pk_{number:043d}"}
            return (await served.http.get("/v1/orders", headers=headers)).status_code

    async def others() -> None:
        for _ in range(100):
            began = time.monotonic()
            answer = await served.http.get("/v1/orders?limit=1", headers=good)
            waited.append(time.monotonic() - began)
            assert answer.status_code == 200

    guesses = asyncio.gather(*(guess(number) for number in range(GUESSES)))
    await others()
    statuses = await guesses

    assert set(statuses) == {401}
    assert sorted(waited)[98] < 0.5
