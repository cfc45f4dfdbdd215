"""The check of the files that secrets lie in: nobody else on this machine may read or change them."""

import os
import pwd
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

from starter.cli.connections import home_folder
from starter.cli.doctor.findings import Finding, SetUp, well, wrong
from starter.settings import SECRETS

NAMED: Final = (
    *(f"{name}_FILE" for name in SECRETS if name != "PAKHUIS_PUBLIC_URL"),  # Which everybody may know.
    "TEMPORAL_TLS_CLIENT_KEY_PATH",
)
CONFIG: Final = "TEMPORAL_CONFIG_FILE"
SECRETS_OF_CONFIG: Final = ("api_key", "client_key_data", "authorization")
IN_A_HOME: Final = ("secret-key", "keys/*", "stack.json", "postgres/password")
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


async def secrets(set_up: SetUp) -> AsyncIterator[Finding]:
    mounted = _mount_points(set_up.mounts)
    ours = os.geteuid()
    looked_at = 0
    are_well = True
    for file in sorted(set(_secret_files(set_up))):
        try:
            status = file.stat()
        except OSError:
            continue  # The check of the settings says so, where it is one of ours.
        looked_at += 1
        if str(file.absolute()) in mounted:
            continue  # Mounted by itself into this container: its folder on the host keeps others away.
        if status.st_uid not in (ours, 0):
            are_well = False
            yield wrong("secrets", "owner", file=str(file), owner=_name(status.st_uid), we=_name(ours))
        if status.st_mode & OTHERS:
            are_well = False
            yield wrong("secrets", "readable", file=str(file), mode=f"{stat.S_IMODE(status.st_mode):04o}")
    if are_well:
        yield well("secrets", count=looked_at) if looked_at else well("secrets", "none")


def _secret_files(set_up: SetUp) -> Iterator[Path]:
    for name in NAMED:
        if set_up.environment.get(name):
            yield Path(set_up.environment[name])
    config = Path(set_up.environment.get(CONFIG) or "/nonexistent")
    if _holds_a_secret(config):
        yield config
    home = home_folder(set_up.environment)
    for pattern in IN_A_HOME:
        yield from home.glob(pattern)


def _holds_a_secret(config: Path) -> bool:
    try:
        text = config.read_text("utf-8", "replace").lower()
    except OSError:
        return False
    return any(word in text for word in SECRETS_OF_CONFIG)


def _mount_points(mounts: Path) -> set[str]:
    """Where something is mounted; the fifth word of each line, by proc(5)."""
    try:
        return {line.split()[4] for line in mounts.read_text().splitlines()}
    except (OSError, IndexError):
        return set()  # No such file where there are no containers either.


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)
