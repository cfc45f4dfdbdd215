"""What Temporal's own list shows of an order: its search attributes, its summary and its details."""

from collections.abc import Iterable
from typing import Any, Final

from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    SearchAttributeUpdate,
    TypedSearchAttributes,
)

from orders.change import Headline
from orders.order import LineKind
from orders.own_words import put_back
from orders.owners import owner_of
from orders.plan import Plan
from orders.state import Attention, OrderState

PAYMENT_STATUS: Final = SearchAttributeKey.for_keyword("PaymentStatus")
FULFILLMENT_STATUS: Final = SearchAttributeKey.for_keyword("FulfillmentStatus")
FULFILLMENT_METHOD: Final = SearchAttributeKey.for_keyword("FulfillmentMethod")
STORE: Final = SearchAttributeKey.for_keyword("Store")
NEEDS_ATTENTION: Final = SearchAttributeKey.for_bool("NeedsAttention")
DUE_AT: Final = SearchAttributeKey.for_datetime("DueAt")

REGISTERED: Final[tuple[SearchAttributeKey[Any], ...]] = (
    PAYMENT_STATUS,
    FULFILLMENT_STATUS,
    FULFILLMENT_METHOD,
    STORE,
    NEEDS_ATTENTION,
    DUE_AT,
)
"""Registered by `pakhuis migrate`."""


def at_start(plan: Plan, headline: Headline) -> TypedSearchAttributes:
    """The attributes an order's workflow is started with."""
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(FULFILLMENT_METHOD, str(plan.method)),
        SearchAttributePair(STORE, plan.store),
        SearchAttributePair(PAYMENT_STATUS, str(headline.payment_status)),
        SearchAttributePair(FULFILLMENT_STATUS, str(headline.fulfillment_status)),
        SearchAttributePair(NEEDS_ATTENTION, headline.needs_attention),
    ]
    if headline.due_at is not None:
        pairs.append(SearchAttributePair(DUE_AT, headline.due_at))
    return TypedSearchAttributes(pairs)


def changed(before: Headline, now: Headline) -> list[SearchAttributeUpdate[Any]]:
    """The updates for what a transition changed. A due date alone is not worth an event: it goes along
    with the next status that changes, and the running timer shows it meanwhile."""
    updates: list[SearchAttributeUpdate[Any]] = []
    if before.payment_status != now.payment_status:
        updates.append(PAYMENT_STATUS.value_set(str(now.payment_status)))
    if before.fulfillment_status != now.fulfillment_status:
        updates.append(FULFILLMENT_STATUS.value_set(str(now.fulfillment_status)))
    if before.needs_attention != now.needs_attention:
        updates.append(NEEDS_ATTENTION.value_set(now.needs_attention))
    if updates and before.due_at != now.due_at:
        due = DUE_AT.value_unset() if now.due_at is None else DUE_AT.value_set(now.due_at)
        updates.append(due)
    return updates


def summary(plan: Plan) -> str:
    """One line for Temporal's list: what kind of order this is."""
    kinds = [kind for kind in LineKind if any(line.kind is kind for line in plan.lines)]
    return f"{plan.store} {plan.order_id}: {_names(kinds)}, {plan.method}, {plan.money(plan.total_minor)}"


def details(state: OrderState, now: Headline) -> str:
    """The order at a glance, in markdown, for whoever opens its workflow."""
    rows = [
        (
            "Payment",
            f"{now.payment_status}, {state.plan.money(state.captured)} of {state.plan.money(state.owed)}",
        ),
        ("Fulfilment", f"{now.fulfillment_status}, {state.method}"),
        ("Next due", f"{now.due_for} at {now.due_at:%Y-%m-%d %H:%M} UTC" if now.due_at else "nothing"),
        ("Holds", _names(_told(hold.reason) for hold in state.holds) or "none"),
        ("Attention", _names(map(_needed, state.attention)) or "none"),
    ]
    lines = ["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows), ""]
    lines += ["| line | ordered | cancelled | picked | packed | shipped | delivered |"]
    lines += ["| --- | --- | --- | --- | --- | --- | --- |"]
    for line in state.lines[:50]:
        units = line.units
        counts = (units.ordered, units.cancelled, units.picked, units.packed, units.shipped, units.delivered)
        lines.append(f"| {line.line_id} {line.kind} | " + " | ".join(map(str, counts)) + " |")
    if state.parcels:
        lines += ["", "| parcel | state | tracking number |", "| --- | --- | --- |"]
        lines += [
            f"| {parcel.parcel} | {parcel.state} | {parcel.tracking_number or ''} |"
            for parcel in state.parcels[:50]
        ]
    return "\n".join(lines)


def _needed(entry: Attention) -> str:
    return f"{owner_of(entry.reason)}: {entry.reason} {_told(entry.subject)}".strip()


def _told(reason: str) -> str:
    # The words themselves are kept elsewhere, and a digest tells nobody anything.
    return put_back(reason, lambda _: "(own words)")


def _names(names: Iterable[str]) -> str:
    return ", ".join(str(name) for name in names)
