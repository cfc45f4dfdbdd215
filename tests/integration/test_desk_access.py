"""Every route of the desk, tried by everybody: signed out, in each role, and for another store."""

import asyncio
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.routing import APIRoute

from db import sessions, staff
from db.sessions import Stage
from desk.routers import routers
from desk.same_origin import SAFE
from desk.staff.access import ACCESS, AUTOMATIC, COOKIE, Public
from desk.staff.signed import Signed
from orders.commands import TYPES
from orders.rights import COMMAND_RIGHTS, Right, Role, may
from tests.house import House
from tests.sample_orders import an_order

Route = tuple[str, str]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def leads_to_sign_in(self) -> bool:
        return self.status == 303 and self.headers.get("location", "").startswith("/desk/sign-in")


def routes(house: House) -> list[Route]:
    """Every route there is, as method and path."""
    found = []
    for router in routers(house.opened, house.settings):
        for route in router.routes:
            assert isinstance(route, APIRoute), route
            found += [(method, route.path) for method in sorted(route.methods or ()) if method != "HEAD"]
    return found


def of_the_desk(house: House) -> list[Route]:
    return [route for route in routes(house) if route[1] == "/desk" or route[1].startswith("/desk/")]


async def ask(
    house: House,
    route: Route,
    path: str,
    token: str | None,
    form: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """What this answers. A stream is left once it has begun."""
    sent = {"host": "pakhuis.test", "accept": "text/html", "sec-fetch-site": "same-origin", **(headers or {})}
    if token is not None:
        sent["cookie"] = f"{COOKIE}={token}"
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": route[0],
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "query_string": QUERIES.get(route, "").encode(),
        "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
        "client": ("10.9.9.9", 1),
        "server": ("pakhuis.test", 443),
        "state": {},
    }
    begun: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
    body = bytearray()
    is_asked = False

    async def receive() -> dict[str, Any]:
        nonlocal is_asked
        if not is_asked:
            is_asked = True
            return {"type": "http.request", "body": form, "more_body": False}
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start" and not begun.done():
            begun.set_result(message)
        else:
            body.extend(message.get("body", b""))

    task = asyncio.create_task(house.app(scope, receive, send))
    await asyncio.wait((task, begun), timeout=20, return_when=asyncio.FIRST_COMPLETED)
    if not begun.done():
        task.cancel()
        raise AssertionError(f"no answer from {route}: {task}")
    start = begun.result()
    answered = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    if answered.get("content-type", "").startswith("text/event-stream"):
        task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return Answer(start["status"], answered, bytes(body))


@dataclass(frozen=True)
class Crew:
    """One person per role, and what the holes of a path are filled with."""

    house: House
    accounts: Mapping[Role, str]
    samples: Mapping[str, str]

    def path(self, route: Route, **other: str) -> str:
        """The address with its holes filled. A new kind of hole needs a sample of its own, here below."""
        path = route[1]
        for name, value in {**self.samples, **other}.items():
            path = path.replace(f"{{{name}}}", quote(value)).replace(f"{{{name}:path}}", quote(value))
        assert "{" not in path, f"no sample for a part of {path}"
        return path

    async def token(self, role: Role) -> str:
        async with self.house.pool.acquire() as connection:
            account = self.accounts[role]
            return await sessions.open_session(connection, account, Stage.SIGNED, "a test", "10.9.9.9")

    def each(self) -> Iterator[tuple[Route, Role]]:
        for route in of_the_desk(self.house):
            for role in Role:
                yield route, role


async def a_crew(house: House, stores: tuple[str, ...] | None) -> Crew:
    accounts = {}
    async with house.pool.acquire() as connection:
        for role in Role:
            accounts[role] = f"m{uuid.uuid4().hex[:10]}"
            await staff.make_ready(
                connection, accounts[role], "Mo", role, "matrix of the tests", stores=stores
            )
        spare = f"spare{uuid.uuid4().hex[:8]}"
        await staff.make_ready(connection, spare, "Spare", Role.VIEWER, "matrix of the tests")
        link = await staff.make_link(connection, spare)
    return Crew(house, accounts, {**SAMPLES, "staff_id": spare, "token": link.token})


QUERIES: Mapping[Route, str] = {
    ("GET", "/desk/orders/{store}/{order_id}/preview"): "type=picked",
    ("GET", "/desk/orders/{store}/{order_id}/preview/frame"): "type=picked",
}
"""What a route must be asked besides, where what may be seen depends on it."""

SAMPLES: Mapping[str, str] = {
    "store": "default",
    "fingerprint": "0",
    "name": "desk.css",
    "number": "1",
    "kind": "shipped",
    "job_id": "00000000-0000-4000-8000-000000000000",
    "note_id": "00000000-0000-4000-8000-000000000000",
    "parcel": "1",
    "row": "0",
    "path": "desk.css",
    "type_": "picked",
    "mail_key": "shipped:1",
    "part": "look",
    "device_id": "pd-000000000000",
}


@pytest.fixture(scope="module")
async def order_id(house: House) -> str:
    return await house.paid(an_order())


@pytest.fixture(scope="module")
async def crew(house: House, order_id: str) -> Crew:
    made = await a_crew(house, None)
    return Crew(house, made.accounts, {**made.samples, "order_id": order_id})


def test_the_table_has_a_row_for_every_route_and_no_other(house: House) -> None:
    there = of_the_desk(house)

    assert set(there) - set(ACCESS) == set()
    assert set(ACCESS) - set(there) == set()
    assert len(there) == len(set(there))


