"""Running the API and the desk in this process."""

import asyncio
import importlib
import signal

from fastapi import APIRouter

from starter import logs
from starter import settings as known
from starter.cli.running import CliError
from starter.http.app import create_app
from starter.http.app import serve as serve_app
from starter.opening import Opened, open_front_door
from starter.settings import Settings


async def serve(host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; requests under way get a moment to finish."""
    settings = known.read()
    logs.set_up(settings.log_level)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with open_front_door(settings) as opened:
        app = create_app(opened.front_door, opened.viewer, opened.pool, windows(opened, settings))
        serving = asyncio.create_task(serve_app(app, host, port, stop))
        try:
            await serving
        except SystemExit:  # How uvicorn says that it cannot listen.
            raise CliError("cannot_listen", address=f"{host}:{port}") from None


def windows(opened: Opened, settings: Settings) -> tuple[APIRouter, ...]:
    """The desk's pages, over the connections that are open."""
    # By name: the desk may import the front door, so the front door must not import the desk.
    desk = importlib.import_module("desk.routers")
    routers: tuple[APIRouter, ...] = desk.routers(opened, settings)
    return routers
