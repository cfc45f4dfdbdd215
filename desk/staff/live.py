"""Live pages: what happens to an order is told to every open page of the desk, as server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.responses import StreamingResponse

from db import sessions
from db.pool import within_reach
from desk.staff.access import Gate
from desk.staff.routes import desk_router
from desk.staff.shell import HEADERS, Desk
from desk.staff.signed import Signed

STILL_THERE_SECONDS: Final = 15.0
"""How often a quiet stream says that it is there, and whether its reader is still signed in is looked at."""


def live_router(desk: Desk, gate: Gate) -> APIRouter:
    """`GET /desk/live`: an event `order` per change, with store, order_id and whether the order is new."""
    router = desk_router(gate)

    @router.get("/desk/live")
    async def live(signed: Annotated[Signed, Depends(gate.signed)]) -> StreamingResponse:
        async def stream() -> AsyncIterator[str]:
            async with desk.waiting.all_news() as news:
                yield "retry: 2000\n\n"
                while not desk.waiting.is_closing.is_set():
                    try:
                        happened = await asyncio.wait_for(news.get(), STILL_THERE_SECONDS)
                    except TimeoutError:
                        # Who was signed out or disabled hears no more.
                        async with within_reach(desk.pool) as connection:
                            if not await sessions.lives(connection, signed.session_id):
                                return
                        yield ": still here\n\n"
                        continue
                    if happened is None:
                        return
                    if signed.sees(happened.store):
                        said = {
                            "store": happened.store,
                            "order_id": happened.order_id,
                            "is_new": happened.is_new,
                        }
                        yield f"event: order\ndata: {json.dumps(said)}\n\n"

        headers = {**HEADERS, "X-Accel-Buffering": "no"}
        return StreamingResponse(stream(), media_type="text/event-stream", headers=headers)

    return router
