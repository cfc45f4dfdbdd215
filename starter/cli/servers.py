"""The commands that run or check servers: up, demo, serve, worker, migrate, doctor."""

import os
import sys
from typing import Annotated

import typer

from starter.cli.options import Home, Json, Language, Ports

LOCAL = "127.0.0.1"


def up(home: Home = None, ports: Ports = None, json: Json = False, language: Language = None) -> None:
    """Run the whole system on this machine, until Ctrl-C. What the environment names is not embedded."""
    from starter.cli.running import embedded, run

    run(lambda: embedded().up(home, ports, json))


def demo(
    home: Home = None,
    ports: Ports = None,
    exit: Annotated[
        bool, typer.Option("--exit", help="Leave when the orders are done; 0 only if each reached its end.")
    ] = False,
    json: Json = False,
    language: Language = None,
) -> None:
    """The same as `up`, with sample orders that are placed and played through before your eyes."""
    from starter.cli.running import embedded, run

    run(lambda: embedded().demo(home, ports, exit, json))


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = LOCAL,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8080,
    language: Language = None,
) -> None:
    """Run the API and the desk. Settings come from the environment only."""
    from starter.cli import serving
    from starter.cli.running import run

    run(lambda: serving.serve(host, port), on_fast_loop=True)


def worker(language: Language = None) -> None:
    """Run a worker. Settings come from the environment only."""
    sys.stdout.flush()
    # In our place, with our process id, so that whoever supervises us supervises it.
    os.execv(sys.executable, [sys.executable, "-m", "worker"])  # noqa: S606


def migrate(
    without_temporal: Annotated[bool, typer.Option("--without-temporal", help="The database only.")] = False,
    json: Json = False,
    language: Language = None,
) -> None:
    """Bring the database and Temporal to what this version expects. As often as you like."""
    from starter.cli import managing
    from starter.cli.running import run

    run(lambda: managing.migrate(without_temporal, json))


def doctor(json: Json = False, language: Language = None) -> None:
    """Check every connection and setting; say what is wrong and what to do. Exit code 1 if anything is."""
    from starter.cli import doctor as checks
    from starter.cli.running import run

    run(lambda: checks.doctor(json))
