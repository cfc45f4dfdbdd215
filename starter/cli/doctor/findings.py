"""What a check is given, and what it finds."""

import ipaddress
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from orders.sentence import Fact, sentence
from starter.cli.talk import talk

SECONDS: Final = 5.0
"""How long a server may take to answer."""


@dataclass(frozen=True)
class Finding:
    """What one check found. A warning says what to see to, and makes nothing fail."""

    check: str
    state: Literal["well", "warning", "wrong"]
    key: str
    """What was found, in one word that stays the same in every language."""
    text: str


@dataclass(frozen=True)
class SetUp:
    """The set-up that is examined: what its environment says, and what this machine has."""

    environment: Mapping[str, str]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    name_servers: Sequence[tuple[str, int]] | None = None
    """Whom to ask for domains, as address and port; None: whom the machine asks."""
    mounts: Path = Path("/proc/self/mountinfo")

    def setting(self, name: str) -> str:
        """A setting, by itself or from its file; empty where it is not set or cannot be read."""
        if self.environment.get(name):
            return self.environment[name]
        try:
            return Path(self.environment[f"{name}_FILE"]).read_text("utf-8").strip()
        except (KeyError, OSError, UnicodeDecodeError):
            return ""  # The check of the settings says why.

    @property
    def is_public(self) -> bool:
        """Whether customers elsewhere reach it: its public address is not one of this machine alone."""
        host = host_of(self.setting("PAKHUIS_PUBLIC_URL"))
        return bool(host) and not is_loopback(host)


Check = Callable[[SetUp], AsyncIterator[Finding]]


def host_of(url: str) -> str:
    """The host of a URL; empty where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether this name or address reaches only the machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def well(check: str, key: str = "well", /, **facts: Fact) -> Finding:
    return _finding(check, "well", key, facts)


def warning(check: str, key: str, /, **facts: Fact) -> Finding:
    return _finding(check, "warning", key, facts)


def wrong(check: str, key: str, /, **facts: Fact) -> Finding:
    return _finding(check, "wrong", key, facts)


def first_line(error: BaseException) -> str:
    """What an error says, in one short line."""
    return (str(error) or type(error).__name__).splitlines()[0][:200]


def _finding(
    check: str, state: Literal["well", "warning", "wrong"], key: str, facts: Mapping[str, Fact]
) -> Finding:
    return Finding(check, state, key, talk.words(sentence(f"doctor.{check}.{key}", **facts)))
