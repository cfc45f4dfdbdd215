"""The adapter for whoever signs as Standard Webhooks 1.0.0 says, and tells payments in our own words."""

import base64
import binascii
import hmac
import re
import secrets as random_bytes
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field, ValidationError, model_validator

from orders.commands import OneLine, Payment, Reference
from orders.errors import OrderError, OrderUnreadable
from orders.money import Amount, Money
from orders.order import Currency, OrderId
from orders.problems import WrongField, problem
from orders.store import StoreId
from starter import strict_json
from starter.arrivals import unreadable
from starter.webhooks.errors import WebhookNotSigned, WebhookOfAnotherStore, WebhookStale
from starter.webhooks.provider import TOLERANCE_SECONDS, Secret, Told, command_id

PREFIX: Final = "whsec_"
SHORTEST_KEY: Final = 24
LONGEST_KEY: Final = 64
"""In bytes, as the specification has it."""
MOST_SIGNATURES: Final = 16
_ID: Final = re.compile(r"[!-~]{1,100}")
_TIMESTAMP: Final = re.compile(r"[0-9]{1,12}")


class StandardPayment(BaseModel, frozen=True, extra="forbid"):
    """A payment, as a provider tells it. `reference` is the payment's own, the same in all that is told of
    it; `event_id` tells this movement of money from others, and is the webhook's id where it is left out."""

    type: Literal["payment"]
    store: StoreId | None = Field(
        default=None, description="May be left out where the secret is of one store."
    )
    order_id: OrderId
    status: Literal["paid", "failed", "refunded"]
    amount: Amount
    currency: Currency
    reference: Reference
    event_id: Reference | None = None

    @model_validator(mode="after")
    def _is_money(self) -> "StandardPayment":
        try:
            Money.of(self.amount, self.currency)
        except ValueError:
            raise WrongField("amount", "too_many_decimals", currency=self.currency) from None
        return self


class _Event(BaseModel):
    type: Annotated[OneLine, Field(max_length=200)]


class Standard:
    """Signed with HMAC-SHA256 over `id.timestamp.body`; several secrets and several signatures may be in use
    at once."""

    name = "standard"

    def fresh_secret(self) -> str:
        return PREFIX + base64.b64encode(random_bytes.token_bytes(32)).decode()

    def is_secret(self, text: str) -> bool:
        key = _key(text)
        return key is not None and SHORTEST_KEY <= len(key) <= LONGEST_KEY

    def read(
        self, headers: Mapping[str, str], raw: bytes, secrets: Sequence[Secret], now: datetime
    ) -> Told | None:
        """As every provider's. The headers are `webhook-id`, `webhook-timestamp` and `webhook-signature`."""
        webhook_id = headers.get("webhook-id", "")
        timestamp = headers.get("webhook-timestamp", "")
        if not _ID.fullmatch(webhook_id) or not _TIMESTAMP.fullmatch(timestamp):
            raise WebhookNotSigned
        signed = f"{webhook_id}.{timestamp}.".encode() + raw
        stores = _stores_that_signed(signed, headers.get("webhook-signature", ""), secrets)
        if not stores:
            raise WebhookNotSigned
        if abs(now.timestamp() - int(timestamp)) > TOLERANCE_SECONDS:
            raise WebhookStale(TOLERANCE_SECONDS)
        told = _read(raw)
        return None if told is None else _payment(told, webhook_id, stores)


def _key(text: str) -> bytes | None:
    if not text.startswith(PREFIX):
        return None
    try:
        return base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return None


def _signature(key: bytes, signed: bytes) -> bytes:
    return b"v1," + base64.b64encode(hmac.digest(key, signed, "sha256"))


def _stores_that_signed(signed: bytes, header: str, secrets: Sequence[Secret]) -> frozenset[str]:
    given = [each.encode("utf-8", "surrogatepass") for each in header.split(" ")[:MOST_SIGNATURES]]
    found = set()
    for secret in secrets:
        key = _key(secret.value)
        if key is None:
            continue
        wanted = _signature(key, signed)
        # Every signature is compared, each in a time that tells nothing of it.
        if sum(hmac.compare_digest(wanted, each) for each in given):
            found.add(secret.store)
    return frozenset(found)


def _read(raw: bytes) -> StandardPayment | None:
    try:
        body: Any = strict_json.loads(raw)
    except ValueError:
        raise OrderError("door.not_json") from None
    if not isinstance(body, dict):
        raise OrderError("door.not_json")
    try:
        if _Event.model_validate(body).type != "payment":
            return None
        return StandardPayment.model_validate(body)
    except ValidationError as error:
        raise unreadable(error) from None


def _payment(told: StandardPayment, webhook_id: str, stores: frozenset[str]) -> Told:
    if told.store is None and len(stores) > 1:
        raise OrderUnreadable.of(("store", problem("store_needed")))
    store = told.store or min(stores)
    if store not in stores:
        raise WebhookOfAnotherStore(store)
    payment = Payment(
        command_id=command_id(Standard.name, webhook_id),
        status=told.status,
        amount=told.amount,
        currency=told.currency,
        reference=told.reference,
        event_id=told.event_id or webhook_id,
    )
    return Told(store, told.order_id, payment)
