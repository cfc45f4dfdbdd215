"""Orders for tests: valid ones, to be changed by whoever needs another."""

import itertools
import uuid
from typing import Any

_RUN = uuid.uuid4().hex[:6]
_NUMBERS = itertools.count(1)

MUG = {
    "line_id": "1",
    "kind": "physical",
    "sku": "MUG-BLUE",
    "name": "Blauwe mok",
    "quantity": 2,
    "unit_price": "12.50",
}
BOOK = {
    "line_id": "2",
    "kind": "digital",
    "sku": "EBOOK-1",
    "name": "E-boek",
    "quantity": 1,
    "unit_price": "9.00",
    "files": ["ebook-1.epub"],
}
CARD = {
    "line_id": "3",
    "kind": "gift_card",
    "sku": "GIFT-25",
    "name": "Cadeaubon",
    "quantity": 1,
    "unit_price": "25.00",
}
ADDRESS = {
    "name": "Sanne de Vries",
    "lines": ["Prinsengracht 263"],
    "postal_code": "1016 GV",
    "city": "Amsterdam",
    "country": "NL",
}


def an_order(
    *lines: dict[str, Any], method: str = "shipping", kind: str = "online", **more: Any
) -> dict[str, Any]:
    """An order of these lines (two mugs if none are named), with an id of its own and money that adds up."""
    chosen = [dict(line) for line in lines or (MUG,)]
    order_id = f"T{_RUN}{next(_NUMBERS):04d}"
    physical = any(line["kind"] == "physical" for line in chosen)
    cents = sum(round(float(line["unit_price"]) * 100) * line["quantity"] for line in chosen)
    shipping = 495 if physical and method == "shipping" else 0
    body: dict[str, Any] = {
        "order_id": order_id,
        "store": "default",
        "number": order_id[-4:],
        "placed_at": "2026-11-20T10:15:00+01:00",
        "currency": "EUR",
        "locale": "nl-NL",
        "customer": {"name": "Sanne de Vries", "email": f"{order_id.lower()}@example.com"},
        "lines": chosen,
        "payment": {"kind": kind, "method": "iDEAL" if kind == "online" else "Overboeking"},
        "totals": {
            "items": _euro(cents),
            "shipping": _euro(shipping),
            "discount": "0.00",
            "tax": "0.00",
            "total": _euro(cents + shipping),
        },
    }
    if physical:
        body["fulfillment"] = {"method": method, "option": "PostNL standaard", "price": _euro(shipping)}
        body["shipping_address"] = dict(ADDRESS)
    return body | more


def _euro(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
