"""The judge's SMTP server: it misbehaves as told, and books every mail it takes before it says so.

`python -m torture.smtp --book FILE` runs it as a process of its own; one line of JSON on standard output then
names its ports. Its control is described in smtp_control.py, its modes in smtp_modes.py.

A line of the book is about one mail: `at` (seconds since 1970), `connection` (its number), `sender`,
`recipient`, `message_id`, `mail_id` (the header X-Pakhuis-Mail), `subject`, `sha256` and `size` of the
bytes as the author wrote them (all five empty or 0 if they never came whole), `mode`, `taken`, `reached` (the
stage at which it ended) and `told` (the code the client was given there, or "nothing").
"""

import argparse
import asyncio
import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from torture import smtp_control, smtp_search
from torture.book import Book, read
from torture.doors import Door
from torture.smtp_modes import Choice
from torture.smtp_session import LONGEST_LINE, Habits, Session


class SmtpServer:
    """`async with SmtpServer(book) as server`: listens on 127.0.0.1 until the block ends.

    Port 0 is a free one. What the book already holds as taken is known to the look-up.
    """

    def __init__(
        self,
        book: Book,
        *,
        seed: int = 0,
        port: int = 0,
        http_port: int = 0,
        control: str = "0",
        habits: Habits | None = None,
    ) -> None:
        self.book = book
        self.choice = Choice(seed)
        self.habits = habits or Habits()
        self.port = port
        self.http_port = http_port
        self.control = control
        lines = list(read(book.path))
        self.taken: list[smtp_search.Entry] = [line for line in lines if line.get("taken")]
        self.connections = max((line.get("connection", 0) for line in lines), default=0)
        self._begun: float = lines[0]["at"] if lines else time.time()
        self._sessions: set[asyncio.Task[None]] = set()
        self._listener: asyncio.Server | None = None
        self._released = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    async def __aenter__(self) -> "SmtpServer":
        self._door = Door(self.port)
        self.port = self._door.port
        await self.follow(False)
        search = partial(smtp_search.answer, lambda: self.taken, self._begun)
        self._search = await asyncio.start_server(search, "127.0.0.1", self.http_port)
        self.http_port = self._search.sockets[0].getsockname()[1]
        listen = partial(smtp_control.listen, self.choice, self.follow)
        if self.control.isdecimal():
            self._control = await asyncio.start_server(listen, "127.0.0.1", int(self.control))
            self.control = str(self._control.sockets[0].getsockname()[1])
        else:
            # What a killed server left behind is nobody's.
            with suppress(FileNotFoundError):
                os.unlink(self.control)
            self._control = await asyncio.start_unix_server(listen, self.control)
        return self

    async def __aexit__(self, *_: object) -> None:
        for listener in (self._listener, self._search, self._control):
            if listener is not None:
                listener.close()
        for session in self._sessions:
            session.cancel()
        if self._sessions:
            await asyncio.wait(self._sessions)
        self._door.close()

    async def follow(self, releases: bool) -> None:
        """Open or close the port as the choice has it, and end what hangs if told to."""
        if releases:
            self._released.set()
            self._released = asyncio.Event()
        async with self._one_at_a_time:
            if self.choice.is_shut and self._listener is not None:
                self._listener.close()
                self._listener = None
            elif not self.choice.is_shut and self._listener is None:
                self._listener = await asyncio.start_server(
                    self._meet, sock=self._door.listener(), limit=LONGEST_LINE
                )

    def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        session = Session(
            reader=reader,
            writer=writer,
            number=self.connections,
            choice=self.choice,
            habits=self.habits,
            keep=self._keep,
            released=lambda: self._released,
        )
        task = asyncio.get_running_loop().create_task(session.run())
        self._sessions.add(task)
        task.add_done_callback(self._sessions.discard)

    def _keep(self, entry: smtp_search.Entry) -> None:
        """Write it into the book, and only then know it. OSError if the book took nothing."""
        self.book.write(**entry)
        if entry["taken"]:
            self.taken.append(entry)


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m torture.smtp", description=__doc__)
    parser.add_argument("--book", required=True, help="the file to write to, one JSON object a line")
    parser.add_argument("--port", type=int, default=0, help="for SMTP; 0, the default, is a free one")
    parser.add_argument("--http-port", type=int, default=0, help="for look-ups")
    parser.add_argument("--control", default="0", help="a port, or the path of a socket to make")
    parser.add_argument("--seed", type=int, default=0, help="of what is left to chance")
    parser.add_argument("--fsync", action="store_true", help="bring each line to the disk before answering")
    habits = Habits()
    parser.add_argument("--hang-seconds", type=float, default=habits.hang_seconds)
    parser.add_argument("--slow-seconds", type=float, default=habits.slow_seconds)
    parser.add_argument("--idle-seconds", type=float, default=habits.idle_seconds)
    return parser.parse_args(words)


async def _serve(told: argparse.Namespace) -> None:
    habits = Habits(told.hang_seconds, told.slow_seconds, told.idle_seconds)
    with Book(told.book, is_synced=told.fsync) as book:
        server = SmtpServer(
            book,
            seed=told.seed,
            port=told.port,
            http_port=told.http_port,
            control=told.control,
            habits=habits,
        )
        async with server:
            ready = {"smtp": server.port, "http": server.http_port, "control": server.control}
            print(json.dumps(ready), flush=True)
            await asyncio.Event().wait()


def main(words: Sequence[str] | None = None) -> None:
    asyncio.run(_serve(_arguments(words)))


if __name__ == "__main__":
    main()
