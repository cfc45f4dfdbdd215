"""Downloads: the file behind a link, or the page that says why there is none."""

from http import HTTPStatus
from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from db.downloads import (
    Dead,
    Expired,
    Opened,
    Refunded,
    Replaced,
    Unknown,
    UsedUp,
    open_download,
    see_download,
)
from db.files import FilesFolder, OpenFile
from db.pool import Connection, Pool, within_reach
from desk.customer_pages import SECRET_HEADERS, draw
from desk.customer_route import customer_router
from desk.dead_link import page_of_known_link, page_of_unknown_link
from desk.file_answer import FileAnswer, file_headers, part_of


def downloads_router(pool: Pool, files_folder: Path) -> APIRouter:
    """`GET` and `HEAD /d/{token}`. HEAD counts nothing, and neither does an answer without the file."""
    router = customer_router()
    files = FilesFolder(files_folder)

    @router.api_route("/d/{token}", methods=["GET", "HEAD"])
    async def download(token: str, request: Request) -> Response:
        async with within_reach(pool) as connection:
            seen = await see_download(connection, token)
            if not isinstance(seen, Opened):
                return await _dead(connection, seen, request)
        file = await run_in_threadpool(files.open, seen.file)
        if file is None:
            async with within_reach(pool) as connection:
                page = await page_of_known_link(connection, seen.store, seen.order_id, "file_missing")
            return draw(page, status_code=HTTPStatus.SERVICE_UNAVAILABLE)
        try:
            answer = await _send(pool, token, seen, file, request)
        except BaseException:
            file.close()
            raise
        if not isinstance(answer, FileAnswer):
            file.close()
        return answer

    return router


async def _send(pool: Pool, token: str, seen: Opened, file: OpenFile, request: Request) -> Response:
    if request.method == "HEAD":
        whole = part_of(file, None, None)
        assert whole is not None  # noqa: S101  # The whole of a file lies within it.
        return Response(headers=SECRET_HEADERS | file_headers(file, seen.file, whole))
    part = part_of(file, request.headers.get("range"), request.headers.get("if-range"))
    if part is None:
        outside = {"Content-Range": f"bytes */{file.size}", "Accept-Ranges": "bytes"}
        headers = SECRET_HEADERS | outside
        return Response(status_code=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers)
    async with within_reach(pool) as connection:
        opened = await open_download(connection, token, continues=part.start > 0)
        if not isinstance(opened, Opened):
            return await _dead(connection, opened, request)
    return FileAnswer(file, part, SECRET_HEADERS | file_headers(file, opened.file, part))


async def _dead(connection: Connection, dead: Dead, request: Request) -> Response:
    match dead:
        case Unknown():
            language = request.headers.get("accept-language", "")
            return draw(
                await page_of_unknown_link(connection, "unknown", language), status_code=HTTPStatus.NOT_FOUND
            )
        case Expired(store, order_id, at):
            page = await page_of_known_link(connection, store, order_id, "expired", at=at)
        case UsedUp(store, order_id):
            page = await page_of_known_link(connection, store, order_id, "used_up")
        case Replaced(store, order_id):
            page = await page_of_known_link(connection, store, order_id, "replaced")
        case Refunded(store, order_id):
            page = await page_of_known_link(connection, store, order_id, "refunded")
    return draw(page, status_code=HTTPStatus.GONE)
