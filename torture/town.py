"""The town: every process of the real stack, with a proxy of ours on each road, to be stopped and started."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
from temporalio.client import Client

from db import webhook_secrets
from db.vault import Vault
from embedded.ports import HOST, free_port
from embedded.postgres import Postgres
from embedded.preparing import preparing
from embedded.processes import Program
from embedded.programs import Api, Worker
from embedded.supervisor import Part
from embedded.temporal import Temporal
from torture.disk import small_disk
from torture.guards import IN_THE_DATABASE
from torture.kept import Kept
from torture.proxy import Proxy

SMALL_DISK_MEGABYTES = 700
APIS_TO_TEMPORAL = "temporal, for the APIs"
DIGEST_EVERY = '{"digest_every": "PT1S"}'
"""As often as one may be wanted: a crash point of the digest is to be reached within seconds."""
SECRET = "a-key-of-the-judge-which-opens-nothing-outside-this-run"
KEYS = {"checkout": "torture-checkout-key", "staff": "torture-staff-key", "ops": "torture-ops-key"}
WEBHOOK_SECRET = "whsec_dGhlLWp1ZGdlLXNpZ25zLXdpdGgtdGhpcy1hbmQtbm9ib2R5LWVsc2U="
"""What the payment provider of the judge signs with."""


class SmtpServer(Part):
    """The judge's own SMTP server."""

    name = "SMTP server"

    def __init__(
        self, port: int, control_port: int, http_port: int, book: Path, log: Path, seed: int
    ) -> None:
        self.port = port
        self.control_port = control_port
        self.http_port = http_port
        self._book = book
        self._log = log
        self._seed = seed

    async def program(self) -> Program:
        command = (
            *(sys.executable, "-m", "torture.smtp", "--port", str(self.port), "--book", str(self._book)),
            *("--control", str(self.control_port), "--http-port", str(self.http_port)),
            *("--seed", str(self._seed)),
        )
        return Program(name=self.name, command=command, environment=dict(os.environ), log=self._log)

    async def is_ready(self, pid: int) -> bool:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(HOST, self.control_port)
            writer.close()
            return True
        return False


