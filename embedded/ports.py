"""The ports of the embedded stack, all on 127.0.0.1."""

import errno
import random
import socket
from dataclasses import dataclass, fields
from pathlib import Path

from embedded.errors import PortTaken

HOST = "127.0.0.1"

NAMES = {
    "api": "the API and the desk",
    "temporal": "the Temporal server",
    "temporal_ui": "the Temporal web page",
    "postgres": "PostgreSQL",
    "smtp": "the mail catcher",
    "mail_page": "the page with the mails",
}


@dataclass(frozen=True, kw_only=True)
class Ports:
    """One port for each part that listens. The defaults are the ones people know by heart."""

    api: int = 8080
    temporal: int = 7233
    temporal_ui: int = 8233
    postgres: int = 5433
    smtp: int = 1025
    mail_page: int = 8025

    @classmethod
    def free(cls) -> "Ports":
        """Ports nobody listens on now, so that several stacks can run side by side."""
        return cls(**dict(zip((field.name for field in fields(cls)), free_ports(6), strict=True)))

    def check(self, *wanted: str) -> None:
        """
        Make sure that the ports named (`"api"`, `"smtp"` ...) can be had.

        Raises:
            PortTaken: with the first port that somebody else listens on.
        """
        for name in wanted:
            check_port(getattr(self, name), NAMES[name])


def check_port(port: int, wanted_by: str) -> None:
    """Raise PortTaken if a server cannot listen on this port of 127.0.0.1."""
    if not _can_listen(port):
        raise PortTaken(port, wanted_by)


def free_ports(count: int) -> tuple[int, ...]:
    """So many different ports that nobody listens on now."""
    # Below the range that the kernel gives to outgoing connections: a part that dies must find its own
    # port free when it is started again.
    candidates = range(10_000, _first_ephemeral_port())
    chosen: list[int] = []
    for port in random.sample(candidates, k=len(candidates)):
        if _can_listen(port):
            chosen.append(port)
            if len(chosen) == count:
                return tuple(chosen)
    raise OSError(errno.EADDRINUSE, "no free ports are left on 127.0.0.1")


def free_port() -> int:
    """One port that nobody listens on now."""
    return free_ports(1)[0]


def _can_listen(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a port of which only old connections are left counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def _first_ephemeral_port() -> int:
    try:
        first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except (OSError, ValueError):
        return 32_768  # Lower than on macOS (49,152), so right there as well.
    return first if first > 11_000 else 32_768
