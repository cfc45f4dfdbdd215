"""Asking the relay what became of a mail: one way per kind of relay, and how each is written as a URL."""

from datetime import datetime, timedelta
from typing import Final, Literal, Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Said = Literal["has_it", "never_saw_it", "cannot_say"]

SETTLES_WITHIN: Final = timedelta(minutes=5)
"""So long after our last byte a relay may still come to know of a mail: its own patience with a sender that
fell silent (RFC 5321 4.5.3.2.7). Before that, not to have seen it means nothing."""
CLOCKS_APART: Final = timedelta(minutes=2)
"""So much the relay's clock may differ from ours."""


class BadRelayUrl(ValueError):
    """The setting cannot be read. Its text is not repeated: there may be a password in it."""


class Relay(Protocol):
    @property
    def is_worth_asking_again(self) -> bool:
        """Whether it may know more in a minute."""

    async def ask(self, message_id: str, since: datetime) -> Said:
        """Whether it took the mail with this Message-ID (in its angle brackets) at that moment or later.

        `never_saw_it` is said only where that is certain. Whatever is in the way of an answer, a relay that
        is away too, is `cannot_say`.
        """

    async def close(self) -> None:
        """Let go of what is open."""


class NoRelayToAsk:
    """Where no way to ask is set."""

    is_worth_asking_again = False

    async def ask(self, message_id: str, since: datetime) -> Said:
        return "cannot_say"

    async def close(self) -> None:
        return None


def relay_of(url: str) -> Relay:
    """How to ask the relay that a URL names; empty or `none`: there is no way.

    `postfix:///var/log/mail.log?zone=Europe/Amsterdam`: a Postfix whose log this machine can read; `zone` is
    that of a log whose lines name none. `mailpit+https://user:password@host:8025`: Mailpit's HTTP API, or a
    provider's that speaks the same; with only a password (`https://:token@host`) that is a bearer token.
    BadRelayUrl if it is neither.
    """
    if url in ("", "none"):
        return NoRelayToAsk()
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # Looked at only because it raises for a port that is none.
        options = parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        raise BadRelayUrl("a relay to ask is written postfix:///path or mailpit+https://host") from None
    if parts.scheme == "postfix" and not parts.netloc and len(parts.path) > 1:
        return _postfix(unquote(parts.path), options)
    if parts.scheme in ("mailpit+http", "mailpit+https") and parts.hostname and not options:
        return _mailpit(parts)
    raise BadRelayUrl(
        "a relay to ask is written postfix:///path?zone=… or mailpit+https://user:password@host"
    )


def _postfix(path: str, options: dict[str, list[str]]) -> Relay:
    from activities.postfix_log import PostfixLog

    zones = options.pop("zone", [])
    if options or len(zones) > 1:
        raise BadRelayUrl("the one option of a Postfix log is zone")
    try:
        return PostfixLog(path, zone=ZoneInfo(zones[0]) if zones else None)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadRelayUrl("zone is no time zone, such as Europe/Amsterdam") from None


def _mailpit(parts: SplitResult) -> Relay:
    from activities.mailpit import Mailpit

    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = f":{parts.port}" if parts.port else ""
    return Mailpit(
        f"{parts.scheme.removeprefix('mailpit+')}://{host}{port}{parts.path.rstrip('/')}",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
