"""The check of the mail relay: reached, as well encrypted as the settings ask, and letting us in."""

from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from starter.cli.doctor.findings import (
    SECONDS,
    Finding,
    SetUp,
    first_line,
    host_of,
    is_loopback,
    warning,
    well,
    wrong,
)

START_TLS: Final = ("required", "if_offered", "never")


async def smtp(set_up: SetUp) -> AsyncIterator[Finding]:
    from aiosmtplib import SMTP, SMTPAuthenticationError, SMTPException, SMTPResponseException

    url = set_up.setting("PAKHUIS_SMTP_URL")
    if not url:
        yield wrong("smtp", "not_set")
        return
    host = host_of(url)
    try:
        parts = urlsplit(url)
        secure = parts.scheme == "smtps"
        start_tls = _start_tls(url)
        port = parts.port or (465 if secure else 587 if start_tls == "required" else 25)
    except ValueError:
        yield wrong("smtp", "unreadable")
        return
    address = f"{host}:{port}"
    client = SMTP(
        hostname=host,
        port=port,
        timeout=SECONDS,
        use_tls=secure,
        start_tls=False,
        validate_certs=start_tls != "if_offered",
    )
    try:
        await client.connect()
        answer = await client.ehlo()
    except (SMTPException, OSError, ValueError) as error:
        yield wrong("smtp", "away", address=address, why=first_line(error))
        return
    try:
        offers = client.supports_extension("starttls")
        if start_tls == "required" and not offers:
            yield wrong("smtp", "no_tls", address=address)
            return
        if start_tls != "never" and offers:
            await client.starttls()
            secure = True
        if parts.username:
            await client.login(unquote(parts.username), unquote(parts.password or ""))
        if parts.password and not secure and not is_loopback(host):
            yield warning("smtp", "plain_password", address=address)
        yield well("smtp", address=address, answer=str(answer.code))
    except (SMTPAuthenticationError, SMTPResponseException) as error:
        yield wrong("smtp", "refused", address=address, why=first_line(error))
    except (SMTPException, OSError, ValueError) as error:
        key = "refused" if secure else "bad_tls"
        yield wrong("smtp", key, address=address, why=first_line(error))
    finally:
        client.close()


def _start_tls(url: str) -> str:
    """What the URL asks for, as docs/settings.md has it. Raises ValueError for what it does not have."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError
    unsaid = "never" if parts.scheme == "smtps" or is_loopback(parts.hostname) else "if_offered"
    if parts.password and unsaid == "if_offered":
        unsaid = "required"
    said = parse_qs(parts.query, keep_blank_values=True).get("starttls", [unsaid])
    if len(said) != 1 or said[0] not in START_TLS or (parts.scheme == "smtps" and said[0] != "never"):
        raise ValueError
    return said[0]
