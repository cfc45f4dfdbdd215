"""The stories the judge plays: each order with its payments, what staff do, and what must come of it."""

import random
import re
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from torture.acts import Act, acts_of

ADDRESS: Final = {
    "name": "Judge",
    "lines": ["Prinsengracht 263"],
    "postal_code": "1016 GV",
    "city": "Amsterdam",
    "country": "NL",
}
ORDER_ID: Final = re.compile(r"J\d+N\d{5}[B-Z]?")
COPIES: Final = (1, 1, 1, 2, 2, 50)
"""How often a payment event is told."""
OF_A_CREW: Final = ("in_a_job", "cancelled")
"""The orders beside the first one of a job."""


@dataclass(frozen=True)
class Event:
    """A movement of money, as a payment provider would tell it; so many copies, all at once."""

    event_id: str
    status: str
    amount: str
    copies: int


@dataclass(frozen=True)
class Wanted:
    """What must be true of the order in the end. `mails` are the least there must be, by kind."""

    payment: str
    fulfillment: str
    paid_minor: int
    shipped: dict[str, int]
    parcels: int = 0
    gift_cards: int = 0
    downloads: int = 0
    mails: dict[str, int] = field(default_factory=dict)
    attention: tuple[str, ...] = ()


@dataclass(frozen=True)
class Story:
    order_id: str
    kind: str
    body: dict[str, Any]
    events: tuple[Event, ...]
    acts: tuple[Act, ...]
    late_events: tuple[Event, ...]
    late_acts: tuple[Act, ...]
    wanted: Wanted
    pays_after_seconds: float = 0.0
    """Some customers only pay once they found their card: meanwhile nobody but the sweep looks after them."""
    crew: tuple["Story", ...] = ()
    """Further orders, which are given the same jobs as this one."""
    with_invoice: bool = False

    @property
    def is_cancelled(self) -> bool:
        """Whether nothing of it is to be handed over any more."""
        return any(act.type == "cancel" for act in self.acts)

    def for_book(self) -> dict[str, Any]:
        """What the checker has to know of it."""
        return {
            "order_id": self.order_id,
            "kind": self.kind,
            "wanted": asdict(self.wanted),
            "events": [asdict(event) for event in (*self.events, *self.late_events)],
            "ordered": {line["line_id"]: line["quantity"] for line in self.body["lines"]},
        }


KINDS: Final = (
    "one_parcel",
    "two_parcels",
    "digital",
    "gift_cards",
    "pickup",
    "local_delivery",
    "paid_after_cancel",
    "held_first",
    "two_packers",
    "paid_in_two",
    "many_at_once",
    "taken_back",
    "invoiced",
)
IN_A_HURRY: Final = ("many_at_once", "in_a_job", "cancelled", "invoiced")
"""Kinds whose customers pay at once, and that is told once: others wait for them."""
INVOICED: Final = ("one_parcel", "two_parcels", "two_packers", "paid_in_two", "gift_cards", "pickup")
"""Kinds some of which get an invoice too."""


def story(seed: int, number: int) -> Story:
    """The story of this number: the same for the same seed, each kind in turn."""
    kind = KINDS[number % len(KINDS)]
    order_id = f"J{seed}N{number:05d}"
    first = _told(random.Random(f"{seed}/{number}"), kind, order_id)
    if kind != "many_at_once":
        return first
    crew = (
        _told(random.Random(f"{seed}/{number}{each}"), kind, f"{order_id}{each}")
        for each, kind in zip("BC", OF_A_CREW, strict=True)
    )
    return replace(first, crew=tuple(crew))