def test_what_pages_ask_by_themselves_is_among_the_routes(house: House) -> None:
    assert {("GET", path) for path in AUTOMATIC} <= set(of_the_desk(house))


async def test_who_is_signed_out_is_led_to_the_sign_in_from_everywhere_that_is_not_public(
    house: House, crew: Crew
) -> None:
    wrong = []
    for route in of_the_desk(house):
        answer = await ask(house, route, crew.path(route), None)
        fits = answer.status < 500 if ACCESS.get(route) is Public else answer.leads_to_sign_in
        if not fits:
            wrong.append((route, answer.status))

    assert wrong == []


async def test_a_session_that_is_half_way_made_up_or_ended_opens_nothing(house: House, crew: Crew) -> None:
    async with house.pool.acquire() as connection:
        account = crew.accounts[Role.ADMIN]
        tokens = [
            await sessions.open_session(connection, account, stage, "a test", "")
            for stage in (Stage.CODE, Stage.ENROL)
        ]
        ended = await sessions.open_session(connection, account, Stage.SIGNED, "a test", "")
        await sessions.end(connection, account, sessions.hash_of(ended))
    wrong = []
    for route in of_the_desk(house):
        if ACCESS.get(route) is Public:
            continue
        for token in (*tokens, ended, "x" * 43, "x" * 5000):
            if not (await ask(house, route, crew.path(route), token)).leads_to_sign_in:
                wrong.append((route, token))

    assert wrong == []


async def test_every_route_lets_in_the_roles_that_have_its_right_and_nobody_else(
    house: House, crew: Crew
) -> None:
    wrong = []
    for route, role in crew.each():
        needed = ACCESS.get(route)
        if needed is Public:
            continue
        answer = await ask(house, route, crew.path(route), await crew.token(role))
        allowed = needed is Signed or (isinstance(needed, Right) and may(role, needed))
        fits = answer.status == 403 or answer.leads_to_sign_in
        if answer.status >= 500 or fits is allowed:
            wrong.append(f"{' '.join(route)} as {role}: {answer.status:d}")

    assert wrong == []


async def test_each_command_at_the_desk_takes_the_right_of_its_type(house: House, crew: Crew) -> None:
    order_id = await house.placed(an_order())
    route = ("POST", "/desk/orders/{store}/{order_id}/commands")
    wrong = []
    for type_ in TYPES:
        for role in Role:
            token = await crew.token(role)
            form = f"type={type_}&command_id={uuid.uuid4()}".encode()
            answer = await ask(house, route, crew.path(route, order_id=order_id), token, form)
            allowed = may(role, Right.FULFIL) and may(role, COMMAND_RIGHTS[type_])
            if answer.status >= 500 or (answer.status == 403) is allowed:
                wrong.append(f"{type_} as {role}: {answer.status:d}")

    assert wrong == []


async def test_another_store_s_order_is_answered_exactly_as_an_unknown_one(
    house: House, crew: Crew, order_id: str
) -> None:
    strangers = await a_crew(house, ("elsewhere",))
    wrong = []
    for route in of_the_desk(house):
        needed = ACCESS.get(route)
        if "{store}" not in route[1] or not isinstance(needed, Right):
            continue
        token = await strangers.token(Role.ADMIN)
        theirs = await ask(house, route, crew.path(route), token)
        unknown = await ask(house, route, crew.path(route, order_id="NOSUCHORDER"), token)
        same = theirs.body.replace(order_id.encode(), b"?") == unknown.body.replace(b"NOSUCHORDER", b"?")
        if (theirs.status, unknown.status) != (404, 404) or not same:
            wrong.append((route, theirs.status, unknown.status))

    assert wrong == []


async def test_a_click_from_another_site_is_refused_everywhere(house: House, crew: Crew) -> None:
    wrong = []
    for route in routes(house):
        if route[0] in SAFE or not route[1].startswith(("/desk", "/o/")):
            continue
        for headers in (
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"sec-fetch-site": "cross-site", "origin": "https://pakhuis.test"},
        ):
            token = await crew.token(Role.ADMIN)
            answer = await ask(house, route, crew.path(route), token, headers=headers)
            if answer.status != 403:
                wrong.append((route, headers, answer.status))

    assert wrong == []


async def test_every_answer_of_the_desk_has_the_headers_that_keep_it_to_itself(
    house: House, crew: Crew
) -> None:
    wrong = []
    for route in of_the_desk(house):
        if route[1].startswith("/desk/static/") or route[0] != "GET":
            continue
        headers = (await ask(house, route, crew.path(route), await crew.token(Role.ADMIN))).headers
        policy = headers.get("content-security-policy", "")
        if "; sandbox;" in policy and "script-src" not in policy:
            # A mail as it was sent, in a frame that can do nothing: it brings styles of its own.
            policy = policy.replace("style-src 'unsafe-inline'", "")
        if (
            "unsafe" in policy
            or "default-src 'none'" not in policy
            or "no-store" not in headers["cache-control"]
        ):
            wrong.append(route)

    assert wrong == []


async def test_a_refusal_is_written_down_with_what_was_missing(house: House, crew: Crew) -> None:
    await ask(house, ("GET", "/desk/staff"), "/desk/staff", await crew.token(Role.PACKER))
    row = await house.pool.fetchrow(
        "SELECT act, subject, facts, network FROM audit WHERE actor = $1 ORDER BY number DESC LIMIT 1",
        f"staff:{crew.accounts[Role.PACKER]}",
    )

    assert row is not None
    assert (row["act"], row["subject"], row["network"]) == ("access_refused", "/desk/staff", "10.9.9.9")
    assert row["facts"] == {"needed": "manage_staff"}
