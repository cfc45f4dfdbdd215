"""The second factor: codes of an app, new every 30 seconds (RFC 6238), and codes for when it is lost."""

import hmac
import secrets
from datetime import UTC, datetime
from typing import Final

import pyotp

from db.pool import Connection
from db.queries import load
from db.vault import Vault

SQL = load("second_factor")
PURPOSE: Final = "second factor"
RECOVERY: Final = "recovery code"
RECOVERY_CODES: Final = 10
STEP_SECONDS: Final = 30
_LETTERS: Final = "23456789abcdefghjkmnpqrstvwxyz"
_GROUP: Final = 5


def fresh_secret() -> str:
    """A secret for an app, 160 bits in base 32."""
    return pyotp.random_base32()


def address_of(secret: str, staff_id: str, issuer: str) -> str:
    """What the app reads from the square code: otpauth://…"""
    return pyotp.TOTP(secret).provisioning_uri(name=staff_id, issuer_name=issuer)


def step_of(secret: str, code: str, now: datetime | None = None) -> int | None:
    """The step of 30 seconds that this code is of: this one, the one before or the next; None if of none."""
    digits = "".join(code.split())
    if len(digits) != 6 or not digits.isascii() or not digits.isdecimal():
        return None
    current = int((now or datetime.now(UTC)).timestamp()) // STEP_SECONDS
    codes = pyotp.TOTP(secret)
    # All three are compared, whichever is right.
    right = [
        step
        for step in (current, current - 1, current + 1)
        if hmac.compare_digest(codes.generate_otp(step), digits)
    ]
    return right[0] if right else None


def seal(vault: Vault, staff_id: str, secret: str) -> bytes:
    """The secret as it is kept, before and after it counts."""
    return vault.seal(PURPOSE, secret.encode(), staff_id)


def unseal(vault: Vault, staff_id: str, sealed: bytes) -> str:
    return vault.open(PURPOSE, sealed, staff_id).decode()


async def turn_on(
    connection: Connection, vault: Vault, staff_id: str, secret: str, step: int
) -> tuple[str, ...]:
    """From here on a code of this secret is asked for; `step` is of the code that proved it. The new recovery
    codes, to be shown this once."""
    async with connection.transaction():
        await connection.execute(SQL["turn_on"], staff_id, seal(vault, staff_id, secret), step)
        return await renew_recovery_codes(connection, vault, staff_id)


async def turn_off(connection: Connection, staff_id: str) -> bool:
    """Ask for no code any more. Whether one was asked for."""
    async with connection.transaction():
        was_on = await connection.fetchval(SQL["turn_off"], staff_id)
        await connection.execute(SQL["forget_recovery_codes"], staff_id)
    return bool(was_on)


async def renew_recovery_codes(connection: Connection, vault: Vault, staff_id: str) -> tuple[str, ...]:
    """New recovery codes in place of the old ones."""
    codes = tuple(_fresh_recovery_code() for _ in range(RECOVERY_CODES))
    async with connection.transaction():
        await connection.execute(SQL["forget_recovery_codes"], staff_id)
        kept = [(staff_id, vault.keyed_hash(RECOVERY, _plain(code))) for code in codes]
        await connection.executemany(SQL["keep_recovery_code"], kept)
    return codes


async def recovery_codes_left(connection: Connection, staff_id: str) -> int:
    return int(await connection.fetchval(SQL["recovery_codes_left"], staff_id))


async def take(connection: Connection, vault: Vault, staff_id: str, code: str) -> str | None:
    """Take a code of the app or a recovery code, each once only: "app" or "recovery"; None if neither."""
    sealed = await connection.fetchval(SQL["secret"], staff_id)
    if sealed is None:
        return None
    step = step_of(unseal(vault, staff_id, sealed), code)
    if step is not None:
        return "app" if await connection.fetchval(SQL["take_step"], staff_id, step) else None
    hashes = list(vault.keyed_hashes(RECOVERY, _plain(code)))
    return "recovery" if await connection.fetchval(SQL["use_recovery_code"], staff_id, hashes) else None


def _fresh_recovery_code() -> str:
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(2))
    return "-".join(groups)


def _plain(code: str) -> str:
    """The code however it was typed: without spaces and hyphens, in small letters."""
    return "".join(each for each in code[:100].casefold() if each.isalnum())
