"""Those who ask: what was kept is not asked for again, and what nobody knows of is not asked for twice."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from torture.acts import Act
from torture.asking import Asking
from torture.book import Book, read
from torture.bookkeeper import AT_ONCE, Bookkeeper
from torture.commanding import Commanding
from torture.many_at_once import ManyAtOnce
from torture.second_thoughts import COPIES, SecondThoughts
from torture.stories import KINDS, Story, story

GIVEN_ONCE = "2"
"""The name of a job that the seed has one person give, and nobody tell again at the end."""


class Api:
    """An API that keeps what it is asked to keep, and does not always say so."""

    def __init__(self) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self.said: list[dict[str, Any]] = []
        self.asked = 0
        self.lost = 0
        """So many answers are lost from now on; `keeps` says whether what was asked is kept then."""
        self.keeps = True
        self.mail = {"mail_key": "received", "kind": "order_received", "state": "sent"}
        routes = web.Application()
        routes.router.add_get("/v1/broken", self._break)
        routes.router.add_post("/v1/bulk", self._begin)
        routes.router.add_get("/v1/bulk/{job_id}", self._job)
        routes.router.add_get("/v1/orders/{order_id}", self._order)
        routes.router.add_post("/v1/orders/{order_id}/commands", self._command)
        routes.router.add_get("/v1/orders/{order_id}/papers/invoice", self._invoice)
        self.server = TestServer(routes)

    async def _break(self, request: web.Request) -> web.Response:
        self.asked += 1
        return web.Response(text="a traceback", status=500 if self.asked == 1 else 404)

    async def _begin(self, request: web.Request) -> web.Response:
        self.asked += 1
        wish = await request.json()
        is_lost = self.lost > 0
        self.lost -= is_lost
        if self.keeps or not is_lost:
            self.jobs[wish["job_id"]] = wish
        return web.json_response({}, status=503 if is_lost else 202)

    async def _job(self, request: web.Request) -> web.Response:
        wish = self.jobs.get(request.match_info["job_id"])
        if wish is None:
            return web.json_response({}, status=404)
        results = [
            {"order_id": each["order_id"], "command_id": f"c-{each['order_id']}", "outcome": "applied"}
            for each in wish["orders"]
        ]
        return web.json_response({"state": "done", "results": results})

    async def _order(self, request: web.Request) -> web.Response:
        return web.json_response({"mails": [self.mail]})

    async def _command(self, request: web.Request) -> web.Response:
        self.said.append(await request.json())
        return web.json_response({"outcome": "applied"})

    async def _invoice(self, request: web.Request) -> web.Response:
        self.asked += 1
        return web.Response(body=b"%PDF-1.7", content_type="application/pdf")


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    api = Api()
    await api.server.start_server()
    yield api
    await api.server.close()


@pytest.fixture
async def book(tmp_path: Path) -> AsyncIterator[Book]:
    with Book(tmp_path / "client.jsonl") as book:
        yield book


@pytest.fixture
async def asking(api: Api, book: Book) -> AsyncIterator[Asking]:
    async with Asking([str(api.server.make_url("")).rstrip("/")], book, 1, 10.0) as asking:
        yield asking


def with_a_job() -> Story:
    return story(1, KINDS.index("many_at_once"))


async def job_of(asking: Asking, book: Book) -> list[dict[str, Any]]:
    await ManyAtOnce(asking, book).do(with_a_job(), GIVEN_ONCE, Act("packed", is_job=True))
    return [line for line in read(book.path) if line["act"] == "job"]


@pytest.mark.parametrize(("keeps", "asked"), [(True, 1), (False, 3)])
async def test_a_job_is_given_until_it_is_kept_and_not_again(
    api: Api, asking: Asking, book: Book, keeps: bool, asked: int
) -> None:
    api.lost, api.keeps = 2, keeps
    told = await job_of(asking, book)

    assert api.asked == asked
    assert [line["people"] for line in told] == [1]
    assert [each["order_id"] for each in told[0]["results"]] == list(told[0]["wanted"])
    assert set(told[0]["wanted"].values()) == {"applied", "refused"}


async def test_an_invoice_is_asked_for_by_two_at_once_and_its_bytes_are_noted(
    api: Api, asking: Asking, book: Book
) -> None:
    await Bookkeeper(asking, book).ask("A1", "paid")
    lines = list(read(book.path))

    assert api.asked == len(lines) == AT_ONCE
    assert len({line["sha256"] for line in lines}) == 1
    assert all(line["is_pdf"] for line in lines)


@pytest.mark.parametrize(("state", "times"), [("sent", 2 * COPIES), ("unknown", 0)])
async def test_a_mail_is_wished_for_once_more_only_if_it_was_surely_sent(
    api: Api, asking: Asking, book: Book, state: str, times: int
) -> None:
    api.mail["state"] = state
    thoughts = SecondThoughts(asking, Commanding(asking), book)
    await thoughts.do(with_a_job(), "3", Act("mail_again", of_mail="order_received"))

    assert len(api.said) == times
    assert len({each["command_id"] for each in api.said}) == min(1, times)


async def test_an_answer_of_500_is_written_down_and_asked_for_again(asking: Asking, book: Book) -> None:
    answer = await asking.until_settled("look", "GET", "/v1/broken", None, "staff", "a name")

    assert answer.status == HTTPStatus.NOT_FOUND
    assert [(line["act"], line["status"]) for line in read(book.path)] == [("bad answer", 500)]
