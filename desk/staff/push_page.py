"""What the page of notices shows: the device before which somebody sits, and the others they have."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from db.push import Device
from desk.staff.account_page import device_name
from desk.staff.orders_page import Option
from orders.owners import Owner
from orders.push import encoded
from orders.store import Language, StoreSettings
from orders.words import say


class DeviceView(BaseModel, frozen=True):
    device_id: str
    fingerprint: str
    """By which the page knows whether it is the one it is open on."""
    name: str
    told_of: str
    choice: str
    """What is ticked for it, as JSON."""
    created_at: datetime
    told_at: datetime | None
    failing_since: datetime | None
    problem: str


class PushPage(BaseModel, frozen=True):
    template: Literal["staff/push.html"] = "staff/push.html"
    public_key: str
    owners: tuple[Option, ...]
    stores: tuple[Option, ...]
    devices: tuple[DeviceView, ...]


def push_page(
    public_key: bytes, devices: Sequence[Device], stores: Mapping[str, StoreSettings], language: Language
) -> PushPage:
    names = {name: settings.look.name for name, settings in stores.items()}
    return PushPage(
        public_key=encoded(public_key),
        owners=tuple(Option(value=owner, name=say(language, f"owner.{owner}")) for owner in Owner),
        # A choice of one is none.
        stores=tuple(Option(value=name, name=shown) for name, shown in names.items())
        if len(names) > 1
        else (),
        devices=tuple(_device(each, names, language) for each in devices),
    )


def _device(device: Device, stores: Mapping[str, str], language: Language) -> DeviceView:
    told_of = [say(language, "push.page.new_orders")] if device.new_orders else []
    told_of += [say(language, f"owner.{owner}") for owner in device.owners]
    if device.stores is None:
        of_stores = say(language, "push.page.every_store")
    else:
        of_stores = ", ".join(stores.get(name, name) for name in device.stores)
    choice = {
        "new_orders": ["yes"] if device.new_orders else [],
        "owner": [str(owner) for owner in device.owners],
        "store": list(device.stores or ()),
    }
    return DeviceView(
        device_id=device.device_id,
        fingerprint=device.endpoint_hash.hex(),
        name=device_name(device.device, language),
        told_of=f"{', '.join(told_of)} · {of_stores}",
        choice=json.dumps(choice),
        created_at=device.created_at,
        told_at=device.told_at,
        failing_since=device.failing_since,
        problem=device.problem or "",
    )
