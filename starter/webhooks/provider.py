"""What a payment provider's adapter has to do: know its signature, and read what it tells."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from orders.commands import Payment

TOLERANCE_SECONDS: Final = 300
"""How far a webhook's own time may lie from ours, either way."""
_FITS_A_COMMAND_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,80}")


@dataclass(frozen=True)
class Secret:
    """What a provider signs with, and the store it speaks for."""

    store: str
    value: str = field(repr=False)


@dataclass(frozen=True)
class Told:
    """A payment of one order of one store. Its command id is the same however often it is told."""

    store: str
    order_id: str
    payment: Payment


class Provider(Protocol):
    """Knows one provider's webhooks. It opens nothing and asks nobody."""

    @property
    def name(self) -> str:
        """As it stands in the address, in the list of secrets and before the ids of its commands."""

    def fresh_secret(self) -> str:
        """A new secret, for providers that take ours."""

    def is_secret(self, text: str) -> bool:
        """Whether this provider could sign with it."""

    def read(
        self, headers: Mapping[str, str], raw: bytes, secrets: Sequence[Secret], now: datetime
    ) -> Told | None:
        """What was told; None for an event that is not about a payment. Nothing of the body is read before
        its signature is known to be good.

        Raises WebhookNotSigned, WebhookStale, OrderUnreadable with the field that is wrong, OrderError for a
        body that is no JSON object, WebhookOfAnotherStore.
        """


def command_id(provider: str, webhook_id: str) -> str:
    """The id of the command a webhook is kept as: the same for the same webhook, however often it comes."""
    if _FITS_A_COMMAND_ID.fullmatch(webhook_id):
        return f"{provider}:{webhook_id}"
    # No id that fits has a colon in it, so this is nobody else's.
    return f"{provider}:sha256:{hashlib.sha256(webhook_id.encode()).hexdigest()}"
