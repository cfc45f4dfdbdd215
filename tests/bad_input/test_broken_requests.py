"""Requests that are broken, deep, huge, slow or cut off, and connections that say nothing: real sockets."""

import asyncio
import gzip
import json
import resource
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pytest

from tests.bad_input.conftest import Served
from tests.sample_orders import an_order

IDLE_CONNECTIONS: Final = 10_000
FILES_OF_OUR_OWN: Final = 1_000
GUESSES: Final = 1_000


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def exchange(port: int, raw: bytes, seconds: float = 10) -> bytes:
    """What comes back for these bytes until the other side closes, or says nothing more for a while."""
    said = b""
    async with connected(port) as (reader, writer):
        writer.write(raw)
        try:
            async with asyncio.timeout(seconds):
                while piece := await reader.read(65_536):
                    said += piece
                    if _is_whole(said):
                        break
        except (TimeoutError, ConnectionError):
            pass
    return said


def _is_whole(said: bytes) -> bool:
    head, found, body = said.partition(b"\r\n\r\n")
    lengths = [
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    ]
    return bool(found and lengths and len(body) >= lengths[0])


def status(said: bytes) -> int:
    return int(said.split(b" ", 2)[1]) if said.startswith(b"HTTP/") else 0


def request(served: Served, body: bytes, **headers: str) -> bytes:
    """A POST of an order with these bytes as its body; a header given here replaces the usual one."""
    lines = {
        "host": "x",
        "authorization": served.house.headers(served.house.checkout)["Authorization"],
        "content-type": "application/json",
        "content-length": str(len(body)),
        "connection": "close",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return f"POST /v1/orders HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body


async def is_well(served: Served) -> None:
    """The front door takes an order, whatever was done to it before."""
    body = json.dumps(an_order()).encode()
    assert status(await exchange(served.port, request(served, body))) == 201


ORDER: Final = json.dumps(an_order()).encode()
DEEP: Final = 100_000
BODIES: Final[dict[str, tuple[bytes, int]]] = {
    "nothing": (b"", 400),
    "blanks": (b"   ", 400),
    "half an object": (ORDER[: len(ORDER) // 2], 400),
    "an object and more": (ORDER + b"{}", 400),
    "two objects": (ORDER + ORDER, 400),
    "a list": (b"[" + ORDER + b"]", 400),
    "a string": (b'"order"', 400),
    "a number": (b"1", 400),
    "null": (b"null", 400),
    "NaN": (b"NaN", 400),
    "Infinity in a field": (ORDER.replace(b'"quantity": 2', b'"quantity": Infinity'), 400),
    "a number beyond any measure": (ORDER.replace(b'"quantity": 2', b'"quantity": 1e400'), 400),
    "a number of ten thousand digits": (
        ORDER.replace(b'"quantity": 2', b'"quantity": 1' + b"0" * 10_000),
        400,
    ),
    "a large number": (ORDER.replace(b'"quantity": 2', b'"quantity": 1' + b"0" * 4000), 422),
    "a key twice": (ORDER.replace(b'"store"', b'"store": "other", "store"'), 400),
    "a key twice, once escaped": (ORDER.replace(b'"store"', b'"st\\u006fre": "other", "store"'), 400),
    "a key twice, deep inside": (ORDER.replace(b'"sku"', b'"sku": "A", "sku"'), 400),
    "a key of our own": (ORDER.replace(b'"store"', b'"__proto__": {}, "store"'), 422),
    "a status of its own": (ORDER.replace(b'"store"', b'"payment_status": "PAID", "store"'), 422),
    "lists without end": (b"[" * DEEP, 400),
    "lists that end": (b"[" * DEEP + b"]" * DEEP, 400),
    "objects without end": (b'{"a":' * DEEP, 400),
    "a field that is deep": (b'{"order_id": ' + b"[" * 900 + b"]" * 900 + b"}", 422),
    "single quotes": (ORDER.replace(b'"', b"'"), 400),
    "a comment": (b"/* */" + ORDER, 400),
    "a comma too many": (ORDER[:-1] + b",}", 400),
    "a control character in a string": (ORDER.replace(b"Sanne", b"Sa\x01ne"), 400),
    "a NUL": (ORDER + b"\x00", 400),
    "UTF-16": (ORDER.decode().encode("utf-16"), 400),
    "UTF-16 without a mark": (ORDER.decode().encode("utf-16-le"), 400),
    "UTF-32": (ORDER.decode().encode("utf-32"), 400),
    "Latin-1": (ORDER.replace(b"Sanne", "Zoë".encode("latin-1")), 400),
    "half a surrogate pair in three bytes": (ORDER.replace(b"Sanne", b"\xed\xa0\x80"), 400),
    "a letter in more bytes than it needs": (ORDER.replace(b"Sanne", b"\xc0\xaf"), 400),
    "a byte order mark twice": (b"\xef\xbb\xbf\xef\xbb\xbf" + ORDER, 400),
    "gzip": (gzip.compress(ORDER), 400),
    "a form": (b"order_id=K8XTQ&store=default", 400),
    "XML": (b"<?xml version='1.0'?><order/>", 400),
    "more than may be": (b'{"comment": "' + b"x" * 1_100_000 + b'"}', 413),
    "a thousand and one lines": (
        json.dumps({**an_order(), "lines": [{"line_id": str(n)} for n in range(1001)]}).encode(),
        422,
    ),
}


@pytest.mark.parametrize("case", BODIES)
async def test_a_broken_body_is_refused_with_a_problem(served: Served, case: str) -> None:
    body, wanted = BODIES[case]
    said = await exchange(served.port, request(served, body))

    assert status(said) == wanted, said[:300]
    assert b"application/problem+json" in said


@pytest.mark.parametrize(
    "headers",
    [
        {"content_type": "application/json; charset=utf-16"},
        {"content_type": "text/plain; charset=iso-8859-1"},
        {"content_type": ""},
        {"content_type": "\xff"},
    ],
    ids=str,
)
async def test_json_is_utf_8_whatever_is_said_of_it(served: Served, headers: dict[str, str]) -> None:
    body = an_order()
    body["customer"]["name"] = "Zoë 👩‍🚀"
    said = await exchange(
        served.port, request(served, json.dumps(body, ensure_ascii=False).encode(), **headers)
    )

    assert status(said) == 201
    assert "Zoë 👩‍🚀".encode() in said


async def test_one_byte_order_mark_is_passed_over(served: Served) -> None:
    body = b"\xef\xbb\xbf" + json.dumps(an_order()).encode()

    assert status(await exchange(served.port, request(served, body))) == 201


async def test_a_bomb_is_not_unpacked(served: Served) -> None:
    bomb = gzip.compress(b'{"comment": "' + b"x" * 50_000_000 + b'"}')
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    said = await exchange(served.port, request(served, bomb, content_encoding="gzip"))

    assert status(said) == 400
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


async def test_a_body_that_is_cut_off_is_forgotten_and_logged_as_no_bug(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    order_ids = []
    for _ in range(20):
        body = an_order()
        order_ids.append(body["order_id"])
        raw = json.dumps(body).encode()
        async with connected(served.port) as (_reader, writer):
            writer.write(request(served, raw)[: -len(raw) // 2])
            await writer.drain()
    await is_well(served)

    kept = await served.house.pool.fetchval("SELECT count(*) FROM orders WHERE order_id = ANY($1)", order_ids)
    assert kept == 0
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_body_that_comes_byte_by_byte_is_cut_off_and_holds_nobody_up(hasty: Served) -> None:
    raw = request(hasty, json.dumps(an_order()).encode())
    async with connected(hasty.port) as (reader, writer):
        writer.write(raw[:-50])
        began = time.monotonic()
        await is_well(hasty)
        assert time.monotonic() - began < 1
        said = await _dripped(reader, writer, raw[-50:])

    assert status(said) == 408


async def test_a_head_that_comes_byte_by_byte_is_cut_off(hasty: Served) -> None:
    async with connected(hasty.port) as (reader, writer):
        said = await _dripped(reader, writer, b"GET /healthz HTTP/1.1\r\nx: " + b"y" * 1000)

    assert status(said) == 408


async def test_a_second_head_on_a_connection_is_cut_off_too(hasty: Served) -> None:
    async with connected(hasty.port) as (reader, writer):
        writer.write(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        assert status(await reader.readuntil(b"}")) == 200
        said = await _dripped(reader, writer, b"GET /healthz HTTP/1.1\r\nx: " + b"y" * 1000)

    assert status(said) == 408


async def _dripped(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, raw: bytes) -> bytes:
    """What is said to bytes that come one by one, until the other side has enough of it."""
    answer = asyncio.create_task(reader.read())
    for byte in raw:
        if answer.done():
            break
        writer.write(bytes([byte]))
        await asyncio.wait([answer], timeout=0.1)
    return await asyncio.wait_for(answer, 10)


async def test_a_connection_that_says_nothing_is_closed(hasty: Served) -> None:
    async with connected(hasty.port) as (reader, _writer):
        said = await asyncio.wait_for(reader.read(), 10)

    assert status(said) == 408


@pytest.mark.parametrize("head", [b"GET /healthz HTTP/1.1\r\nx: ", b"GET /", b"x: y\r\n"], ids=repr)
async def test_a_head_without_end_is_refused_before_it_fills_the_memory(served: Served, head: bytes) -> None:
    first = b"" if head.startswith(b"GET") else b"GET /healthz HTTP/1.1\r\n"
    async with connected(served.port) as (reader, writer):
        writer.write(first + head)
        sent = 0
        try:
            while sent < 4_000_000 and not reader.at_eof():
                writer.write(head * 1_700 if head.startswith(b"x") else b"a" * 10_000)
                sent += 10_000
                await asyncio.wait_for(writer.drain(), 5)
                await asyncio.sleep(0)
            said = await asyncio.wait_for(reader.read(), 5)
        except (ConnectionError, TimeoutError):
            said = b"HTTP/1.1 431 closed"

    assert status(said) in (400, 431)
    assert sent < 4_000_000


@pytest.mark.parametrize(
    "raw",
    [
        b"GET\r\n\r\n",
        b"\r\n\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /v1/orders\x00 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /v1/orders HTTP/1.1\r\nhost: x\r\na\x00b: c\r\n\r\n",
        b"GET /v1/orders HTTP/1.1\r\nhost: x\r\n : c\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nhost: x\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"FROB /v1/orders HTTP/1.1\r\nhost: x\r\n\r\n",
        b"TRACE /v1/orders HTTP/1.1\r\nhost: x\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET http://evil.example/v1/orders HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET //evil.example/v1/orders HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /v1/../../etc/passwd HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /d/..%2f..%2fetc%2fpasswd HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /o/%00 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /v1/orders HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
        b"POST /v1/orders HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST /v1/orders HTTP/1.1\r\nhost: x\r\ncontent-length: 1e3\r\n\r\n",
        b"POST /v1/orders HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999999999999\r\n\r\n",
        b"POST /v1/orders HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n",
        b"POST /v1/orders HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
    ],
    ids=repr,
)
async def test_nonsense_gets_a_no_or_nothing_and_never_an_error_of_ours(served: Served, raw: bytes) -> None:
    said = await exchange(served.port, raw, 1)

    assert status(said) in (0, *range(400, 500))
    assert (await served.http.get("/healthz")).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        b"content-length: 5\r\ntransfer-encoding: chunked\r\n",
        b"transfer-encoding: chunked\r\ncontent-length: 5\r\n",
        b"content-length: 5\r\ncontent-length: 30\r\n",
        b"content-length: 5, 30\r\n",
        b"content-length : 5\r\n",
        b"content-length: +5\r\n",
        b"content-length: 0x5\r\n",
        b"content-length:\r\n 5\r\n",
        b"transfer-encoding: xchunked\r\n",
        b"transfer-encoding: chunked, identity\r\n",
        b"transfer-encoding:\x0bchunked\r\n",
        b"transfer-encoding : chunked\r\n",
        b"x: y\ntransfer-encoding: chunked\r\n",
        b"x: y\rtransfer-encoding: chunked\r\n",
        b"transfer-encoding: chunked\r\ntransfer-encoding: x\r\n",
    ],
    ids=repr,
)
async def test_a_request_that_two_servers_would_cut_in_two_ways_carries_no_second_one(
    served: Served, headers: bytes
) -> None:
    key = served.house.headers(served.house.checkout)["Authorization"].encode()
    hidden = an_order()
    second = json.dumps(hidden).encode()
    smuggled = b"POST /v1/orders HTTP/1.1\r\nhost: x\r\nauthorization: %b\r\ncontent-length: %d\r\n\r\n%b" % (
        key,
        len(second),
        second,
    )
    raw = b"POST /v1/orders HTTP/1.1\r\nhost: x\r\nauthorization: %b\r\n%b\r\n0\r\n\r\n%b" % (
        key,
        headers,
        smuggled,
    )
    said = await exchange(served.port, raw, 1)

    assert status(said) in (0, *range(400, 500))
    found = await served.http.get(
        f"/v1/orders/{hidden['order_id']}", headers=served.house.headers(served.house.staff)
    )
    assert found.status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80@x", "", "x\ty", "127.0.0.1:1", "a" * 5000])
async def test_a_host_header_comes_into_no_link(served: Served, host: str) -> None:
    body = json.dumps(an_order()).encode()
    said = await exchange(
        served.port,
        request(
            served, body, host=host or " ", x_forwarded_host="evil.example", forwarded="host=evil.example"
        ),
    )

    assert status(said) == 201
    assert b"evil.example" not in said
    assert b"http://pakhuis.test/o/" in said


async def test_ten_thousand_connections_that_say_nothing_keep_nobody_out(served: Served) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    many = min(IDLE_CONNECTIONS, hard - FILES_OF_OUR_OWN)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bad_input.idle_connections", str(served.port), str(many)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        held = int(await asyncio.wait_for(process.stdout.readline(), 60))
        slowest = 0.0
        for _ in range(20):
            began = time.monotonic()
            await is_well(served)
            slowest = max(slowest, time.monotonic() - began)
    finally:
        await process.communicate(b"")
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert held >= many
    assert slowest < 1.0
    await is_well(served)


async def test_a_thousand_guessed_keys_open_nothing_and_keep_nobody_waiting(served: Served) -> None:
    good = served.house.headers(served.house.staff)
    slots = asyncio.Semaphore(20)
    waited: list[float] = []

    async def guess(number: int) -> int:
        async with slots:
            headers = {"Authorization": f"Bearer pk_{number:043d}"}
            return (await served.http.get("/v1/orders", headers=headers)).status_code

    async def others() -> None:
        for _ in range(100):
            began = time.monotonic()
            answer = await served.http.get("/v1/orders?limit=1", headers=good)
            waited.append(time.monotonic() - began)
            assert answer.status_code == 200

    guesses = asyncio.gather(*(guess(number) for number in range(GUESSES)))
    await others()
    statuses = await guesses

    assert set(statuses) == {401}
    assert sorted(waited)[98] < 0.5