class Town:
    """PostgreSQL, Temporal with its file, an SMTP server of the judge's, two APIs and two workers.

    Everything lies under `folder`. APIs and workers reach their servers through the proxies only. `without`
    takes a guard away, for a negative control. `share` is the share of replies that are lost.
    """

    def __init__(
        self,
        folder: Path,
        *,
        seed: int = 1,
        share: float = 0.0,
        without: str = "",
        apis: int = 2,
        workers: int = 2,
        release: str = "",
    ) -> None:
        self.folder = folder
        self.roads: dict[str, Proxy] = {}
        self.processes: dict[str, Kept] = {}
        self.database_url = ""
        self.temporal_address = ""
        self.api_urls: list[str] = []
        self.smtp: SmtpServer | None = None
        self.without = without
        self.small_disk: Path | None = None
        """Where PostgreSQL's data lies on a disk of little room; None where nobody may mount one."""
        self.environments: dict[str, dict[str, str]] = {}
        """What each API and worker is started with, the next time it is."""
        self._seed = seed
        self._share = share
        self._release = release
        self._apis = apis
        self._workers = workers
        self._stack = AsyncExitStack()

    @property
    def mines(self) -> Path:
        """Where the crash points are armed."""
        return self.folder / "mines"

    @property
    def smtp_book(self) -> Path:
        return self.folder / "books" / "smtp.jsonl"

    async def __aenter__(self) -> "Town":
        async with AsyncExitStack() as stack:
            await self._start(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def named(self, kind: str) -> list[Kept]:
        """The processes whose name begins so: "api", "worker", "postgres", "temporal", "smtp"."""
        return [kept for name, kept in self.processes.items() if name.startswith(kind)]

    async def deploy(self, release: str, *names: str) -> None:
        """Let these processes drain, and start them again as this release."""
        for name in names:
            self.environments[name]["TORTURE_RELEASE"] = release
            async with self.processes[name].down(softly=True):
                pass
            await self.processes[name].until_ready(60)

    async def _start(self, stack: AsyncExitStack) -> None:
        for folder in ("logs", "books", "mines/armed", "mines/taken", "files", "postgres"):
            (self.folder / folder).mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o711)
        (self.folder / "postgres").chmod(0o711)
        if await stack.enter_async_context(small_disk(self.folder / "postgres", SMALL_DISK_MEGABYTES)):
            self.small_disk = self.folder / "postgres"
        (self.folder / "files" / "book.epub").write_bytes(b"a book")
        postgres = Postgres(self.folder / "postgres", free_port(), self._log("postgres"))
        temporal = Temporal(self.folder / "temporal" / "temporal.db", free_port(), self._log("temporal"))
        smtp_ports = (free_port(), free_port(), free_port())
        self.smtp = SmtpServer(*smtp_ports, self.smtp_book, self._log("smtp"), self._seed)
        await self._run(stack, {"postgres": postgres, "temporal": temporal, "smtp": self.smtp})
        self.database_url = postgres.url
        self.temporal_address = temporal.address
        await preparing(for_demo=False)(postgres.url, temporal.address, KEYS)
        await self._prepare()
        environment = await self._roads(stack, postgres, temporal)
        apis_to_temporal = f"{HOST}:{self.roads[APIS_TO_TEMPORAL].port}"
        ours: dict[str, Part] = {}
        for number in range(1, self._apis + 1):
            name, port = f"api{number}", free_port()
            self.api_urls.append(f"http://{HOST}:{port}")
            self.environments[name] = {
                **environment,
                "TORTURE_NAME": name,
                "TEMPORAL_ADDRESS": apis_to_temporal,
            }
            ours[name] = Api(port, self.environments[name], self._log(name), _armed_api)
        for number in range(1, self._workers + 1):
            name = f"worker{number}"
            self.environments[name] = {**environment, "TORTURE_NAME": name}
            ready = self.folder / f"{name}.ready"
            ours[name] = Worker(ready, self.environments[name], self._log(name), _armed_worker)
        await self._run(stack, ours)

    async def _roads(
        self, stack: AsyncExitStack, postgres: Postgres, temporal: Temporal
    ) -> Mapping[str, str]:
        """A proxy in front of each server; the environment of those who use them."""
        assert self.smtp is not None
        for name, port in (
            ("postgres", int(postgres.url.rpartition(":")[2].partition("/")[0])),
            ("temporal", int(temporal.address.rpartition(":")[2])),
            ("smtp", self.smtp.port),
        ):
            self.roads[name] = await stack.enter_async_context(Proxy(HOST, port))
        # A part of the road to Temporal, so that it can be closed for the APIs alone.
        further = Proxy(HOST, self.roads["temporal"].port)
        self.roads[APIS_TO_TEMPORAL] = await stack.enter_async_context(further)
        url = postgres.url.rpartition(":")
        by_road = f"{url[0]}:{self.roads['postgres'].port}/{url[2].partition('/')[2]}?sslmode=disable"
        return {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("PAKHUIS_", "TEMPORAL_"))
            },
            "PAKHUIS_DATABASE_URL": by_road,
            "PAKHUIS_SMTP_URL": f"smtp://{HOST}:{self.roads['smtp'].port}",
            "PAKHUIS_SECRET_KEY": SECRET,
            "PAKHUIS_PUBLIC_URL": "http://127.0.0.1",
            "PAKHUIS_FILES": str(self.folder / "files"),
            "TEMPORAL_ADDRESS": f"{HOST}:{self.roads['temporal'].port}",
            "TORTURE_FOLDER": str(self.mines),
            "TORTURE_SEED": str(self._seed),
            "TORTURE_SHARE": str(self._share),
            "TORTURE_WITHOUT": self.without,
            "TORTURE_RELEASE": self._release,
            "PYTHONPATH": str(Path(__file__).parents[1]),
        }

    async def _prepare(self) -> None:
        """How often there are digests, what the provider signs with, and the guard that is dropped."""
        connection = await asyncpg.connect(self.database_url)
        try:
            await connection.execute("UPDATE stores SET settings = settings || $1::text::jsonb", DIGEST_EVERY)
            await webhook_secrets.keep(connection, Vault(SECRET), "standard", "default", WEBHOOK_SECRET)
            for statement in IN_THE_DATABASE.get(self.without, ()):
                await connection.execute(statement)
        finally:
            await connection.close()

    async def _run(self, stack: AsyncExitStack, parts: Mapping[str, Part]) -> None:
        async def start(name: str, part: Part) -> None:
            kept = self.processes[name] = Kept(name, part, self.environments.get(name))
            stack.push_async_callback(kept.stop)
            await kept.start()

        async with asyncio.TaskGroup() as group:
            for name, part in parts.items():
                group.create_task(start(name, part))

    def _log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"


def _armed_api(port: int) -> Sequence[str]:
    return (sys.executable, "-m", "torture.armed", "serve", "--host", HOST, "--port", str(port))


def _armed_worker() -> Sequence[str]:
    return (sys.executable, "-m", "torture.armed", "worker")


async def temporal_of(town: Town) -> Client:
    """A client of the judge's own, past the proxy."""
    return await Client.connect(town.temporal_address)
