"""Running the API and the desk in this process."""

import asyncio
import importlib
import signal
import socket

from fastapi import APIRouter

from db.processes import Kind
from starter import logs
from starter import settings as known
from starter.cli.running import CliError
from starter.http.app import create_app
from starter.http.app import serve as serve_app
from starter.loop import collect_less_often
from starter.opening import Opened, open_front_door
from starter.presence import present
from starter.settings import Settings
from starter.waiting import Waiting


async def serve(host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; requests under way get a moment to finish."""
    settings = known.read()
    _must_be_free(host, port)
    logs.set_up(settings.log_level)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with open_front_door(settings) as opened:
        app = create_app(opened.front_door, opened.viewer, opened.pool, windows(opened, settings))
        collect_less_often()
        # Open pages of the desk listen for as long as they are open: a server that stops lets go of them.
        stopping = asyncio.create_task(_let_go(stop, opened.waiting))
        async with present(opened.pool, Kind.API):
            await serve_app(app, host, port, stop)
        stopping.cancel()


async def _let_go(stop: asyncio.Event, waiting: Waiting) -> None:
    await stop.wait()
    waiting.close_readers()


def windows(opened: Opened, settings: Settings) -> tuple[APIRouter, ...]:
    """The desk's pages, over the connections that are open."""
    # By name: the desk may import the front door, so the front door must not import the desk.
    desk = importlib.import_module("desk.routers")
    routers: tuple[APIRouter, ...] = desk.routers(opened, settings)
    return routers


def _must_be_free(host: str, port: int) -> None:
    """Raise CliError where we cannot listen: the server itself would only log it, and leave."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise CliError("cannot_listen", address=f"{host}:{port}", why=why) from None
