"""Listening: who signed a webhook, by the secrets that are good at that moment."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from db import webhook_secrets
from db.pool import Pool, within_reach
from db.vault import Vault
from starter.webhooks import PROVIDERS
from starter.webhooks.errors import ProviderNotFound, WebhookNotSigned
from starter.webhooks.provider import Secret, Told

REMEMBER_SECONDS: Final = 5.0
"""A secret that was ended may still be good for so long."""


class Listening:
    """Reads webhooks of every provider. Secrets are remembered for a moment, so that most ask nobody."""

    def __init__(self, pool: Pool, vault: Vault) -> None:
        self._pool = pool
        self._vault = vault
        self._known: dict[str, tuple[float, tuple[Secret, ...]]] = {}
        self._lines: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def read(self, provider_name: str, headers: Mapping[str, str], raw: bytes) -> Told | None:
        """What was told; None for an event that is not about a payment.

        Raises ProviderNotFound, Unavailable, and what the provider's `read` raises.
        """
        provider = PROVIDERS.get(provider_name)
        if provider is None:
            raise ProviderNotFound.unknown(provider_name[:40])
        asked_at = time.monotonic()
        secrets = await self._secrets(provider_name, asked_at - REMEMBER_SECONDS)
        now = datetime.now(UTC)
        try:
            return provider.read(headers, raw, secrets, now)
        except WebhookNotSigned:
            # The secret may be of this very moment: then none of those that are remembered is the right one.
            secrets = await self._secrets(provider_name, asked_at)
        if not secrets:
            raise ProviderNotFound.without_secret(provider_name)
        return provider.read(headers, raw, secrets, now)

    async def _secrets(self, provider: str, not_before: float) -> tuple[Secret, ...]:
        # Who guesses waits in line, and all in it share one look: guesses cannot keep the database busy.
        if (fresh := self._remembered(provider, not_before)) is not None:
            return fresh
        async with self._lines[provider]:
            if (fresh := self._remembered(provider, not_before)) is not None:
                return fresh
            looked_at = time.monotonic()
            async with within_reach(self._pool) as connection:
                found = await webhook_secrets.living(connection, self._vault, provider)
            secrets = tuple(Secret(each.store, each.secret) for each in found)
            self._known[provider] = (looked_at, secrets)
            return secrets

    def _remembered(self, provider: str, not_before: float) -> tuple[Secret, ...] | None:
        looked_at, secrets = self._known.get(provider, (float("-inf"), ()))
        return secrets if looked_at >= not_before else None
