"""A morning's work for the demo: forty orders that wait at the desk, in every queue there is."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

import httpx

from embedded.demo_steps import Cast, Do, Scene, Step, StepFailed, pay
from starter.client import PakhuisError

AT_ONCE: Final = 6
CARRIAGE: Final = Decimal("4.95")


class Product(NamedTuple):
    """Something on a shelf. Its barcode is an EAN-13 of the range that shops may use among themselves."""

    sku: str
    name: str
    price: str
    grams: int
    barcode: str
    location: str
    stock: int
    """How many there were before the night."""


PRODUCTS: Final = (
    Product("MOK-BLAUW", "Blauwe mok", "12.50", 350, "2000000001012", "A-01-1", 60),
    Product("MOK-GROEN", "Groene mok", "12.50", 350, "2000000001029", "A-01-2", 45),
    Product("BORD-DIEP", "Diep bord, geglazuurd", "18.50", 620, "2000000001036", "A-02-1", 60),
    Product("KAN-1L", "Kan, 1 liter", "34.00", 900, "2000000001043", "A-03-1", 40),
    Product("VAAS-KLEIN", "Vaas, klein", "28.75", 700, "2000000001050", "B-01-1", 34),
    Product("VAAS-GROOT", "Vaas, groot", "49.50", 1800, "2000000001067", "B-01-3", 21),
    Product("THEEDOEK", "Theedoek van linnen", "9.95", 120, "2000000001074", "C-02-1", 120),
    Product("FRUITSCHAAL", "Fruitschaal", "39.00", 1400, "2000000001081", "B-02-2", 20),
)
PEOPLE: Final = (
    ("Sanne de Vries", "Prinsengracht 263", "1016 GV", "Amsterdam"),
    ("Youssef El Amrani", "Nieuwe Binnenweg 81", "3014 GD", "Rotterdam"),
    ("Fleur van den Berg", "Oudegracht 158", "3511 AZ", "Utrecht"),
    ("Thijs Bakker", "Herestraat 12", "9711 LH", "Groningen"),
    ("Noor Aydin", "Hoogstraat 40", "5611 JP", "Eindhoven"),
    ("Pieter-Jan Wouters", "Grote Markt 5", "4811 XR", "Breda"),
    ("Zoë Janssens", "Markt 21", "6211 CK", "Maastricht"),
    ("Hendrik Smit", "Kleine Houtstraat 9", "2011 DD", "Haarlem"),
)


@dataclass(frozen=True)
class Waiting:
    """Orders that wait for the same work: how many, and what was done with them before."""

    count: int
    steps: tuple[Step, ...] = ()
    method: str = "shipping"
    payment: dict[str, Any] = field(default_factory=lambda: {"kind": "online", "method": "iDEAL"})


_PICKED: Final = (pay(), Do("picked"))
_PACKED: Final = (*_PICKED, Do("packed", {"weight_grams": 900}))
_TRANSFER: Final = {"kind": "offline", "method": "Bankoverschrijving"}

MORNING: Final = (
    Waiting(16, (pay(),)),
    Waiting(5, _PICKED),
    Waiting(3, _PACKED),
    Waiting(2, (*_PACKED, Do("labelled", {"carrier": "postnl", "tracking_number": "3SDEMO0000{n:03d}"}))),
    Waiting(3, (pay(),), method="pickup"),
    Waiting(3, (*_PACKED, Do("ready_for_pickup")), method="pickup"),
    Waiting(2, _PACKED, method="local_delivery"),
    Waiting(4, (), payment=_TRANSFER),
    Waiting(2, (pay(), Do("hold", {"reason": "address"}))),
)
"""What the night brought: most is to be picked, a little of everything else."""


async def prepare_morning(cast: Cast) -> tuple[int, tuple[str, ...]]:
    """Place them, and bring each to where it waits; how many there are, and what went wrong. Run again on the
    same home nothing is done twice, and what somebody did with them since stays."""
    slots = asyncio.Semaphore(AT_ONCE)
    problems: list[str] = []

    async def one(number: int, waiting: Waiting) -> None:
        async with slots:
            try:
                order = (await cast.checkout.place(body_of(number, waiting))).order
                scene = Scene(order["order_id"], order["store"], order["customer"]["email"], cast)
                for position, step in enumerate(waiting.steps, start=1):
                    await _numbered(step, number).take(scene, position)
            except (PakhuisError, StepFailed, httpx.HTTPError) as error:
                problems.append(f"{number}: {type(error).__name__}: {error}")

    numbered = list(enumerate(_all(), start=1))
    await asyncio.gather(*(one(number, waiting) for number, waiting in numbered))
    return len(numbered), tuple(problems)


def body_of(number: int, waiting: Waiting) -> dict[str, Any]:
    """The order as the checkout sends it: one to three articles, for one of the customers in turn."""
    name, street, postal_code, city = PEOPLE[number % len(PEOPLE)]
    address = {
        "name": name,
        "lines": [street],
        "postal_code": postal_code,
        "city": city,
        "country": "NL",
    }
    lines = [
        {
            "line_id": str(position),
            "kind": "physical",
            "sku": product.sku,
            "name": product.name,
            "quantity": _quantity(number, position),
            "unit_price": product.price,
            "weight_grams": product.grams,
            "barcode": product.barcode,
            "location": product.location,
            "stock_left": product.stock - _ordered(product, number),
        }
        for position, product in enumerate(_products(number), start=1)
    ]
    items = sum((Decimal(str(line["unit_price"])) * int(str(line["quantity"])) for line in lines), Decimal(0))
    carriage = CARRIAGE if waiting.method == "shipping" else Decimal(0)
    mailbox = name.lower().replace(" ", ".").encode("ascii", "ignore").decode()
    body: dict[str, Any] = {
        "order_id": f"MORGEN{number:02d}",
        "store": "default",
        "number": str(3000 + number),
        "placed_at": (datetime(2026, 11, 20, 7, tzinfo=UTC) - timedelta(minutes=17 * number)).isoformat(),
        "currency": "EUR",
        "locale": "nl-NL",
        "customer": {"name": name, "email": f"{mailbox}@example.com"},
        "billing_address": address,
        "lines": lines,
        "fulfillment": {"method": waiting.method, "option": _OPTIONS[waiting.method], "price": str(carriage)},
        "payment": waiting.payment,
        "totals": {"items": str(items), "shipping": str(carriage), "total": str(items + carriage)},
    }
    if waiting.method != "pickup":
        body["shipping_address"] = address
    if number % 7 == 0:
        body["comment"] = "Graag als cadeau inpakken."
    return body


_OPTIONS: Final = {
    "shipping": "PostNL standaard",
    "pickup": "Afhalen op de Kade",
    "local_delivery": "Bezorging in Hilversum",
}


def _products(number: int) -> list[Product]:
    return [PRODUCTS[(number * 3 + step * 5) % len(PRODUCTS)] for step in range(1 + number % 3)]


def _quantity(number: int, position: int) -> int:
    return 1 + (number + position) % 3


def _ordered(product: Product, number: int) -> int:
    """How many of it this order takes and those that were placed before: the first has the highest number."""
    return sum(
        _quantity(earlier, position)
        for earlier in range(number, sum(waiting.count for waiting in MORNING) + 1)
        for position, each in enumerate(_products(earlier), start=1)
        if each is product
    )


def _all() -> Iterator[Waiting]:
    for waiting in MORNING:
        for _ in range(waiting.count):
            yield waiting


def _numbered(step: Step, number: int) -> Step:
    """The step with the order's number in its tracking number: no two parcels have the same."""
    if not isinstance(step, Do) or "tracking_number" not in step.fields:
        return step
    tracking_number = step.fields["tracking_number"].format(n=number)
    return Do(step.name, {**step.fields, "tracking_number": tracking_number}, step.by_checkout)
