"""The live order page: what happens to its order is told to every open page, as server-sent events."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from db.order_pages import Visit, find_visit
from db.pool import Pool, within_reach
from desk.customer_cookies import cookie_of, ref_of
from desk.customer_pages import SECRET_HEADERS
from desk.customer_route import customer_router
from orders.errors import Unavailable
from starter.waiting import Waiting

STILL_THERE_SECONDS: Final = 15.0
"""How often a quiet stream says that it is there, and whether its reader may still look is looked at."""
MOST_STREAMS: Final = 20
"""Streams of one order; a page that gets none asks now and then instead."""


def order_live_router(pool: Pool, waiting: Waiting) -> APIRouter:
    """`GET /o/order/{ref}/live`: an event `news` with a number that grows with whatever happens to this order
    and no other; the first one as it is now."""
    router = customer_router()
    streams: Counter[bytes] = Counter()

    @router.get("/o/order/{ref}/live")
    async def live(ref: str, request: Request) -> Response:
        visit = await _visit(ref, request)
        if visit is None:
            # Tells a browser to stop asking.
            return Response(status_code=HTTPStatus.NO_CONTENT, headers=SECRET_HEADERS)
        if streams[visit.page.token_hash] >= MOST_STREAMS:
            return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers=SECRET_HEADERS)
        headers = {**SECRET_HEADERS, "X-Accel-Buffering": "no"}
        return StreamingResponse(stream(ref, request, visit), media_type="text/event-stream", headers=headers)

    async def stream(ref: str, request: Request, visit: Visit) -> AsyncIterator[str]:
        order = visit.page.token_hash
        streams[order] += 1
        try:
            async with waiting.news_of(visit.page.store, visit.page.order_id) as news:
                yield "retry: 3000\n\n"
                said = -1
                while not waiting.is_closing.is_set():
                    news.clear()
                    now = await _visit(ref, request)
                    if now is None:
                        return
                    yield (
                        ": still here\n\n"
                        if now.sequence == said
                        else f"event: news\ndata: {now.sequence}\n\n"
                    )
                    said = now.sequence
                    await _first_of(news, waiting.is_closing)
        except Unavailable:
            return  # The browser comes back by itself.
        finally:
            streams[order] -= 1
            if not streams[order]:
                del streams[order]

    async def _visit(ref: str, request: Request) -> Visit | None:
        cookie = cookie_of(request, ref)
        if cookie is None:
            return None
        async with within_reach(pool) as connection:
            visit = await find_visit(connection, cookie)
        if visit is None or visit.page.has_ended or ref_of(visit.page.token_hash) != ref:
            return None
        return visit

    return router


async def _first_of(*events: asyncio.Event) -> None:
    """Until one of them is set, or a while is over."""
    waits = [asyncio.ensure_future(each.wait()) for each in events]
    try:
        await asyncio.wait(waits, timeout=STILL_THERE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waits:
            each.cancel()
