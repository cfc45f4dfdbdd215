"""The text fields of Ecwid's format that our reader looks at: found by watching it read."""

from collections.abc import Iterator
from typing import Any, Final

from orders.store import StoreSettings
from starter import ecwid
from tests import ecwid_orders
from tests.bad_input.corpus import Steps


class _Watched(dict[str, Any]):
    """An object that notes which of its fields are asked for."""

    def __init__(self, body: dict[str, Any], way: Steps, seen: dict[Steps, None]) -> None:
        super().__init__({name: _watched(value, (*way, name), seen) for name, value in body.items()})
        self._way, self._seen = way, seen

    def get(self, name: str, default: Any = None) -> Any:
        self._seen[(*self._way, name)] = None
        return super().get(name, default)


def _watched(value: Any, way: Steps, seen: dict[Steps, None]) -> Any:
    if isinstance(value, dict):
        return _Watched(value, way, seen)
    if isinstance(value, list):
        return [_watched(each, (*way, 0), seen) for each in value]
    return value


def a_full_order() -> dict[str, Any]:
    """One of Ecwid's orders with something in all we know of; goods that ship and download."""
    item = ecwid_orders.mug(
        files=[ecwid_orders.file()],
        selectedOptions=[
            {"name": "Kleur", "value": "Blauw", "valuesArray": ["Blauw"]},
            {"name": "Maat", "selections": [{"selectionTitle": "Groot"}]},
            {"name": "Foto", "files": [{"name": "hond.jpg"}]},
        ],
    )
    return ecwid_orders.order(
        items=[item],
        orderComments="Graag als cadeau",
        privateAdminNotes="Vaste klant",
        trackingNumber="3SABC",
        extraFields={"ecwid_order_pickup_time": "2026-11-24 10:00:00 +0000"},
        shipments=[{"tracking": {"trackingNumber": "3SABC"}}],
    )


def _a_pickup() -> dict[str, Any]:
    option = {
        "fulfillmentType": "PICKUP",
        "pickupInstruction": "<p>Bel aan</p>",
        "shippingMethodName": "Ophalen",
    }
    return a_full_order() | {"shippingOption": option}


def _seen() -> Iterator[Steps]:
    seen: dict[Steps, None] = {}
    for body in (a_full_order(), _a_pickup(), {**a_full_order(), "fulfillmentStatus": "DELIVERED"}):
        ecwid.read(_Watched(body, (), seen), StoreSettings(), "default", now=ecwid_orders.NOW)
    yield from seen


def _may_hold_text(way: Steps) -> bool:
    value: Any = a_full_order()
    for step in way:
        value = value[0] if step == 0 and value else value.get(step) if isinstance(value, dict) else None
    return not isinstance(value, dict | list)


FIELDS: Final[tuple[Steps, ...]] = tuple(way for way in _seen() if _may_hold_text(way))
"""Numbers are among them: Ecwid writes some as strings, and so may who sends nonsense."""
