"""Web push: what a browser gives out so that it can be reached, and what its owner wants to hear of."""

import base64
import ipaddress
import re
from enum import StrEnum
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from orders.owners import Owner
from orders.store import StoreId

MOST_STORES: Final = 200

# The curve P-256 (FIPS 186-4, D.1.2.3): y² = x³ - 3x + b.
_PRIME: Final = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B: Final = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


class PushKind(StrEnum):
    """What a device is told of."""

    NEW_ORDER = "new_order"
    ATTENTION = "attention"
    TEST = "test"
    """Somebody wanted to see whether it works."""


def decoded(text: str) -> bytes:
    """What base64url without padding stands for. Raises ValueError."""
    if re.fullmatch(r"[A-Za-z0-9_-]*", text) is None or len(text) % 4 == 1:
        raise ValueError("not base64url")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encoded(raw: bytes) -> str:
    """The bytes in base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def origin_of(address: str) -> str:
    """Scheme, host and port of an address, as browsers write an origin."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()


def is_on_the_internet(address: str) -> bool:
    """Whether a network address is one that everybody reaches, and no way round to one that only we do."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and (
        found.ipv4_mapped or found.sixtofour or found.teredo or found in _TRANSLATED
    ):
        return False
    return found.is_global and not found.is_multicast


_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")


def _endpoint(text: str) -> str:
    parts = urlsplit(text)
    if not parts.hostname or parts.username is not None or parts.fragment:
        raise ValueError("not the address of a push service")
    parts.port  # noqa: B018  # Looked at only because it raises for a port that is none.
    return text


def _point(text: str) -> str:
    raw = decoded(text)
    x, y = int.from_bytes(raw[1:33]), int.from_bytes(raw[33:])
    if len(raw) != 65 or raw[0] != 4 or max(x, y) >= _PRIME or (y * y - (x**3 - 3 * x + _B)) % _PRIME:
        raise ValueError("not a point of the curve P-256")
    return text


def _sixteen_bytes(text: str) -> str:
    if len(decoded(text)) != 16:
        raise ValueError("not 16 bytes")
    return text


class Subscription(BaseModel, frozen=True, extra="forbid"):
    """How one browser is reached (RFC 8030), and the keys that only it can read with (RFC 8291)."""

    endpoint: Annotated[
        str, StringConstraints(max_length=2000, pattern=r"^https?://[!-~]+$"), AfterValidator(_endpoint)
    ] = Field(repr=False)
    """Whoever knows it can send something there: it is kept as a secret."""
    p256dh: Annotated[str, StringConstraints(max_length=88), AfterValidator(_point)] = Field(repr=False)
    auth: Annotated[str, StringConstraints(max_length=24), AfterValidator(_sixteen_bytes)] = Field(repr=False)

    def leads_out(self, trusted: str = "") -> bool:
        """Whether it may be a push service: by HTTPS on the usual port, and no address of a private network;
        or the one that is trusted. What its name leads to is looked at whenever something is sent."""
        if trusted and origin_of(self.endpoint) == trusted.lower():
            return True
        parts = urlsplit(self.endpoint)
        host = parts.hostname or ""
        if parts.scheme != "https" or parts.port not in (None, 443):
            return False
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return "." in host.strip(".") and not host.endswith((".localhost", ".local", ".internal"))
        return is_on_the_internet(host)


class PushChoice(BaseModel, frozen=True, extra="forbid"):
    """What a device is told of, and of which stores. Without stores: of all that its owner works for."""

    new_orders: bool = True
    owners: Annotated[tuple[Owner, ...], Field(max_length=len(Owner))] = ()
    """Whose work it tells of, of all that needs a person."""
    stores: Annotated[tuple[StoreId, ...], Field(min_length=1, max_length=MOST_STORES)] | None = None

    @property
    def is_something(self) -> bool:
        return self.new_orders or bool(self.owners)
