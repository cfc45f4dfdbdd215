"""The postman: hands finished mails to an SMTP server, one by one, and says what became of each."""

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from aiosmtplib import SMTPException, SMTPResponseException

from activities.smtp import Connection, CutOff, Phase, SmtpServer
from mails.header import plain_address

_ENHANCED: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
# The server says that it will not talk to us, not that it will not have this mail: log in first, the
# password is wrong, encrypt first. A setting of ours is to blame, and the mail waits until it is mended.
_ABOUT_US: Final = (530, 534, 535, 538)
_CLOSING: Final = 421
_GOODBYE_SECONDS: Final = 2.0


@dataclass(frozen=True)
class _Answer:
    """`reply` is the server's own text and may hold people's addresses: it goes into the outbox row, and
    nowhere else. Logs and histories get `code_only`."""

    reply: str = field(repr=False)

    @property
    def code_only(self) -> str:
        """The reply without its text, such as "550 5.1.1", or where no answer came: "none at dot"."""
        code = getattr(self, "code", None)
        if code is None:
            return f"none at {getattr(self, 'phase', Phase.DOT)}"
        enhanced = _ENHANCED.match(self.reply)
        return f"{code} {enhanced[0]}" if enhanced else str(code)


@dataclass(frozen=True)
class Accepted(_Answer):
    """The server has taken responsibility for the mail. Its reply names the mail in its queue."""

    code: int = 250


@dataclass(frozen=True)
class RefusedForGood(_Answer):
    """The server will not have this mail, now or later (5xx)."""

    code: int
    phase: Phase


@dataclass(frozen=True)
class TryLater(_Answer):
    """The mail was surely not taken, and may be later: 4xx, no connection, or cut off before the dot."""

    code: int | None
    phase: Phase


@dataclass(frozen=True)
class Unknown(_Answer):
    """The final dot was written and no answer came that can be read: the mail may have been taken."""

    code: None = None


Delivery = Accepted | RefusedForGood | TryLater | Unknown
NotBegun = RefusedForGood | TryLater


class Envelope:
    """A mail whose sender and recipient the server has accepted, and whose text it has not seen."""

    def __init__(self, connection: Connection, *, start_seconds: float, finish_seconds: float) -> None:
        self._connection = connection
        self._start_seconds = start_seconds
        self._finish_seconds = finish_seconds
        self.is_used = False
        self.is_done_with = False
        """The server took the mail, and so holds no envelope of ours any more."""

    async def deliver(self, raw: bytes) -> Delivery:
        """Hand over the text. At most once for an envelope: a second time is a RuntimeError.

        If this is cancelled, nobody knows whether the mail was taken.
        """
        if self.is_used:
            raise RuntimeError("an envelope is delivered once")
        self.is_used = True
        try:
            phase, response = await self._connection.hand_over(
                raw, start_seconds=self._start_seconds, finish_seconds=self._finish_seconds
            )
        except CutOff as cut:
            if cut.phase is Phase.DOT:
                return Unknown(reply=str(cut))
            return TryLater(reply=str(cut), code=None, phase=cut.phase)
        if response.code == _CLOSING:
            self._connection.close()
        if 200 <= response.code < 300 and phase is Phase.DOT:
            self.is_done_with = True
            return Accepted(reply=response.message, code=response.code)
        if 400 <= response.code < 600:
            return _refusal(response.code, response.message, phase)
        self._connection.close()  # Out of step: no answer on this connection can be believed.
        if phase is Phase.DOT:
            return Unknown(reply=f"unreadable answer {response.code}")
        return TryLater(reply=response.message, code=None, phase=phase)


