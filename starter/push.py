"""The devices that staff are told on: the same for desk, API and command line."""

from dataclasses import dataclass

from db import audit, push, push_key, staff
from db.audit import Act, Doer
from db.pool import Pool, within_reach
from db.push import Device, OwnedDevice
from db.vault import Vault
from orders.errors import OrderError
from orders.push import PushChoice, Subscription


class PushUnfit(OrderError):
    """Where this browser wants to be told is no push service that we send to, or it chose nothing."""

    def __init__(self, key: str) -> None:
        super().__init__(f"push.error.{key}")


class DeviceNotFound(OrderError):
    def __init__(self, device_id: str) -> None:
        super().__init__("push.error.not_found", device_id=device_id)


@dataclass(frozen=True)
class Devices:
    """Every method raises Unavailable when PostgreSQL cannot be reached."""

    pool: Pool
    trusted: str = ""
    """The origin of a push service that is believed wherever it is."""

    async def public_key(self, vault: Vault) -> bytes:
        """What a browser binds its subscription to. Raises CannotOpen."""
        async with within_reach(self.pool) as connection:
            return (await push_key.ours(connection, vault)).public

    async def of(self, staff_id: str) -> list[Device]:
        """The devices of one person. Raises StaffNotFound."""
        async with within_reach(self.pool) as connection:
            await staff.find(connection, staff_id)
            return await push.of(connection, staff_id)

    async def everybody(self) -> list[OwnedDevice]:
        async with within_reach(self.pool) as connection:
            return await push.everybody(connection)

    async def keep(
        self,
        vault: Vault,
        staff_id: str,
        subscription: Subscription,
        choice: PushChoice,
        device: str,
        doer: Doer,
    ) -> str:
        """Tell this browser from now on, or change what it is told of. Raises PushUnfit."""
        if not choice.is_something:
            raise PushUnfit("nothing_chosen")
        if not subscription.leads_out(self.trusted):
            raise PushUnfit("unfit")
        async with within_reach(self.pool) as connection, connection.transaction():
            device_id = await push.keep(connection, vault, staff_id, subscription, choice, device)
            await audit.add(connection, doer, Act.NOTICES_ON, f"staff:{staff_id}")
            return device_id

    async def end(self, staff_id: str, device_id: str, doer: Doer) -> None:
        """Tell this device nothing any more. Raises DeviceNotFound where this person has no such device."""
        async with within_reach(self.pool) as connection, connection.transaction():
            if not await push.end(connection, device_id, staff_id=staff_id):
                raise DeviceNotFound(device_id)
            await audit.add(connection, doer, Act.NOTICES_OFF, f"staff:{staff_id}")

    async def try_out(self, staff_id: str, device_id: str | None = None) -> int:
        """Send a notice that says that it works, to every device of this person or to one. How many there
        are. Raises StaffNotFound, DeviceNotFound."""
        async with within_reach(self.pool) as connection:
            await staff.find(connection, staff_id)
            told = await push.try_out(connection, staff_id, device_id)
        if device_id is not None and not told:
            raise DeviceNotFound(device_id)
        return told