def _told(chance: random.Random, kind: str, order_id: str) -> Story:
    physical = kind not in ("digital", "gift_cards", "invoiced")
    quantity = {"two_parcels": 3, "gift_cards": 2}.get(kind, 1)
    line = {
        "line_id": "1",
        "kind": "physical" if physical else "gift_card" if kind == "gift_cards" else "digital",
        "sku": "MUG",
        "name": "Mok",
        "quantity": quantity,
        "unit_price": "10.00",
        **({"files": ["book.epub"]} if kind in ("digital", "invoiced") else {}),
    }
    total = quantity * 1000
    body: dict[str, Any] = {
        "order_id": order_id,
        "number": order_id,
        "placed_at": "2026-11-20T10:15:00+01:00",
        "currency": "EUR",
        "customer": {"name": "Judge", "email": f"{order_id.lower()}@judge.example"},
        "lines": [line],
        "payment": {"kind": "online", "method": "iDEAL"},
        "totals": {"items": _money(total), "total": _money(total)},
    }
    if physical:
        method = {"pickup": "pickup", "local_delivery": "local_delivery"}.get(kind, "shipping")
        body["fulfillment"] = {"method": method, "option": "Standard"}
        body["shipping_address"] = ADDRESS
    events, late_events = _events(chance, order_id, kind, total)
    acts, late_acts = acts_of(kind, order_id)
    wanted = _wanted(kind, quantity, total)
    pause = 4.0 if chance.random() < 0.3 and kind not in IN_A_HURRY else 0.0
    return Story(
        order_id,
        kind,
        body,
        events,
        acts,
        late_events,
        late_acts,
        wanted,
        pays_after_seconds=pause,
        with_invoice=kind == "invoiced" or (kind in INVOICED and chance.random() < 0.3),
    )


def _events(
    chance: random.Random, order_id: str, kind: str, total: int
) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    """The payments before staff begin, in any order, and those that come late."""

    def event(name: str, status: str, minor: int) -> Event:
        copies = 1 if kind in IN_A_HURRY else chance.choice(COPIES)
        return Event(f"{order_id}-{name}", status, _money(minor), copies)

    has_failed = chance.random() < 0.3 and kind not in IN_A_HURRY
    failed = [event("failed", "failed", total)] if has_failed else []
    if kind == "paid_after_cancel":
        return tuple(failed), (event("paid", "paid", total),)
    if kind == "cancelled":
        return (), ()
    if kind == "paid_in_two":
        told = [*failed, event("half", "paid", total // 2), event("rest", "paid", total - total // 2)]
    else:
        told = [*failed, event("paid", "paid", total)]
    chance.shuffle(told)
    return tuple(told), ()


def _wanted(kind: str, quantity: int, total: int) -> Wanted:
    received = {"order_received": 1, "new_order": 1}
    match kind:
        case "digital" | "invoiced":
            return Wanted("PAID", "DELIVERED", total, {}, downloads=1, mails={**received, "downloads": 1})
        case "gift_cards":
            return Wanted(
                "PAID", "DELIVERED", total, {}, gift_cards=quantity, mails={**received, "gift_card": 1}
            )
        case "pickup":
            mails = {**received, "ready_for_pickup": 1}
            return Wanted("PAID", "DELIVERED", total, {"1": 1}, parcels=1, mails=mails)
        case "local_delivery":
            mails = {**received, "out_for_delivery": 2, "delivered": 1}
            return Wanted("PAID", "DELIVERED", total, {"1": 1}, parcels=1, mails=mails)
        case "paid_after_cancel":
            mails = {**received, "cancelled": 1}
            return Wanted("PAID", "WILL_NOT_DELIVER", total, {}, mails=mails, attention=("refund_due",))
        case "cancelled":
            return Wanted("CANCELLED", "WILL_NOT_DELIVER", 0, {}, mails={**received, "cancelled": 1})
        case "two_parcels":
            return Wanted("PAID", "SHIPPED", total, {"1": 3}, parcels=2, mails={**received, "shipped": 2})
        case _:
            return Wanted("PAID", "SHIPPED", total, {"1": 1}, parcels=1, mails={**received, "shipped": 1})


def _money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"
