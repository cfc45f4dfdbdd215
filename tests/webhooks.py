"""A payment provider for tests: it signs by itself as Standard Webhooks says, and tells of payments."""

import base64
import hashlib
import hmac
import itertools
import json
import os
import time
import uuid
from dataclasses import dataclass
from typing import Any

import httpx

from db import webhook_secrets
from tests.house import House

ADDRESS = "/v1/webhooks/payments/standard"
_IDS = itertools.count(1)
_RUN = uuid.uuid4().hex[:6]


def a_secret(key: bytes | None = None) -> str:
    return "whsec_" + base64.b64encode(key or os.urandom(32)).decode()


def a_webhook_id() -> str:
    """One that nobody has used."""
    return f"msg_{_RUN}{next(_IDS)}"


def a_payment(order_id: str, **fields: Any) -> dict[str, Any]:
    """All that an order of two mugs costs; None leaves a field out."""
    body = {
        "type": "payment",
        "store": "default",
        "order_id": order_id,
        "status": "paid",
        "amount": "29.95",
        "currency": "EUR",
        "reference": f"tr_{order_id}",
        **fields,
    }
    return {name: value for name, value in body.items() if value is not None}


def signature(secret: str, webhook_id: str, timestamp: str, raw: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{webhook_id}.{timestamp}.".encode() + raw, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def headers(secret: str, raw: bytes, webhook_id: str, *, late: int = 0) -> dict[str, str]:
    """Those of an attempt that is made now, or was so many seconds ago."""
    timestamp = str(int(time.time()) - late)
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature(secret, webhook_id, timestamp, raw),
    }


@dataclass
class Provider:
    """One that has a secret of one store of the house."""

    house: House
    secret: str
    secret_id: str

    async def tell(
        self, body: dict[str, Any] | bytes, webhook_id: str | None = None, *, late: int = 0
    ) -> httpx.Response:
        """One attempt, signed anew."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        signed = headers(self.secret, raw, webhook_id or a_webhook_id(), late=late)
        return await self.house.http.post(ADDRESS, content=raw, headers=signed)

    async def end(self) -> None:
        """Nothing more is signed with its secret."""
        async with self.house.pool.acquire() as connection:
            assert await webhook_secrets.finish(connection, self.secret_id)


async def a_provider(house: House, store: str = "default") -> Provider:
    """A provider with a secret of its own, of this store."""
    secret = a_secret()
    async with house.pool.acquire() as connection:
        secret_id = await webhook_secrets.keep(connection, house.vault, "standard", store, secret)
    return Provider(house, secret, secret_id)


async def kept(house: House, order_id: str) -> int:
    """How many commands are kept for orders of this id, in whichever store."""
    count: int = await house.pool.fetchval("SELECT count(*) FROM commands WHERE order_id = $1", order_id)
    return count
