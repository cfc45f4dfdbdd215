"""Where the system is: as the environment says, else as the stack does that runs in PAKHUIS_HOME."""

import json
import os
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from db.pool import Pool, connect
from starter.cli.running import NOT_SET_UP, CliError
from starter.settings import Settings, read

if TYPE_CHECKING:
    from temporalio.client import Client

    from starter.opening import Opened

DATABASE_URL: Final = "PAKHUIS_DATABASE_URL"
TEMPORAL_SECONDS: Final = 5.0


def home_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of the embedded stack, whether one runs there or not."""
    return Path(environment.get("PAKHUIS_HOME") or ".pakhuis")


def filled_up(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment, with what it leaves unsaid taken from the stack that runs in its home.

    An environment that names another database than the stack's speaks of another system: it stays as it is.
    """
    found = dict(environment)
    stack = _stack_file(home_folder(environment))
    if stack is None or _value(found, DATABASE_URL) not in (None, stack["database_url"]):
        return found
    home = home_folder(environment).absolute()
    if _value(found, DATABASE_URL) is None:
        # PGSSLMODE and its like are about some other database.
        found = {name: value for name, value in found.items() if not name.startswith("PG")}
    for name, value in (
        (DATABASE_URL, stack["database_url"]),
        ("PAKHUIS_SMTP_URL", stack["smtp_url"]),
        ("PAKHUIS_PUBLIC_URL", stack["api"]),
        ("PAKHUIS_TEMPORAL_UI_URL", stack["temporal_ui"] or ""),
        ("PAKHUIS_FILES", str(home / "files")),
    ):
        if _value(found, name) is None:
            found[name] = value
    if _value(found, "PAKHUIS_SECRET_KEY") is None:
        found["PAKHUIS_SECRET_KEY_FILE"] = str(home / "secret-key")
    if not found.get("TEMPORAL_ADDRESS"):
        found = {name: value for name, value in found.items() if not name.startswith("TEMPORAL_")}
        found |= {
            "TEMPORAL_ADDRESS": stack["temporal"],
            "TEMPORAL_NAMESPACE": "default",
            "TEMPORAL_CONFIG_FILE": str(home / "temporal" / "client.toml"),
        }
    return found


def use_stack() -> dict[str, str]:
    """Make the filled-up environment ours, as Temporal's client and asyncpg read it by themselves."""
    found = filled_up(os.environ)
    for name in set(os.environ) - set(found):
        del os.environ[name]
    os.environ.update(found)
    return found


def settings() -> Settings:
    """All settings. Raises CliError where nothing says which system is meant, else SettingsIncomplete."""
    environment = use_stack()
    _must_name_a_database(environment)
    return read(environment)


def database_url() -> str:
    """The database alone: all that keys, stores and lists need. Raises CliError."""
    environment = use_stack()
    return _must_name_a_database(environment)


@asynccontextmanager
async def database() -> AsyncIterator[Pool]:
    """A few connections to the database. Raises one of OUTAGES when nobody answers."""
    pool = await connect(database_url(), most=2)
    try:
        yield pool
    finally:
        await pool.close()


@asynccontextmanager
async def opened() -> AsyncIterator["Opened"]:
    """The front door, for commands that give something."""
    from starter.opening import open_front_door

    async with open_front_door(settings()) as front_door:
        yield front_door


async def temporal() -> "Client":
    """A client that is connected. Raises CliError when Temporal cannot be reached."""
    import asyncio

    from starter.temporal import connect as connect_to_temporal

    try:
        async with asyncio.timeout(TEMPORAL_SECONDS):
            return await connect_to_temporal()
    except (RuntimeError, OSError, ValueError) as error:
        # RuntimeError is what the SDK raises for a connection that is refused.
        address = os.environ.get("TEMPORAL_ADDRESS", "127.0.0.1:7233")
        raise CliError("temporal_away", address=address, why=_why(error)) from None


def _why(error: Exception) -> str:
    """The kernel of what the SDK says of a failed connection, such as ConnectionRefused."""
    text = str(error) or type(error).__name__
    kind = re.search(r"kind: (\w+)", text)
    return kind[1] if kind else text.splitlines()[0][:120]


def _must_name_a_database(environment: Mapping[str, str]) -> str:
    url = _value(environment, DATABASE_URL)
    if url is None:
        raise CliError("no_database", exit_code=NOT_SET_UP, home=str(home_folder(environment)))
    return url


def _value(environment: Mapping[str, str], name: str) -> str | None:
    """A setting, by itself or from its file; None if it is not set."""
    if environment.get(name):
        return environment[name]
    file = environment.get(f"{name}_FILE")
    if not file:
        return None
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CliError(
            "file_unreadable", exit_code=NOT_SET_UP, file=f"{name}_FILE {file}", why=type(error).__name__
        ) from None


def _stack_file(home: Path) -> dict[str, Any] | None:
    try:
        content = json.loads((home / "stack.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) and "database_url" in content else None
