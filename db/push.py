"""Push notices: the devices of staff that want to be told, what each is told, and what became of it."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import BaseModel, Field

from db.pool import Connection
from db.queries import load
from db.vault import CannotOpen, Vault
from orders.owners import OWNERS, Owner
from orders.push import PushChoice, PushKind, Subscription
from orders.rights import Right, Role, may
from orders.showable import showable
from orders.store import Language

SQL = load("push")
PURPOSE: Final = "push subscription"
MOST_DEVICES: Final = 20
"""Per person; who asks for more gives up the oldest."""
FRESH_FOR: Final = timedelta(hours=4)
"""After so long a notice is of no use any more, to us and to the push service alike."""
LEASE: Final = timedelta(minutes=1)
REMEMBERED_FOR: Final = timedelta(days=7)
MOST_AT_ONCE: Final = 1000
_LONGEST_DEVICE: Final = 200
_READERS: Final = [str(role) for role in Role if may(role, Right.SEE_ORDERS)]
_REASONS: Final = [str(reason) for reason in OWNERS]
_OWNERS: Final = [str(owner) for owner in OWNERS.values()]

Ended = Literal["gone", "turned_off", "signed_out"]


class Device(BaseModel, frozen=True):
    """A browser that is told, as it is shown to its owner."""

    device_id: str
    endpoint_hash: bytes = Field(exclude=True, repr=False)
    service: str
    """The host of its push service."""
    device: str
    new_orders: bool
    owners: tuple[Owner, ...]
    stores: tuple[str, ...] | None
    created_at: datetime
    told_at: datetime | None
    failing_since: datetime | None
    problem: str | None


class OwnedDevice(Device, frozen=True):
    staff_id: str


class Taken(NamedTuple):
    """A device whose turn it is, for whoever took it alone. Without a subscription that can be opened it
    cannot be reached."""

    device_id: str
    language: Language
    subscription: Subscription | None


class Told(NamedTuple):
    """One thing that a device is told of, or was already. What `holds` no longer is not told."""

    number: int
    kind: PushKind
    store: str
    order_id: str
    is_waiting: bool
    order_number: str
    store_name: str
    holds: bool


class Failing(NamedTuple):
    devices: int
    service: str
    problem: str


async def keep(
    connection: Connection,
    vault: Vault,
    staff_id: str,
    subscription: Subscription,
    choice: PushChoice,
    device: str,
) -> str:
    """Tell this browser from now on, or change what it is told of. Who had it before hears no more."""
    endpoint_hash = hash_of(subscription.endpoint)
    sealed = vault.seal(PURPOSE, subscription.model_dump_json().encode(), endpoint_hash.hex())
    async with connection.transaction():
        await connection.execute(SQL["withdraw_of_another"], endpoint_hash, staff_id)
        device_id: str = await connection.fetchval(
            SQL["keep"],
            f"pd-{secrets.token_hex(6)}",
            staff_id,
            endpoint_hash,
            sealed,
            (urlsplit(subscription.endpoint).hostname or "")[:200],
            showable(device)[:_LONGEST_DEVICE],
            choice.new_orders,
            [str(owner) for owner in choice.owners],
            choice.stores,
        )
        await connection.execute(SQL["end_oldest"], staff_id, device_id, MOST_DEVICES)
    return device_id


async def of(connection: Connection, staff_id: str) -> list[Device]:
    """The browsers that this person is told in, the newest first."""
    return [Device.model_validate(dict(row)) for row in await connection.fetch(SQL["of_person"], staff_id)]


async def everybody(connection: Connection) -> list[OwnedDevice]:
    """Every browser that is told."""
    return [OwnedDevice.model_validate(dict(row)) for row in await connection.fetch(SQL["everybody"])]


async def end(
    connection: Connection, device_id: str, because: Ended = "turned_off", *, staff_id: str | None = None
) -> bool:
    """Tell this browser nothing any more; only if it is this person's, where one is named. Whether it was
    told until now."""
    return await connection.fetchval(SQL["end_device"], device_id, staff_id, because) is not None


async def end_all(connection: Connection, staff_id: str) -> None:
    """Tell this person nothing any more, anywhere: they were signed out everywhere."""
    await connection.execute(SQL["end_all"], staff_id, "signed_out")


async def try_out(connection: Connection, staff_id: str, device_id: str | None = None) -> int:
    """Have each browser of this person told that it works, or one of them. How many there are."""
    name = secrets.token_hex(6)
    return len(await connection.fetch(SQL["test"], staff_id, device_id, name))


async def gather(connection: Connection) -> None:
    """Make a notice for each device of each order that came in, and of what needs a person since."""
    await connection.execute(SQL["gather_orders"], _READERS, MOST_AT_ONCE)
    await connection.execute(SQL["gather_attention"], _READERS, _REASONS, _OWNERS, MOST_AT_ONCE)
    await connection.execute(SQL["expire"], FRESH_FOR)


async def forget(connection: Connection) -> None:
    """Let go of what was settled long ago."""
    await connection.execute(SQL["forget_notices"], REMEMBERED_FOR)
    await connection.execute(SQL["forget_devices"], REMEMBERED_FOR)


async def take(connection: Connection, vault: Vault, most: int) -> list[Taken]:
    """Devices that something waits for. Nobody else takes them until they are let go, or LEASE is over."""
    return [
        Taken(
            row["device_id"],
            row["language"],
            _opened(vault, row["subscription_sealed"], row["endpoint_hash"]),
        )
        for row in await connection.fetch(SQL["take"], most, LEASE)
    ]


async def to_tell(connection: Connection, device_id: str) -> list[Told]:
    """What waits for this device, together with what it was told since its owner was last at the desk."""
    rows = await connection.fetch(SQL["to_tell"], device_id, FRESH_FOR)
    return [Told(**{**dict(row), "kind": PushKind(row["kind"])}) for row in rows]


async def withdraw(connection: Connection, numbers: Sequence[int]) -> None:
    await connection.execute(SQL["withdraw"], list(numbers))


async def sent(connection: Connection, device_id: str, numbers: Sequence[int]) -> None:
    """The push service took the message that tells of these."""
    await connection.execute(SQL["sent"], device_id, list(numbers))


async def let_go(connection: Connection, device_id: str, quiet_for: timedelta) -> None:
    """This turn is over; the next begins no sooner than that."""
    await connection.execute(SQL["let_go"], device_id, quiet_for)


async def put_off(connection: Connection, device_id: str, problem: str, at_least: timedelta) -> None:
    """It did not get through: what waits is tried again later, a longer while after each time."""
    await connection.execute(SQL["put_off"], device_id, problem[:100], at_least)


async def failing(connection: Connection, for_: timedelta) -> Failing | None:
    """Devices that nothing has got through to for so long, with an example; None if there are none."""
    row = await connection.fetchrow(SQL["failing"], for_)
    if row is None or not row["devices"]:
        return None
    return Failing(row["devices"], row["service"], row["problem"] or "")


async def lying(connection: Connection, for_: timedelta) -> int:
    """How many notices nobody has tried to send for so long."""
    return int(await connection.fetchval(SQL["lying"], for_))


def hash_of(endpoint: str) -> bytes:
    """How the address of a browser is found again."""
    return hashlib.sha256(endpoint.encode()).digest()


def _opened(vault: Vault, sealed: bytes, endpoint_hash: bytes) -> Subscription | None:
    try:
        raw = vault.open(PURPOSE, sealed, endpoint_hash.hex())
    except CannotOpen:
        return None
    return Subscription.model_validate_json(raw)
