"""
The mail catcher: takes every mail by SMTP, delivers none, keeps all, and shows them on a web page.

`python -m embedded.mailbox --smtp-port 1025 --page-port 8025 --home .pakhuis` runs it by itself.
"""

import argparse
import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Self
from weakref import WeakSet

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session

from embedded.kept_mail import KeptMail, keep, kept_in
from embedded.ports import HOST

MOST_MAIL_BYTES = 25_000_000

Refusal = Callable[[str, Sequence[str]], str | None]
"""Given the sender and the recipients: an SMTP answer such as "451 try later", or None to take the mail."""


class Mailbox:
    """
    A mail catcher on the running loop, at 127.0.0.1.

    Args:
        folder: where the mails are kept; those of an earlier run are there again.
        smtp_port, page_port: 0 for any free port; no page at all for `page_port=None`.
    """

    def __init__(self, folder: Path, *, smtp_port: int = 0, page_port: int | None = None) -> None:
        self.mails: list[KeptMail] = []
        """Every mail that came in, oldest first."""
        self.refusal: Refusal = lambda sender, recipients: None
        """May be set, to see how a sender takes a no."""
        self._folder = folder
        self._wanted_smtp_port = smtp_port
        self._wanted_page_port = page_port
        self._came_in = asyncio.Condition()
        self._running = contextlib.AsyncExitStack()
        self.smtp_port = 0
        self.page_port: int | None = None

    @property
    def smtp_url(self) -> str:
        return f"smtp://{HOST}:{self.smtp_port}"

    @property
    def page_url(self) -> str | None:
        return None if self.page_port is None else f"http://{HOST}:{self.page_port}"

    async def __aenter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.mails[:] = kept_in(self._folder)
        async with contextlib.AsyncExitStack() as starting:
            await self._listen(starting)
            if self._wanted_page_port is not None:
                await self._show_page(starting, self._wanted_page_port)
            self._running = starting.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._running.aclose()

    async def wait_for(self, wanted: Callable[[KeptMail], bool], timeout_seconds: float = 10.0) -> KeptMail:
        """
        The first mail that is as wanted, whether it is there already or comes in later.

        Raises:
            TimeoutError: if none comes in time; the text names the subjects that did.
        """

        def found() -> KeptMail | None:
            return next((mail for mail in self.mails if wanted(mail)), None)

        try:
            async with asyncio.timeout(timeout_seconds), self._came_in:
                while (mail := found()) is None:
                    await self._came_in.wait()
                return mail
        except TimeoutError:
            subjects = [mail.subject for mail in self.mails]
            raise TimeoutError(f"no such mail came in {timeout_seconds} s; these did: {subjects}") from None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """What aiosmtpd calls for each mail; its answer goes to the sender."""
        sender, recipients = envelope.mail_from or "", envelope.rcpt_tos
        if no := self.refusal(sender, recipients):
            return no
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else bytes(content or b"")
        mail = keep(self._folder, sender, recipients, raw)
        async with self._came_in:
            self.mails.append(mail)
            self._came_in.notify_all()
        return f"250 OK kept as {mail.id}"

    async def _listen(self, running: contextlib.AsyncExitStack) -> None:
        connections = WeakSet[SMTP]()

        def answer() -> SMTP:
            # The name is given, since looking up our own can take seconds.
            connection = SMTP(
                self, hostname="localhost", enable_SMTPUTF8=True, data_size_limit=MOST_MAIL_BYTES
            )
            connections.add(connection)
            return connection

        def hang_up() -> None:
            server.close()
            for connection in connections:
                if connection.transport is not None:
                    connection.transport.close()

        server = await asyncio.get_running_loop().create_server(answer, HOST, self._wanted_smtp_port)
        running.callback(hang_up)
        self.smtp_port = server.sockets[0].getsockname()[1]

    async def _show_page(self, running: contextlib.AsyncExitStack, port: int) -> None:
        from embedded.mailbox_page import mailbox_app  # Here: tests want the mails without the page.

        listener = socket.create_server((HOST, port))
        self.page_port = listener.getsockname()[1]
        config = uvicorn.Config(
            mailbox_app(self.mails), log_config=None, access_log=False, timeout_graceful_shutdown=1
        )
        page = _PageServer(config)
        serving = asyncio.create_task(page.serve(sockets=[listener]), name="mail page")

        async def stop() -> None:
            page.should_exit = True
            await serving

        running.push_async_callback(stop)
        await page.is_up.wait()


class _PageServer(uvicorn.Server):
    """A web server that leaves the signals to the program around it, and says when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self.is_up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def run(home: Path, smtp_port: int, page_port: int) -> None:
    """Catch mails until somebody asks us to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with Mailbox(home / "mails", smtp_port=smtp_port, page_port=page_port):
        await stop.wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="embedded.mailbox", description="Catches mails and shows them.")
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--page-port", type=int, required=True)
    parser.add_argument("--home", type=Path, required=True)
    arguments = parser.parse_args()
    asyncio.run(run(arguments.home, arguments.smtp_port, arguments.page_port))


if __name__ == "__main__":
    main()
