"""The HTTP application: the front door and the customers' pages, and the server that runs them."""

import asyncio
from contextlib import nullcontext
from typing import Any

import uvicorn
from fastapi import APIRouter, FastAPI

from db.pool import Pool
from orders.claim import ClaimWish
from orders.commands import Command
from orders.note import NewNote, NoteChange
from orders.order import Order
from orders.paper import PaperWish
from orders.pickup import PickupWish
from orders.store import StoreSettings
from starter.bulk_wish import BulkWish
from starter.front_door import FrontDoor
from starter.http import (
    attention,
    claims,
    commands,
    health,
    low_stock,
    notes,
    orders,
    page_links,
    pick_list,
    problems,
    push,
    staff,
    stores,
    webhooks,
)
from starter.http.connections import COME_IN_WITHIN_SECONDS, patient_for
from starter.http.documentation import with_schemas
from starter.http.entrance import Entrance
from starter.http.middleware import RequestIds
from starter.push import Devices
from starter.shops import Shops
from starter.staff import People
from starter.view import Viewer
from starter.webhooks.standard import StandardPayment

DESCRIPTION = """Order fulfilment: checkout places orders and tells of payments, staff pick, pack, label and
hand over. Everything is kept before it is answered; the same request again changes nothing. Errors are
problem+json (RFC 9457). Keys are Bearer tokens with a scope: `checkout`, `staff` or `ops`."""


def create_app(
    front_door: FrontDoor, viewer: Viewer, pool: Pool, pages: tuple[APIRouter, ...] = ()
) -> FastAPI:
    """The application over opened connections; `pages` are the routers of the desk."""
    app = FastAPI(
        title="Pakhuis",
        version="1",
        description=DESCRIPTION,
        docs_url=None,  # Its page would load scripts from other people's servers.
        redoc_url=None,
        separate_input_output_schemas=False,
        generate_unique_id_function=lambda route: route.name,
    )
    entrance = Entrance(pool)
    app.include_router(orders.router(front_door, viewer, pool, entrance))
    app.include_router(commands.router(front_door, viewer, pool, entrance))
    app.include_router(page_links.router(front_door, viewer, entrance))
    app.include_router(notes.router(pool, entrance))
    app.include_router(claims.router(pool, entrance))
    app.include_router(pick_list.router(pool, entrance))
    app.include_router(attention.router(pool, entrance))
    app.include_router(low_stock.router(pool, entrance))
    app.include_router(staff.router(People(pool, viewer.public_url), pool, entrance))
    app.include_router(push.router(Devices(pool), entrance))
    app.include_router(stores.router(Shops(pool), entrance))
    app.include_router(webhooks.router(front_door))
    app.include_router(health.router(pool))
    for page in pages:
        # What the desk answers under /v1 is a call like the others; the rest is for people.
        app.include_router(page, include_in_schema=page.prefix == "/v1")
    problems.install(app)
    app.add_middleware(RequestIds)
    generate = app.openapi

    def documented() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = with_schemas(
                generate(),
                Order,
                NewNote,
                NoteChange,
                ClaimWish,
                PaperWish,
                PickupWish,
                BulkWish,
                StandardPayment,
                *staff.MODELS,
                push.DeviceWish,
                StoreSettings,
                *Command.__args__,
            )
        return app.openapi_schema

    app.openapi = documented  # type: ignore[method-assign]
    return app


async def serve(
    app: FastAPI,
    host: str,
    port: int,
    stop: asyncio.Event,
    come_in_within_seconds: float = COME_IN_WITHIN_SECONDS,
) -> None:
    """Serve until `stop` is set; requests under way get a moment to finish, and one that does not come in
    in time is cut off."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        http=patient_for(come_in_within_seconds),
        ws="none",
        backlog=4096,
    )
    server = uvicorn.Server(config)
    # Its own handlers would swallow the signal that `stop` is set by.
    server.capture_signals = nullcontext  # type: ignore[method-assign, assignment]
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    stopping.cancel()
    await serving
