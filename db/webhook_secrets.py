"""The secrets that payment providers sign their webhooks with. They are kept sealed."""

import logging
import secrets
from datetime import datetime
from typing import Final, NamedTuple

import asyncpg
from pydantic import BaseModel

from db.pool import Connection
from db.queries import load
from db.vault import CannotOpen, Vault
from orders.errors import StoreNotFound

SQL = load("webhook_secrets")
PURPOSE: Final = "webhook secret"

log = logging.getLogger("pakhuis.webhooks")


class Living(NamedTuple):
    """A secret that is good now, and the store it speaks for."""

    store: str
    secret: str


class WebhookSecret(BaseModel, frozen=True):
    """What may be shown of a secret."""

    secret_id: str
    provider: str
    store: str
    created_at: datetime
    ended_at: datetime | None


async def keep(connection: Connection, vault: Vault, provider: str, store: str, secret: str) -> str:
    """Let this secret sign from now on, beside those that do; the id it goes by. Raises StoreNotFound."""
    secret_id = f"ws-{secrets.token_hex(6)}"
    sealed = vault.seal(PURPOSE, secret.encode(), secret_id)
    try:
        await connection.execute(SQL["insert"], secret_id, provider, store, sealed)
    except asyncpg.ForeignKeyViolationError as error:
        if error.constraint_name != "webhook_secret_of_a_store":
            raise
        raise StoreNotFound(store) from None
    return secret_id


async def living(connection: Connection, vault: Vault, provider: str) -> tuple[Living, ...]:
    """Every secret of this provider that is good now, newest first. One that cannot be opened is passed over,
    and logged."""
    found = []
    for row in await connection.fetch(SQL["living"], provider):
        try:
            opened = vault.open(PURPOSE, row["secret_sealed"], row["secret_id"])
        except CannotOpen:
            log.error("a webhook secret cannot be opened", extra={"secret_id": row["secret_id"]})
            continue
        found.append(Living(row["store"], opened.decode()))
    return tuple(found)


async def finish(connection: Connection, secret_id: str) -> bool:
    """End a secret. False if there is none by this id that is still good."""
    return await connection.fetchval(SQL["finish"], secret_id) is not None


async def everything(connection: Connection) -> list[WebhookSecret]:
    """All that were ever added, oldest first."""
    return [WebhookSecret.model_validate(dict(row)) for row in await connection.fetch(SQL["everything"])]
