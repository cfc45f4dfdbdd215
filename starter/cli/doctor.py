"""The doctor: every connection and setting is tried, and what is wrong is said with what to do about it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

import asyncpg

from db.migrate import is_current
from db.pool import OUTAGES
from db.vault import SecretTooShort, Vault
from orders.sentence import Fact
from starter.cli import connections, tables
from starter.cli.running import FAILED, CliError
from starter.cli.talk import print_json, talk
from starter.settings import SettingsIncomplete

SECONDS: Final = 5.0
AWAY: Final[tuple[type[BaseException], ...]] = (*OUTAGES, asyncpg.PostgresError, ValueError)
CHECKED_BY_ITSELF: Final = (
    "PAKHUIS_DATABASE_URL",
    "PAKHUIS_SMTP_URL",
    "PAKHUIS_SECRET_KEY",
    "PAKHUIS_FILES",
)
"""Where these are not set, a check of their own says so, and what to do."""
DURABLE: Final = ("fsync", "synchronous_commit", "full_page_writes")
# CVE-2026-1299 was mended in these; what came after has it too. The older of the two, CVE-2024-6923, earlier.
MENDED: Final = {(3, 11): 15, (3, 12): 13, (3, 13): 12, (3, 14): 3}
HEADER_HIDDEN_IN_A_NAME: Final = "=?utf-8?q?a=0D=0ABcc:_somebody@example.com?="
"""Plain ASCII that a Python with CVE-2024-6923 writes into a mail as a header of its own."""


@dataclass(frozen=True)
class Finding:
    """What one check found. A warning says what to see to, and makes nothing fail."""

    check: str
    state: Literal["well", "warning", "wrong"]
    text: str


def well(check: str, key: str = "well", /, **facts: Fact) -> Finding:
    return Finding(check, "well", talk.say(f"doctor.{check}.{key}", **facts))


def warning(check: str, key: str, /, **facts: Fact) -> Finding:
    return Finding(check, "warning", talk.say(f"doctor.{check}.{key}", **facts))


def wrong(check: str, key: str, /, **facts: Fact) -> Finding:
    return Finding(check, "wrong", talk.say(f"doctor.{check}.{key}", **facts))


async def doctor(as_json: bool) -> int:
    """Every check, side by side. Exit code 1 if anything is wrong."""
    environment = connections.use_stack()
    with talk.aside.status(talk.say("doctor.looking")):
        found = await asyncio.gather(*(_in_time(check, environment) for check in CHECKS))
    findings = [each for some in found for each in some]
    is_well = all(each.state != "wrong" for each in findings)
    if as_json:
        print_json({"well": is_well, "checks": [asdict(each) for each in findings]})
    else:
        talk.out.print(tables.checks(findings))
    return 0 if is_well else FAILED


Environment = dict[str, str]
Check = Callable[[Environment], AsyncIterator[Finding]]


async def _in_time(check: Check, environment: Environment) -> list[Finding]:
    return [finding async for finding in check(environment)]


async def _settings(environment: Environment) -> AsyncIterator[Finding]:
    from starter.settings import read

    try:
        read(environment)
    except SettingsIncomplete as error:
        for line in str(error).splitlines():
            if not (line.startswith(CHECKED_BY_ITSELF) and line.endswith("is not set")):
                yield wrong("settings", "wrong", problem=line)
    else:
        yield well("settings")


async def _postgres(environment: Environment) -> AsyncIterator[Finding]:
    url = _setting(environment, "PAKHUIS_DATABASE_URL")
    if not url:
        yield wrong("postgres", "not_set")
        return
    try:
        connection = await asyncpg.connect(url, timeout=SECONDS)
    except AWAY as error:
        yield wrong("postgres", "away", why=_first_line(error))
        return
    try:
        version = ".".join(map(str, connection.get_server_version()[:2]))
        yield well("postgres", version=version)
        if await is_current(connection):
            yield well("migrations")
        else:
            yield wrong("migrations", "behind")
        off = [
            name for name in DURABLE if await connection.fetchval("SELECT current_setting($1)", name) == "off"
        ]
        if off:
            yield wrong("durability", "off", names=", ".join(off))
        else:
            yield well("durability")
    finally:
        await connection.close()


async def _temporal(environment: Environment) -> AsyncIterator[Finding]:
    from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
    from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
    from temporalio.service import RPCError, RPCStatusCode

    from workflows.attributes import REGISTERED

    try:
        client = await connections.temporal()
    except CliError as error:
        yield wrong("temporal", "away", why=talk.words(error.sentence))
        return
    yield well("temporal", address=client.service_client.config.target_host)
    namespace = client.namespace
    try:
        await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=namespace))
        yield well("namespace", namespace=namespace)
        known = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=namespace)
        )
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            yield wrong("namespace", "missing", namespace=namespace)
        else:
            yield wrong("namespace", "refused", namespace=namespace, why=_first_line(error))
        return
    missing = [key.name for key in REGISTERED if key.name not in known.custom_attributes]
    if missing:
        yield wrong("search_attributes", "missing", names=", ".join(missing))
    else:
        yield well("search_attributes")


async def _smtp(environment: Environment) -> AsyncIterator[Finding]:
    from aiosmtplib import SMTP, SMTPException

    url = _setting(environment, "PAKHUIS_SMTP_URL")
    if not url:
        yield wrong("smtp", "not_set")
        return
    parts = urlsplit(url)
    try:
        secure = parts.scheme == "smtps"
        port = parts.port or (465 if secure else 25)
        client = SMTP(
            hostname=parts.hostname or "",
            port=port,
            timeout=SECONDS,
            use_tls=secure,
            start_tls=False,
        )
        await client.connect()
    except (SMTPException, OSError, ValueError) as error:
        yield wrong("smtp", "away", address=f"{parts.hostname}", why=_first_line(error))
        return
    try:
        answer = await client.ehlo()
        yield well("smtp", address=f"{parts.hostname}:{port}", answer=str(answer.code))
        if parts.username and client.supports_extension("auth") and secure:
            await client.login(unquote(parts.username), unquote(parts.password or ""))
    except (SMTPException, OSError) as error:
        yield wrong("smtp", "refused", address=f"{parts.hostname}:{port}", why=_first_line(error))
    finally:
        client.close()


async def _files(environment: Environment) -> AsyncIterator[Finding]:
    folder = environment.get("PAKHUIS_FILES")
    if not folder:
        yield wrong("files", "not_set")
        return
    try:
        count = sum(1 for entry in os.scandir(Path(folder)) if entry.is_file(follow_symlinks=False))
    except OSError as error:
        yield wrong("files", "unreadable", folder=folder, why=error.strerror or type(error).__name__)
        return
    yield well("files", folder=folder, count=count)


async def _secret_key(environment: Environment) -> AsyncIterator[Finding]:
    text = _setting(environment, "PAKHUIS_SECRET_KEY")
    if not text:
        yield wrong("secret_key", "not_set")
        return
    try:
        Vault.from_text(text)
    except SecretTooShort:
        yield wrong("secret_key", "too_short")
        return
    yield well("secret_key", count=len(text.split()))


async def _python(environment: Environment) -> AsyncIterator[Finding]:
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


def _setting(environment: Environment, name: str) -> str:
    if environment.get(name):
        return environment[name]
    try:
        return Path(environment[f"{name}_FILE"]).read_text("utf-8").strip()
    except (KeyError, OSError, UnicodeDecodeError):
        return ""  # The check of the settings says why.


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]


CHECKS: Final[tuple[Check, ...]] = (_settings, _python, _secret_key, _files, _postgres, _temporal, _smtp)
