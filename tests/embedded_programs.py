"""
Small programs that the tests of the embedded stack run.

An API and a worker that only say that they are ready, and a stack with those two in it.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path


def api_command(port: int) -> Sequence[str]:
    return (sys.executable, "-m", "tests.embedded_programs", "api", str(port))


def worker_command() -> Sequence[str]:
    return (sys.executable, "-m", "tests.embedded_programs", "worker")


def run_api(port: int) -> None:
    """Answers 200 to everything, and tells its environment to who asks."""
    import json
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(dict(os.environ)).encode())

    HTTPServer(("127.0.0.1", port), Answer).serve_forever()


def run_worker() -> None:
    import signal

    Path(os.environ["PAKHUIS_READY_FILE"]).touch()
    signal.pause()


def run_stack(home: Path) -> None:
    """A stack that stays up until it is killed."""
    import asyncio
    from collections.abc import Mapping

    from embedded.ports import Ports
    from embedded.stack import Stack

    async def prepare(database_url: str, temporal_address: str, keys: Mapping[str, str]) -> None:
        """Nothing is needed by programs that do nothing."""

    async def stay_up() -> None:
        stack = Stack(
            home, prepare=prepare, ports=Ports.free(), api_command=api_command, worker_command=worker_command
        )
        async with stack:
            await stack.until_broken()

    asyncio.run(stay_up())


def run_servers_as_nobody(folder: Path) -> None:
    """PostgreSQL and Temporal, started by a process that has given up being root; ends once both are up."""
    import asyncio
    import pwd

    import asyncpg

    from embedded.ports import free_ports
    from embedded.postgres import Postgres
    from embedded.supervisor import Supervisor
    from embedded.temporal import Temporal

    # Everything is imported by now: our own modules may lie where only root can come.
    nobody = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)

    async def start_both() -> None:
        first, second = free_ports(2)
        postgres = Postgres(folder / "postgres", first, folder / "postgres.log")
        temporal = Temporal(folder / "temporal.db", second, folder / "temporal.log")
        async with Supervisor(postgres), Supervisor(temporal):
            connection = await asyncpg.connect(postgres.url)
            print(await connection.fetchval("SELECT current_database()"), os.geteuid())
            await connection.close()

    asyncio.run(start_both())


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["api", port]:
            run_api(int(port))
        case ["worker"]:
            run_worker()
        case ["stack", home]:
            run_stack(Path(home))
        case ["servers-as-nobody", folder]:
            run_servers_as_nobody(Path(folder))
        case _:
            sys.exit("which program?")
