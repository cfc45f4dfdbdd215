"""Opens connections that say nothing, tells how many there are, and keeps them until its input ends:
`python -m tests.bad_input.idle_connections PORT COUNT`."""

import asyncio
import sys
from contextlib import suppress

AT_ONCE = 500


async def hold(port: int, count: int) -> None:
    """Hold so many connections, or as many as this process may have files."""
    writers: list[asyncio.StreamWriter] = []
    with suppress(OSError):
        for _ in range(0, count, AT_ONCE):
            opened = await asyncio.gather(
                *(asyncio.open_connection("127.0.0.1", port) for _ in range(AT_ONCE))
            )
            writers += [writer for _, writer in opened]
    print(len(writers), flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(hold(int(sys.argv[1]), int(sys.argv[2])))
