"""Running one command: what goes wrong becomes one sentence on stderr and an exit code, never a traceback."""

import asyncio
import contextlib
import importlib
import logging
import os
import sys
import traceback
from collections.abc import Callable, Coroutine
from typing import Any, Final

import typer

from orders.errors import OrderError
from orders.sentence import Fact, Sentence, sentence
from starter.cli.talk import talk

FAILED: Final = 1
NOT_SET_UP: Final = 2
KEPT_FOR_LATER: Final = 3
A_BUG: Final = 70
INTERRUPTED: Final = 130
NOBODY_READS: Final = 141

Work = Callable[[], Coroutine[Any, Any, int | None]]


class CliError(Exception):
    """This command cannot be done; `key` names the sentence of the catalogue that says why."""

    def __init__(self, key: str, /, *, exit_code: int = FAILED, **facts: Fact) -> None:
        self.sentence: Sentence = sentence(f"cli.error.{key}", **facts)
        self.exit_code = exit_code
        super().__init__(key)


def run(work: Work, *, on_fast_loop: bool = False) -> None:
    """Do the work on an event loop, and leave with its exit code; None counts as 0."""
    for name in ("pakhuis", "temporalio"):
        # What they would warn of is said by us, in a sentence.
        logging.getLogger(name).addHandler(logging.NullHandler())
    try:
        with asyncio.Runner(loop_factory=_fast_loop() if on_fast_loop else None) as runner:
            code = runner.run(_begun(work)) or 0
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        # Nobody reads on; what is still in the buffer must not raise a second time.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = NOBODY_READS
    except Exception as error:
        text, code = _said(error)
        talk.complain(text)
        if code == A_BUG and os.environ.get("PAKHUIS_TRACEBACK"):
            traceback.print_exc()
    raise typer.Exit(code)


async def _begun(work: Work) -> int | None:
    # Called in here: what it raises before its first await is told as everything else is.
    return await work()


def embedded() -> Any:
    """The module that runs the embedded stack. Raises CliError where its parts are not installed."""
    # By name: the front door must not depend on the parts that a production machine does without.
    try:
        return importlib.import_module("embedded.cli")
    except ModuleNotFoundError as error:
        raise CliError("embedded_missing", module=error.name or "?") from None


def _fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        uvloop = importlib.import_module("uvloop")
    except ModuleNotFoundError:  # Not on every platform.
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


def _said(error: Exception) -> tuple[str, int]:
    """What people read of an error, and the exit code."""
    from asyncpg import (
        ClientConfigurationError,
        InvalidAuthorizationSpecificationError,
        InvalidCatalogNameError,
        PostgresError,
        UndefinedColumnError,
        UndefinedTableError,
    )

    from db.migrate import MigrationRefused
    from db.pool import OUTAGES
    from db.vault import SecretTooShort
    from starter.settings import SettingsIncomplete

    match error:
        case CliError():
            return talk.words(error.sentence), error.exit_code
        case OrderError():
            return talk.words(error.sentence), FAILED
        case SettingsIncomplete():
            return talk.say("error.settings", problems=str(error)), NOT_SET_UP
        case SecretTooShort():
            return talk.say("error.secret_too_short"), NOT_SET_UP
        case MigrationRefused():
            return talk.say("error.migration_refused", why=str(error)), FAILED
        case ClientConfigurationError():
            return talk.say("error.database_url_wrong", why=str(error)), NOT_SET_UP
        case InvalidAuthorizationSpecificationError() | InvalidCatalogNameError():
            return talk.say("error.database_refuses", why=str(error)), FAILED
        case UndefinedTableError() | UndefinedColumnError():
            return talk.say("error.not_migrated"), FAILED
        case _ if isinstance(error, OUTAGES):
            return talk.say("error.database_away", why=str(error) or type(error).__name__), FAILED
        case PostgresError():
            return talk.say("error.database", why=str(error)), FAILED
        case _:
            return talk.say("error.unexpected", what=f"{type(error).__name__}: {error}"), A_BUG