class Postman:
    """Keeps a few connections to one SMTP server open: a new one for each mail costs more than the mail.

    The URL is read by `SmtpServer.of`. Safe to share between tasks of one event loop.
    """

    def __init__(
        self,
        smtp_url: str,
        *,
        connections: int = 4,
        envelope_timeout: timedelta = timedelta(seconds=30),
        data_timeout: timedelta = timedelta(seconds=600),
        idle_for: timedelta = timedelta(seconds=30),
        rest: timedelta = timedelta(seconds=2),
        local_hostname: str | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`envelope_timeout` is the patience for connecting, and for each answer up to 354.

        `data_timeout` is that for the body, and again for the answer to the final dot: RFC 5321 asks for ten
        minutes, and less makes doubles.

        For a `rest` after a connection could not be made nobody tries to make another: while the server is
        away, a thousand mails that wait do not knock a thousand times.
        """
        self._server = SmtpServer.of(smtp_url)
        self._envelope_seconds = envelope_timeout.total_seconds()
        self._data_seconds = data_timeout.total_seconds()
        self._idle_seconds = idle_for.total_seconds()
        self._rest_seconds = rest.total_seconds()
        self._rests_until = 0.0
        self._local_hostname = local_hostname or socket.gethostname() or "localhost"
        self._tls = tls
        self._free = asyncio.Semaphore(connections)
        self._idle: dict[Connection, asyncio.TimerHandle] = {}
        self._goodbyes: set[asyncio.Task[None]] = set()
        self._is_closed = False

    @asynccontextmanager
    async def envelope(
        self, sender: str, recipient: str, *, envelope_id: str | None = None
    ) -> AsyncIterator[Envelope | NotBegun]:
        """Name sender and recipient to the server: an Envelope to deliver once, or why there is none.

        Waits for a free connection. Between this and `deliver` the server waits, five minutes by RFC 5321.
        An envelope left undelivered is taken back. With `envelope_id`, a server that can is asked to report a
        later failure under that id. BadAddress if one of the two is not one plain address.
        """
        # The client would read an address as a mail header's, and send to the part of it that it understood.
        plain_address(sender, "sender")
        plain_address(recipient, "recipient")
        async with self._free:
            answer = await self._begin(sender, recipient, envelope_id)
            if not isinstance(answer, Connection):
                yield answer
                return
            envelope = Envelope(
                answer, start_seconds=self._envelope_seconds, finish_seconds=self._data_seconds
            )
            is_in_step = False
            try:
                yield envelope
                is_in_step = envelope.is_done_with or await self._take_back(answer)
            finally:
                if is_in_step:
                    self._keep(answer)
                else:
                    answer.close()

    async def close(self) -> None:
        """Part from the server. Mails under way are finished by those who deliver them; no new ones begin.

        May be called twice, and while others deliver.
        """
        self._is_closed = True
        for connection in list(self._idle):
            self._retire(connection)
        if self._goodbyes:
            await asyncio.wait(self._goodbyes)

    async def _begin(self, sender: str, recipient: str, envelope_id: str | None) -> Connection | NotBegun:
        while not self._is_closed:
            connection = self._take_idle()
            is_new = connection is None
            phase = Phase.CONNECT
            if is_new and asyncio.get_running_loop().time() < self._rests_until:
                return TryLater(reply="no connection a moment ago", code=None, phase=phase)
            try:
                if connection is None:
                    connection = self._new_connection()
                    # For greeting, STARTTLS and login together; each answer has its own patience besides.
                    async with asyncio.timeout(3 * self._envelope_seconds):
                        await connection.connect()
                        await connection._ehlo_or_helo_if_needed()
                phase = Phase.SENDER
                has_reports = connection.supports_extension("dsn")
                await connection.mail(sender, options=_sender_options(envelope_id) if has_reports else ())
                phase = Phase.RECIPIENT
                await connection.rcpt(recipient, options=_RECIPIENT_OPTIONS if has_reports else ())
            except (SMTPException, OSError) as error:
                code = error.code if isinstance(error, SMTPResponseException) else None
                is_gone = code in (None, _CLOSING)
                if not is_new and phase is Phase.SENDER and is_gone and connection is not None:
                    # It died while nobody used it, which is no fault of this mail's.
                    connection.close()
                    continue
                if phase is Phase.CONNECT:
                    self._rests_until = asyncio.get_running_loop().time() + self._rest_seconds
                return await self._not_begun(connection, error, phase)
            except BaseException:
                if connection is not None:
                    connection.close()
                raise
            return connection
        return TryLater(reply="we are closing", code=None, phase=Phase.CONNECT)

    async def _not_begun(self, connection: Connection | None, error: Exception, phase: Phase) -> NotBegun:
        code = error.code if isinstance(error, SMTPResponseException) else None
        if connection is not None:
            answered = code is not None and 400 <= code < 600 and code != _CLOSING
            if answered and phase is not Phase.CONNECT and await self._take_back(connection):
                self._keep(connection)
            else:
                connection.close()
        if isinstance(error, SMTPResponseException):
            return _refusal(error.code, error.message, phase)
        return TryLater(reply=f"{type(error).__name__}: {error}", code=None, phase=phase)

    def _new_connection(self) -> Connection:
        return Connection(
            self._server,
            timeout_seconds=self._envelope_seconds,
            local_hostname=self._local_hostname,
            tls=self._tls,
        )

    async def _take_back(self, connection: Connection) -> bool:
        """Have the server forget the envelope; False if it does not say that it did."""
        try:
            await connection.rset()
        except (SMTPException, OSError):
            return False
        return True

    def _take_idle(self) -> Connection | None:
        while self._idle:
            connection, timer = (
                self._idle.popitem()
            )  # The one used last: it is the least likely to have died.
            timer.cancel()
            if connection.is_connected:
                return connection
            connection.close()
        return None

    def _keep(self, connection: Connection) -> None:
        if not connection.is_connected:
            return
        loop = asyncio.get_running_loop()
        self._idle[connection] = loop.call_later(self._idle_seconds, self._retire, connection)
        if self._is_closed:
            self._retire(connection)

    def _retire(self, connection: Connection) -> None:
        timer = self._idle.pop(connection, None)
        if timer is None:
            return
        timer.cancel()
        goodbye = asyncio.get_running_loop().create_task(
            connection.part(min(_GOODBYE_SECONDS, self._envelope_seconds))
        )
        self._goodbyes.add(goodbye)
        goodbye.add_done_callback(self._goodbyes.discard)


_RECIPIENT_OPTIONS: Final = ("NOTIFY=FAILURE,DELAY",)


def _sender_options(envelope_id: str | None) -> tuple[str, ...]:
    return ("RET=HDRS",) if envelope_id is None else ("RET=HDRS", f"ENVID={envelope_id}")


def _refusal(code: int, reply: str, phase: Phase) -> NotBegun:
    if 500 <= code < 600 and phase is not Phase.CONNECT and code not in _ABOUT_US:
        return RefusedForGood(reply=reply, code=code, phase=phase)
    return TryLater(reply=reply, code=code if 400 <= code < 600 else None, phase=phase)
