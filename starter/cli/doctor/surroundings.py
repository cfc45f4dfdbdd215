"""Checks of what surrounds the system: its settings, its address, its Python, its key, its files."""

import os
import sys
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from db.vault import SecretTooShort, Vault
from starter.cli.doctor.findings import Finding, SetUp, host_of, is_loopback, warning, well, wrong
from starter.settings import SettingsIncomplete, read

CHECKED_BY_ITSELF: Final = (
    "PAKHUIS_DATABASE_URL",
    "PAKHUIS_SMTP_URL",
    "PAKHUIS_SECRET_KEY",
    "PAKHUIS_FILES",
)
"""Where these are not set, a check of their own says so, and what to do."""
# CVE-2026-1299 was mended in these; what came after has it too. The older of the two, CVE-2024-6923, earlier.
MENDED: Final = {(3, 11): 15, (3, 12): 13, (3, 13): 12, (3, 14): 3}
HEADER_HIDDEN_IN_A_NAME: Final = "=?utf-8?q?a=0D=0ABcc:_somebody@example.com?="
"""Plain ASCII that a Python with CVE-2024-6923 writes into a mail as a header of its own."""


async def settings(set_up: SetUp) -> AsyncIterator[Finding]:
    try:
        read(set_up.environment)
    except SettingsIncomplete as error:
        for line in str(error).splitlines():
            if not (line.startswith(CHECKED_BY_ITSELF) and line.endswith("is not set")):
                yield wrong("settings", "wrong", problem=line)
    else:
        yield well("settings")


async def public_address(set_up: SetUp) -> AsyncIterator[Finding]:
    url = set_up.setting("PAKHUIS_PUBLIC_URL")
    host = host_of(url)
    if not host:
        return  # The check of the settings says so.
    if is_loopback(host):
        yield well("public_address", "loopback", address=url)
    elif not url.startswith("https://"):
        yield wrong("public_address", "plain", address=url)
    else:
        yield well("public_address", address=url)


async def python(_set_up: SetUp) -> AsyncIterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    mended = MENDED.get(sys.version_info[:2])
    if writes_hidden_headers():
        yield warning("python", "cve_2024_6923", version=version)
    elif mended is not None and sys.version_info[2] < mended:
        better = f"{sys.version_info[0]}.{sys.version_info[1]}.{mended}"
        yield warning("python", "cve_2026_1299", version=version, better=better)
    else:
        yield well("python", version=version)


def writes_hidden_headers() -> bool:
    """Whether this Python's mail library turns text into headers (CVE-2024-6923): tried, not looked up."""
    mail = EmailMessage()
    try:
        mail["Subject"] = HEADER_HIDDEN_IN_A_NAME
        return b"\nBcc:" in mail.as_bytes()
    except ValueError:  # One that is mended refuses to write it.
        return False


async def secret_key(set_up: SetUp) -> AsyncIterator[Finding]:
    text = set_up.setting("PAKHUIS_SECRET_KEY")
    if not text:
        yield wrong("secret_key", "not_set")
        return
    try:
        Vault.from_text(text)
    except SecretTooShort:
        yield wrong("secret_key", "too_short")
        return
    yield well("secret_key", count=len(text.split()))


async def files(set_up: SetUp) -> AsyncIterator[Finding]:
    """The folder; whether what orders need is in it, the check of the database says."""
    folder = set_up.environment.get("PAKHUIS_FILES")
    if not folder:
        yield wrong("files", "not_set")
        return
    try:
        with os.scandir(Path(folder)) as entries:
            count = sum(1 for entry in entries if entry.is_file(follow_symlinks=False))
    except OSError as error:
        yield wrong("files", "unreadable", folder=folder, why=error.strerror or type(error).__name__)
        return
    yield well("files", folder=folder, count=count)
