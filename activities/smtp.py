"""One SMTP connection: opened as its URL says, and telling apart what the server surely did not take."""

import asyncio
import re
import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal, cast
from urllib.parse import parse_qs, unquote, urlsplit

from aiosmtplib import SMTP, SMTPException, SMTPResponse, SMTPServerDisconnected
from aiosmtplib.protocol import normalize_message_line_endings

StartTls = Literal["required", "if_offered", "never"]
_LEADING_PERIOD: Final = re.compile(rb"(?m)^\.")
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


class Phase(StrEnum):
    """How far a mail came. Up to and including `body` the server surely has not taken it."""

    CONNECT = "connect"
    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"
    """DATA was asked for; the server has not said 354."""
    BODY = "body"
    """354 was said; the final dot has not been written."""
    DOT = "dot"
    """The final dot was written."""


class BadSmtpUrl(ValueError):
    """The setting cannot be read. Its text is not repeated: there may be a password in it."""


@dataclass(frozen=True)
class SmtpServer:
    """Where mail is handed over, read from `smtp://user:password@host:port?starttls=required`."""

    host: str
    port: int
    username: str | None
    password: str | None = field(repr=False)
    use_tls: bool
    start_tls: StartTls

    @classmethod
    def of(cls, url: str) -> "SmtpServer":
        """The server a URL names.

        `smtps` speaks TLS from the first byte, at port 465; `smtp` uses port 25, or 587 to require STARTTLS.

        `starttls` is `required` (with a certificate that holds), `if_offered` (encrypted, whoever answers: no
        worse than plain) or `never`. Unsaid: never on this machine, required if there is a password, else
        if_offered. BadSmtpUrl if it is not such a URL.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
            options = parse_qs(parts.query, strict_parsing=bool(parts.query), keep_blank_values=True)
        except ValueError:
            raise BadSmtpUrl("an SMTP server is written smtp://user:password@host:port") from None
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path not in ("", "/"):
            raise BadSmtpUrl("an SMTP server is written smtp://user:password@host:port, or smtps://…")
        use_tls = parts.scheme == "smtps"
        unsaid = "never" if use_tls or parts.hostname in _LOOPBACK else "if_offered"
        if parts.password and unsaid == "if_offered":
            unsaid = "required"
        said = options.pop("starttls", [unsaid])
        if options or len(said) != 1 or said[0] not in ("required", "if_offered", "never"):
            raise BadSmtpUrl("the one option of an SMTP server is starttls: required, if_offered or never")
        start_tls: StartTls = said[0]  # type: ignore[assignment]  # Looked at in the line above.
        if use_tls and start_tls != "never":
            raise BadSmtpUrl("smtps:// is encrypted from the start, so it has no starttls")
        return cls(
            host=parts.hostname,
            port=port or (465 if use_tls else 587 if start_tls == "required" else 25),
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            use_tls=use_tls,
            start_tls=start_tls,
        )


class CutOff(Exception):
    """The connection failed, or the server did not answer in time, in this phase."""

    def __init__(self, phase: Phase, cause: BaseException) -> None:
        self.phase = phase
        super().__init__(f"{phase}: {type(cause).__name__}")


class Connection(SMTP):
    """An SMTP client that sends the body and the final dot apart, and so knows whether the dot went out."""

    def __init__(
        self, server: SmtpServer, *, timeout_seconds: float, local_hostname: str, tls: ssl.SSLContext | None
    ):
        super().__init__(
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            use_tls=server.use_tls,
            start_tls={"required": True, "if_offered": None, "never": False}[server.start_tls],
            validate_certs=server.start_tls != "if_offered",
            tls_context=tls,
            timeout=timeout_seconds,
            local_hostname=local_hostname,
        )

    async def hand_over(
        self, raw: bytes, *, start_seconds: float, finish_seconds: float
    ) -> tuple[Phase, SMTPResponse]:
        """Send a mail after its recipient was accepted; the last answer, whatever it is, and what it answers.

        An answer to DATA that is not 354 is the last one. `start_seconds` is the patience for that answer,
        `finish_seconds` for taking the body and again for the answer to the dot. CutOff if no answer came.
        """
        phase = Phase.DATA
        try:
            started = await self.execute_command(b"DATA", timeout=start_seconds)
            if started.code != 354:
                return phase, started
            phase = Phase.BODY
            body = _LEADING_PERIOD.sub(b"..", normalize_message_line_endings(raw))
            await self._write_all(body, finish_seconds)
            self._write(b".\r\n")
            phase = Phase.DOT
            if self.protocol is None:
                raise SMTPServerDisconnected("lost after the dot")
            return phase, await self.protocol.read_response(timeout=finish_seconds)
        except (SMTPException, OSError, TimeoutError) as error:
            self.close()
            raise CutOff(phase, error) from error
        except BaseException:
            self.close()  # Cancelled half-way: what follows on this connection would be read as the mail.
            raise

    def _write(self, octets: bytes) -> None:
        if self.protocol is None:
            raise SMTPServerDisconnected("connection lost")
        self.protocol.write(octets)

    async def _write_all(self, octets: bytes, patience_seconds: float) -> None:
        """Write, and wait until the system has taken every octet, so that a cut is seen before the dot."""
        if self.protocol is None or self.transport is None:
            raise SMTPServerDisconnected("connection lost")
        cast(asyncio.WriteTransport, self.transport).set_write_buffer_limits(high=0)
        self._write(octets)
        async with asyncio.timeout(patience_seconds):
            await self.protocol._drain_helper()
            # A turn of the loop: a connection that was closed meanwhile gets to say so.
            await asyncio.sleep(0)

    async def part(self, patience_seconds: float) -> None:
        """Say goodbye if the server listens, and close. Its answer makes no difference to anybody."""
        try:
            if self.is_connected:
                await self.quit(timeout=patience_seconds)
        except (SMTPException, OSError):
            pass
        finally:
            self.close()
