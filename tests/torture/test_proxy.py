"""The judge's proxy, between a client and an echo."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from torture.proxy import Proxy

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
PATIENCE = 5.0


@dataclass
class Echo:
    """Says back what it hears, and keeps it."""

    port: int = 0
    heard: bytearray = field(default_factory=bytearray)
    endings: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(1 << 16):
                self.heard += data
                writer.write(data)
                await writer.drain()
            self.endings.put_nowait("closed")
        except ConnectionError:
            self.endings.put_nowait("reset")
        finally:
            writer.close()


@pytest.fixture
async def echo() -> AsyncIterator[Echo]:
    echo = Echo()
    server = await asyncio.start_server(echo.meet, "127.0.0.1", 0)
    echo.port = server.sockets[0].getsockname()[1]
    yield echo
    server.close()


@pytest.fixture
async def proxy(echo: Echo) -> AsyncIterator[Proxy]:
    async with Proxy("127.0.0.1", echo.port) as proxy:
        yield proxy


async def connect(proxy: Proxy) -> Streams:
    return await asyncio.open_connection("127.0.0.1", proxy.port)


async def ask(streams: Streams, data: bytes) -> bytes:
    reader, writer = streams
    writer.write(data)
    return await asyncio.wait_for(reader.readexactly(len(data)), PATIENCE)


async def is_reset(streams: Streams) -> bool:
    try:
        await asyncio.wait_for(streams[0].read(), PATIENCE)
    except ConnectionResetError:
        return True
    return False


async def test_a_healthy_proxy_passes_everything_both_ways_and_unharmed(proxy: Proxy) -> None:
    streams = await connect(proxy)
    data = bytes(range(256)) * 40_000

    assert await ask(streams, data) == data


async def test_a_healthy_proxy_adds_less_than_a_millisecond(proxy: Proxy, echo: Echo) -> None:
    async def median(streams: Streams) -> float:
        took = []
        for _ in range(200):
            start = time.perf_counter()
            await ask(streams, b"?")
            took.append(time.perf_counter() - start)
        return sorted(took)[100]

    direct = await median(await asyncio.open_connection("127.0.0.1", echo.port))
    through = await median(await connect(proxy))

    assert through - direct < 0.001


async def test_an_end_of_one_direction_is_passed_on_and_the_other_lives(proxy: Proxy, echo: Echo) -> None:
    reader, writer = await connect(proxy)
    writer.write(b"last")
    writer.write_eof()

    assert await asyncio.wait_for(reader.read(), PATIENCE) == b"last"
    assert await asyncio.wait_for(echo.endings.get(), PATIENCE) == "closed"


async def test_both_ends_see_a_cut_as_a_reset_and_the_next_connection_works(proxy: Proxy, echo: Echo) -> None:
    streams = [await connect(proxy) for _ in range(3)]
    for each in streams:
        await ask(each, b"hello")
    proxy.cut()

    assert [await is_reset(each) for each in streams] == [True] * 3
    assert [await asyncio.wait_for(echo.endings.get(), PATIENCE) for _ in streams] == ["reset"] * 3
    assert await ask(await connect(proxy), b"again") == b"again"
    assert proxy.open_connections == 1
    assert proxy.met == 4


async def test_a_connection_that_is_cut_while_it_opens_is_gone(proxy: Proxy) -> None:
    # Connected without giving way, so that the proxy is caught between meeting it and opening its own.
    client = socket.create_connection(("127.0.0.1", proxy.port))
    async with asyncio.timeout(PATIENCE):
        while not proxy.open_connections:
            await asyncio.sleep(0)
    proxy.cut()

    assert await is_reset(await asyncio.open_connection(sock=client))
    assert proxy.open_connections == 0


async def test_new_connections_are_refused_while_open_ones_live_on(proxy: Proxy) -> None:
    streams = await connect(proxy)
    await ask(streams, b"before")
    proxy.refuse()

    with pytest.raises(ConnectionRefusedError):
        await connect(proxy)
    assert await ask(streams, b"still") == b"still"
    proxy.heal()
    assert await ask(await connect(proxy), b"after") == b"after"


async def test_held_octets_and_connections_arrive_only_once_healed(proxy: Proxy, echo: Echo) -> None:
    old = await connect(proxy)
    await ask(old, b"a")
    proxy.hold()
    new = await connect(proxy)
    answers = [asyncio.create_task(ask(old, b"b")), asyncio.create_task(ask(new, b"c"))]
    done, _ = await asyncio.wait(answers, timeout=0.1)
    heard = bytes(echo.heard)
    proxy.heal()

    assert not done
    assert heard == b"a"
    assert await asyncio.gather(*answers) == [b"b", b"c"]


async def test_a_delay_is_added_in_each_direction_and_keeps_the_order(proxy: Proxy) -> None:
    streams = await connect(proxy)
    await ask(streams, b"warm")
    proxy.delay(0.05)
    start = time.perf_counter()
    streams[1].write(b"one ")
    await asyncio.sleep(0.01)
    answer = await ask(streams, b"two ")

    assert answer + await streams[0].readexactly(4) == b"one two "
    assert 0.1 <= time.perf_counter() - start < 1


async def test_what_is_delayed_arrives_at_once_when_healed(proxy: Proxy) -> None:
    streams = await connect(proxy)
    await ask(streams, b"warm")
    proxy.delay(60)
    answer = asyncio.create_task(ask(streams, b"late"))
    await asyncio.wait([answer], timeout=0.05)
    proxy.heal()

    assert await answer == b"late"


async def test_a_connection_is_cut_after_exactly_so_many_octets(proxy: Proxy, echo: Echo) -> None:
    streams = await connect(proxy)
    await ask(streams, b"12345")
    proxy.cut_after(10)
    streams[1].write(b"abcdefghijKLM")

    assert await is_reset(streams)
    assert await asyncio.wait_for(echo.endings.get(), PATIENCE) == "reset"
    assert bytes(echo.heard) == b"12345abcdefghij"


async def test_a_lost_answer_is_asked_and_done_but_never_heard(proxy: Proxy, echo: Echo) -> None:
    proxy.cut_after(0, answers=True)
    streams = await connect(proxy)
    streams[1].write(b"commit")

    assert await is_reset(streams)
    assert bytes(echo.heard) == b"commit"
    proxy.heal()
    assert await ask(await connect(proxy), b"more") == b"more"


async def test_a_target_that_is_away_resets_the_client(proxy: Proxy) -> None:
    away = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = away.sockets[0].getsockname()[1]
    away.close()
    async with Proxy("127.0.0.1", port) as proxy:
        assert await is_reset(await connect(proxy))


async def test_a_reader_that_is_slow_holds_the_sender_back(proxy: Proxy, echo: Echo) -> None:
    proxy.hold()
    _, writer = await connect(proxy)
    writer.write(b"x" * 50_000_000)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(writer.drain(), 0.2)

    assert not echo.heard


async def test_hundreds_of_connections_at_once_are_served(proxy: Proxy) -> None:
    streams = await asyncio.gather(*(connect(proxy) for _ in range(300)))

    answers = await asyncio.gather(*(ask(each, b"%03d" % at) for at, each in enumerate(streams)))

    assert answers == [b"%03d" % at for at in range(300)]
