"""The whole stack on one machine: every server it needs, started, kept alive and stopped together."""

import asyncio
import contextlib
import os
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from embedded import settings
from embedded.errors import PortTaken
from embedded.files import put_samples
from embedded.home import Home
from embedded.ports import HOST, Ports
from embedded.postgres import Postgres
from embedded.programs import Api, MailCatcher, Worker, serve_command, worker_command
from embedded.settings import Settings
from embedded.supervisor import Part, Supervisor
from embedded.temporal import NAMESPACE, SEARCH_ATTRIBUTES, Temporal

Prepare = Callable[[str, str, Mapping[str, str]], Awaitable[None]]
"""Given the database URL, the Temporal address and the API keys by scope: make both ready for our code."""

DYING_SECONDS = 3.0  # How long what a killed stack leaves behind may hold its ports.


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Where everything is; what stack.json holds. None for what is not embedded and has no known address."""

    api: str
    desk: str
    mail_page: str | None
    temporal: str
    temporal_ui: str | None
    database_url: str
    smtp_url: str
    keys: Mapping[str, str]
    pids: Mapping[str, int]


class Stack:
    """
    The parts of Pakhuis under one folder, `home`. Inside the context everything is ready.

    What the environment already names (a database, Temporal, an SMTP server …) is used and not embedded.
    A part that dies is started again on the same port and the same data. `stack.json` in `home` tells
    scripts where everything is, for as long as the stack is up.

    Args:
        prepare: awaited once PostgreSQL and Temporal are ready, before API and worker start.
        when_ready: told the name of each part as it becomes ready.

    Raises (on entering):
        EmbeddedError: with a sentence for a person; nothing is left running then.
    """

    def __init__(
        self,
        home: Path,
        *,
        prepare: Prepare,
        ports: Ports | None = None,
        api_command: Callable[[int], Sequence[str]] = serve_command,
        worker_command: Callable[[], Sequence[str]] = worker_command,
        environment: Mapping[str, str] | None = None,
        search_attributes: Mapping[str, str] = SEARCH_ATTRIBUTES,
        dynamic_config: Mapping[str, object] | None = None,
        when_ready: Callable[[str], None] = lambda name: None,
    ) -> None:
        self.home = Home(home)
        self._prepare = prepare
        self._ports = ports or Ports()
        self._api_command = api_command
        self._worker_command = worker_command
        self._settings = Settings(os.environ if environment is None else environment)
        self._search_attributes = search_attributes
        self._dynamic_config = dynamic_config
        self._when_ready = when_ready
        self._supervisors: dict[str, Supervisor] = {}
        self._keys: Mapping[str, str] = {}
        self._postgres: Postgres | None = None
        self._mail_page: str | None = None
        self._is_up = False
        self._running = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as starting:
            starting.enter_context(self.home.taken())
            was_killed = self.home.forget_stack_file()
            await self._check_ports(patience_seconds=DYING_SECONDS if was_killed else 0)
            self._keys = self.home.make_secrets()
            starting.push_async_callback(self._stop)
            await self._start()
            self._is_up = True
            self._write_stack_file()
            self._running = starting.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._running.aclose()

    @property
    def addresses(self) -> Addresses:
        """Where everything is, with the processes of this moment."""
        api = f"http://{HOST}:{self._ports.api}"
        pids = {name: supervisor.pid for name, supervisor in self._supervisors.items()}
        return Addresses(
            api=api,
            desk=f"{api}/desk",
            mail_page=self._mail_page,
            temporal=self._settings.get(settings.TEMPORAL_ADDRESS),
            temporal_ui=self._settings.get(settings.TEMPORAL_UI_URL) or None,
            database_url=self._database_url(),
            smtp_url=self._settings.get(settings.SMTP_URL),
            keys=self._keys,
            pids={"supervisor": os.getpid()} | {name: pid for name, pid in pids.items() if pid is not None},
        )

    async def until_broken(self) -> None:
        """
        Wait, for as long as every part can be kept running.

        Raises:
            EmbeddedError: when one cannot; the others still run until the stack is left.
        """
        waiting = [asyncio.create_task(part.until_given_up()) for part in self._supervisors.values()]
        try:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    async def _start(self) -> None:
        """Start everything, each part as soon as what it needs is there."""
        ports, home = self._ports, self.home
        servers: dict[str, Part] = {}
        beside: dict[str, Part] = {}
        if not self._settings.has(settings.DATABASE_URL):
            self._postgres = Postgres(home.postgres, ports.postgres, home.log("postgres"))
            servers["postgres"] = self._postgres
        if not self._settings.has(settings.TEMPORAL_ADDRESS):
            temporal = Temporal(
                home.temporal / "temporal.db",
                ports.temporal,
                home.log("temporal"),
                ui_port=ports.temporal_ui,
                search_attributes=self._search_attributes,
                dynamic_config=self._dynamic_config,
            )
            self._settings.point_at_temporal(temporal.address, NAMESPACE, home.temporal / "client.toml")
            self._settings.add(settings.TEMPORAL_UI_URL, f"http://{HOST}:{ports.temporal_ui}")
            servers["temporal"] = temporal
        if not self._settings.has(settings.SMTP_URL):
            self._settings.add(settings.SMTP_URL, f"smtp://{HOST}:{ports.smtp}")
            self._mail_page = f"http://{HOST}:{ports.mail_page}"
            log = home.log("mailbox")
            beside["mailbox"] = MailCatcher(home.folder, ports.smtp, ports.mail_page, log)
        self._settings.add(settings.PUBLIC_URL, f"http://{HOST}:{ports.api}")
        self._settings.add(f"{settings.SECRET_KEY}_FILE", str(home.secret_key))
        self._settings.add(settings.FILES, str(home.files))
        put_samples(Path(self._settings.get(settings.FILES)))
        # Nothing of ours waits for the mail catcher before the end, so it starts beside all the rest.
        await _together(self._run_ours(servers), self._run(beside))

    async def _run_ours(self, servers: Mapping[str, Part]) -> None:
        await self._run(servers)
        if self._postgres is not None:
            self._settings.point_at_database(self._postgres.url)
        temporal = self._settings.get(settings.TEMPORAL_ADDRESS)
        await self._prepare(self._database_url(), temporal, self._keys)
        environment = self._settings.for_children()
        if self._postgres is not None:
            environment[settings.DATABASE_URL] = self._postgres.near_url
        api = Api(self._ports.api, environment, self.home.log("api"), self._api_command)
        ready_file = self.home.run / "worker.ready"
        worker = Worker(ready_file, environment, self.home.log("worker"), self._worker_command)
        await self._run({"api": api, "worker": worker})

    async def _run(self, parts: Mapping[str, Part]) -> None:
        """Start these parts side by side, and wait until all are ready."""

        async def start(name: str, part: Part) -> None:
            supervisor = self._supervisors[name] = Supervisor(part, when_started=self._write_stack_file)
            await supervisor.start()
            self._when_ready(part.name)

        await _together(*(start(name, part) for name, part in parts.items()))

    async def _stop(self) -> None:
        """First those who use the servers, then the servers."""
        self._is_up = False
        self.home.forget_stack_file()
        for names in (("api", "worker"), ("postgres", "temporal", "mailbox")):
            running = (self._supervisors[name] for name in names if name in self._supervisors)
            await asyncio.gather(*(supervisor.stop() for supervisor in running))

    async def _check_ports(self, patience_seconds: float) -> None:
        wanted = ["api"]
        for setting, names in (
            (settings.DATABASE_URL, ["postgres"]),
            (settings.TEMPORAL_ADDRESS, ["temporal", "temporal_ui"]),
            (settings.SMTP_URL, ["smtp", "mail_page"]),
        ):
            if not self._settings.has(setting):
                wanted += names
        deadline = time.monotonic() + patience_seconds
        while True:
            try:
                return self._ports.check(*wanted)
            except PortTaken:
                if time.monotonic() > deadline:
                    raise
            await asyncio.sleep(0.05)

    def _database_url(self) -> str:
        return self._settings.get(settings.DATABASE_URL)

    def _write_stack_file(self) -> None:
        if self._is_up:
            self.home.write_stack_file(asdict(self.addresses))


async def _together(*steps: Coroutine[None, None, None]) -> None:
    """
    Take all steps side by side.

    Raises: the first failure, by itself and not as a group, after the other steps have been called off.
    """
    try:
        async with asyncio.TaskGroup() as group:
            for step in steps:
                group.create_task(step)
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
