"""The keys programs and people come in with. Only their hashes are kept."""

import hashlib
import secrets
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

from db.pool import Connection


class Scope(StrEnum):
    CHECKOUT = "checkout"
    STAFF = "staff"
    OPS = "ops"


class Key(BaseModel, frozen=True):
    """Who a key stands for. `actor` signs commands on the timeline."""

    actor: str
    scope: Scope
    created_at: datetime | None = None
    revoked_at: datetime | None = None


def fresh() -> str:
    """A new secret of 256 random bits."""
    return f"pk_{secrets.token_urlsafe(32)}"


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


async def keep(connection: Connection, scope: Scope, actor: str, secret: str) -> None:
    """Let this key in. Keeping it again changes nothing."""
    await connection.execute(
        "INSERT INTO api_keys (key_hash, actor, scope) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        _hash(secret),
        actor,
        str(scope),
    )


async def find(connection: Connection, secret: str) -> Key | None:
    """Who this key stands for; None for an unknown or revoked one. Looked up by hash, so its time tells
    nothing about the key."""
    row = await connection.fetchrow(
        "SELECT actor, scope FROM api_keys WHERE key_hash = $1 AND revoked_at IS NULL", _hash(secret)
    )
    return Key(actor=row["actor"], scope=Scope(row["scope"])) if row else None


async def revoke(connection: Connection, actor: str) -> int:
    """End every key of this actor; how many there were."""
    rows = await connection.fetch(
        "UPDATE api_keys SET revoked_at = now() WHERE actor = $1 AND revoked_at IS NULL RETURNING actor",
        actor,
    )
    return len(rows)


async def everyone(connection: Connection) -> list[Key]:
    rows = await connection.fetch(
        "SELECT actor, scope, created_at, revoked_at FROM api_keys ORDER BY created_at"
    )
    return [Key.model_validate(dict(row)) for row in rows]
