"""A client for the benchmarks: places orders and gives commands over HTTP, as checkout and staff do.

It shares two cores with what it measures, so it is the leanest client there is: aiohttp.
"""

import uuid
from http import HTTPStatus
from typing import Any

import aiohttp


def an_order(order_id: str, *, digital: bool = False) -> dict[str, Any]:
    """One mug to ship, or one book to download."""
    line: dict[str, Any] = {
        "line_id": "1",
        "kind": "digital" if digital else "physical",
        "sku": "EBOOK-1" if digital else "MUG-BLUE",
        "name": "E-boek" if digital else "Blauwe mok",
        "quantity": 1,
        "unit_price": "12.50",
    }
    body: dict[str, Any] = {
        "order_id": order_id,
        "number": order_id,
        "placed_at": "2026-11-20T10:15:00+01:00",
        "currency": "EUR",
        "locale": "nl-NL",
        "customer": {"name": "Sanne de Vries", "email": f"{order_id.lower()}@example.com"},
        "lines": [line | ({"files": ["ebook-1.epub"]} if digital else {})],
        "payment": {"kind": "online", "method": "iDEAL"},
        "totals": {"items": "12.50", "total": "12.50"},
    }
    if not digital:
        body["fulfillment"] = {"method": "shipping", "option": "PostNL"}
        body["shipping_address"] = {
            "name": "Sanne de Vries",
            "lines": ["Prinsengracht 263"],
            "postal_code": "1016 GV",
            "city": "Amsterdam",
            "country": "NL",
        }
    return body


def new_id(prefix: str = "B") -> str:
    return f"{prefix}{uuid.uuid4().hex[:12].upper()}"


class Shop:
    """Checkout and staff in one; raises when an answer is not the one wanted."""

    def __init__(self, http: aiohttp.ClientSession, keys: dict[str, str]) -> None:
        self._http = http
        self._checkout = {"Authorization": f"Bearer {keys['checkout']}"}
        self._staff = {"Authorization": f"Bearer {keys['staff']}"}

    async def place(self, body: dict[str, Any]) -> None:
        async with self._http.post("/v1/orders", json=body, headers=self._checkout) as answer:
            said = await answer.text()
        if answer.status != HTTPStatus.CREATED:
            raise AssertionError(f"{answer.status} {said}")

    async def give(self, order_id: str, type_: str, **fields: Any) -> None:
        body = {"type": type_, "command_id": str(uuid.uuid4()), **fields}
        path = f"/v1/orders/{order_id}/commands"
        async with self._http.post(path, json=body, headers=self._staff) as answer:
            said = await answer.text()
        if answer.status != HTTPStatus.OK:
            raise AssertionError(f"{type_}: {answer.status} {said[:300]}")

    async def search(self, **params: str) -> None:
        async with self._http.get("/v1/orders", params=params, headers=self._staff) as answer:
            answer.raise_for_status()
            await answer.read()

    async def full_path(self, order_id: str) -> None:
        """Placed, paid, picked, packed, labelled, shipped: each answered before the next."""
        await self.place(an_order(order_id))
        await self.give(order_id, "payment", status="paid", amount="12.50", currency="EUR")
        await self.give(order_id, "picked")
        await self.give(order_id, "packed")
        await self.give(order_id, "labelled", tracking_number=f"3S{order_id[-9:]}", carrier="postnl")
        await self.give(order_id, "shipped")
