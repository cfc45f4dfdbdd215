"""Intake: an order is kept whole, with its first state, timeline and mails, or not at all."""

from datetime import datetime
from typing import Any, NamedTuple

from db import commands, low_stock, outbox, pickup_codes
from db.order_pages import token_parts
from db.pool import Connection
from db.queries import load
from db.vault import Vault
from orders.change import Entry, Mail
from orders.errors import OrderDiffers
from orders.order import FulfillmentMethod, Order
from orders.plan import Plan
from orders.searchable import searchable
from orders.state import OrderFacts
from orders.store import StoreSettings
from orders.tasks import Task

SQL = load("orders")
RECORD = load("record")


class Arrival(NamedTuple):
    """An order with all that is known of it on arrival."""

    order: Order
    format: str
    fingerprint: bytes
    plan: Plan
    payment_status: str
    fulfillment_status: str
    is_open: bool
    needs_attention: bool
    due_at: datetime | None
    due_for: str | None
    facts: OrderFacts
    entries: tuple[Entry, ...]
    mails: tuple[Mail, ...] = ()
    tasks: tuple[Task, ...] = ()
    is_history: bool = False


async def keep(
    connection: Connection, vault: Vault, arrival: Arrival, settings: StoreSettings, at: datetime
) -> bool:
    """Keep an order, in one transaction. False if this very order is kept already; OrderDiffers if another
    body came under its id."""
    order, plan = arrival.order, arrival.plan
    async with connection.transaction():
        kept = await connection.fetchval(
            SQL["insert_order"],
            order.store,
            order.order_id,
            order.number,
            order.placed_at,
            at,
            arrival.format,
            arrival.fingerprint,
            order.model_dump(mode="json", exclude_defaults=True),
            plan.model_dump(mode="json"),  # Whole: a default that changes later must not change this order.
            vault.token_hash(vault.token(*token_parts(order.store, order.order_id, 0))),
            arrival.payment_status,
            arrival.fulfillment_status,
            str(plan.method),
            arrival.is_open,
            arrival.needs_attention,
            arrival.due_at,
            arrival.due_for,
            arrival.facts.model_dump(mode="json", exclude_defaults=True),
            at if arrival.is_history else None,
            arrival.is_history,
            _search(arrival),
            [str(task) for task in arrival.tasks],
        )
        if kept is None:
            known = await connection.fetchval(SQL["fingerprint"], order.store, order.order_id)
            if known != arrival.fingerprint:
                raise OrderDiffers(order.order_id)
            return False
        await connection.execute(SQL["insert_lines"], order.store, order.order_id, _lines(arrival))
        await connection.execute(
            RECORD["insert_timeline"], order.store, order.order_id, _timeline(arrival, at), 0
        )
        if plan.method is FulfillmentMethod.PICKUP and not arrival.is_history:
            await pickup_codes.make(connection, vault, order.store, order.order_id)
        addressee = outbox.Addressee(
            email=order.customer.email,
            language=settings.language_for(order.locale),
            settings=settings,
            accepted_at=at,
        )
        await commands.adopt(connection, order.store, order.order_id)
        mails = [(1, mail) for mail in arrival.mails]
        await outbox.put(connection, order.store, order.order_id, addressee, mails)
        if not arrival.is_history:
            # Last of all: other orders of the same products wait from here until the end.
            await low_stock.take_counts(connection, order, settings)
    return True


def _lines(arrival: Arrival) -> list[dict[str, Any]]:
    units = {line.line_id: line.units for line in arrival.facts.lines}
    return [
        {
            "line_id": line.line_id,
            "position": position,
            "kind": str(line.kind),
            "sku": line.sku,
            "name": line.name,
            "ordered": line.quantity,
            "shipped": units[line.line_id].shipped,
            "delivered": units[line.line_id].delivered,
        }
        for position, line in enumerate(arrival.order.lines)
    ]


def _timeline(arrival: Arrival, at: datetime) -> list[dict[str, Any]]:
    return [
        {"sequence": 1, "position": position, "at": at.isoformat(), **entry.model_dump(mode="json")}
        for position, entry in enumerate(arrival.entries)
    ]


def _search(arrival: Arrival) -> str:
    """What a person may type, or scan, to find the order."""
    order = arrival.order
    people = [order.customer.name, order.customer.email or ""]
    for address in (order.shipping_address, order.billing_address):
        if address is not None:
            people += [address.name, address.company, address.postal_code, address.city]
    goods = [text for line in order.lines for text in (line.sku, line.barcode, line.name)]
    words = [order.order_id, order.number, order.payment.reference or "", *people, *goods]
    words += [parcel.tracking_number or "" for parcel in arrival.facts.parcels]
    return " ".join(searchable(" ".join(words)).split())[:20_000]
