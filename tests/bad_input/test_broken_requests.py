"""Requests that are cut off, slow, endless, ambiguous or nonsense: real sockets."""

import asyncio
import contextlib
import json
import time

import pytest

from tests.bad_input.conftest import Served
from tests.bad_input.raw_http import connected, exchange, is_well, request, status
from tests.sample_orders import an_order


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
    said = bytearray()

    async def listen() -> None:
        # A byte that crosses the answer on its way is met by a reset, which is the other side's right.
        with contextlib.suppress(ConnectionResetError):
            while piece := await reader.read(1024):
                said.extend(piece)

    listening = asyncio.create_task(listen())
    for byte in raw:
        if listening.done():
            break
        writer.write(bytes([byte]))
        await asyncio.wait([listening], timeout=0.1)
    await asyncio.wait_for(listening, 10)
    return bytes(said)


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
        except ConnectionError:
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
