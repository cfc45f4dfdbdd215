"""The parts of the stack that are Python programs of our own: mail catcher, API, worker."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from embedded.http_probe import answers
from embedded.ports import HOST
from embedded.processes import Program
from embedded.supervisor import Part


def serve_command(port: int) -> Sequence[str]:
    """The API and the desk, on this port."""
    return (sys.executable, "-m", "starter.cli", "serve", "--host", HOST, "--port", str(port))


def worker_command() -> Sequence[str]:
    return (sys.executable, "-m", "worker")


class MailCatcher(Part):
    """The mail catcher as a process of its own, with its mails in `home/mails`."""

    name = "Mail catcher"

    def __init__(self, home: Path, smtp_port: int, page_port: int, log: Path) -> None:
        self._home = home
        self._smtp_port = smtp_port
        self._page_port = page_port
        self._log = log

    async def program(self) -> Program:
        ports = ("--smtp-port", str(self._smtp_port), "--page-port", str(self._page_port))
        return Program(
            name=self.name,
            command=(sys.executable, "-m", "embedded.mailbox", *ports, "--home", str(self._home)),
            environment=dict(os.environ),
            log=self._log,
        )

    async def is_ready(self, pid: int) -> bool:
        return await answers(self._page_port, "/mails.json?limit=1")  # Up after SMTP is.


class Api(Part):
    """The API and the desk; ready once they say so."""

    name = "API"

    def __init__(
        self,
        port: int,
        environment: Mapping[str, str],
        log: Path,
        command: Callable[[int], Sequence[str]] = serve_command,
    ) -> None:
        self._port = port
        self._environment = environment
        self._log = log
        self._command = command

    async def program(self) -> Program:
        return Program(
            name=self.name, command=self._command(self._port), environment=self._environment, log=self._log
        )

    async def is_ready(self, pid: int) -> bool:
        return await answers(self._port, "/readyz")


class Worker(Part):
    """The worker; ready once the file named by PAKHUIS_READY_FILE is there."""

    name = "Worker"

    def __init__(
        self,
        ready_file: Path,
        environment: Mapping[str, str],
        log: Path,
        command: Callable[[], Sequence[str]] = worker_command,
    ) -> None:
        self._ready_file = ready_file
        self._environment = environment
        self._log = log
        self._command = command

    async def program(self) -> Program:
        self._ready_file.unlink(missing_ok=True)
        return Program(
            name=self.name,
            command=self._command(),
            environment={**self._environment, "PAKHUIS_READY_FILE": str(self._ready_file)},
            log=self._log,
            # It ends what it has in hand; after a kill that would wait for a timeout of Temporal.
            grace_seconds=10.0,
        )

    async def is_ready(self, pid: int) -> bool:
        return self._ready_file.exists()
