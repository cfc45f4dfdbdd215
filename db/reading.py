"""Reading: what everybody sees of orders comes from here, and never from Temporal."""

from datetime import datetime
from typing import Any, NamedTuple

from pydantic import BaseModel, TypeAdapter

from db.claims import Claim
from db.notes import Note, grouped
from db.order_pages import token_parts
from db.pool import Connection
from db.queries import load
from db.vault import Vault
from orders.as_kept import as_kept
from orders.change import Outcome
from orders.errors import OrderError, OrderNotFound
from orders.order import Order
from orders.plan import Plan
from orders.sentence import Sentence
from orders.state import OrderFacts, OrderState

SQL = load("reading")


class Moment(BaseModel, frozen=True):
    """One line of an order's timeline. `words` is the reason a person wrote, if one did."""

    at: datetime
    kind: str
    outcome: Outcome
    actor: str
    command_id: str | None
    text: Sentence
    words: str | None


class MailLine(BaseModel, frozen=True):
    """What became of one mail of an order."""

    number: int
    mail_key: str
    kind: str
    is_copy: bool
    state: str
    created_at: datetime
    sent_at: datetime | None
    not_before: datetime | None
    """It waits until then, so that what caused it can be taken back."""


MOMENTS = TypeAdapter(list[Moment])
MAILS = TypeAdapter(list[MailLine])


class Kept(BaseModel, frozen=True):
    """An order as it is kept."""

    store: str
    order_id: str
    number: str
    placed_at: datetime
    accepted_at: datetime
    format: str
    order: Order
    sequence: int
    payment_status: str
    fulfillment_status: str
    fulfillment_method: str
    is_open: bool
    needs_attention: bool
    due_at: datetime | None
    due_for: str | None
    plan: Plan
    facts: OrderFacts
    due_minor: int
    """What is still to come in, in minor units."""
    ended_at: datetime | None
    is_history: bool
    changed_at: datetime
    page_token_hash: bytes
    page_issue: int

    @property
    def state(self) -> OrderState:
        """Where it stands, as the rules read it."""
        return OrderState(plan=self.plan, **dict(self.facts))

    def page_token(self, vault: Vault) -> str:
        """The secret in the address of the customer's page, whichever of our secret keys made it."""
        parts = token_parts(self.store, self.order_id, self.page_issue)
        return vault.token_behind(self.page_token_hash, *parts) or vault.token(*parts)


async def store_of(connection: Connection, order_id: str, store: str | None) -> str:
    """The store an order belongs to. Raises OrderNotFound, or OrderError where two stores have this id."""
    rows = await connection.fetch(
        "SELECT store FROM orders WHERE order_id = $1 AND store = coalesce($2, store) LIMIT 2",
        order_id,
        store,
    )
    if not rows:
        raise OrderNotFound(order_id)
    if len(rows) > 1:
        raise OrderError("door.two_stores", order_id=order_id)
    return str(rows[0]["store"])


class Whole(NamedTuple):
    """An order with its timeline, what became of its mails, its notes, and who works on it now."""

    kept: Kept
    timeline: list[Moment]
    mails: list[MailLine]
    notes: tuple[Note, ...]
    claim: Claim | None


async def order(connection: Connection, store: str, order_id: str) -> Kept:
    """One order. Raises OrderNotFound."""
    row = await connection.fetchrow(SQL["order"], store, order_id)
    if row is None:
        raise OrderNotFound(order_id)
    return _kept(dict(row))


async def whole(connection: Connection, store: str, order_id: str) -> Whole:
    """One order with all that is told of it. Raises OrderNotFound."""
    row = await connection.fetchrow(SQL["whole"], store, order_id)
    if row is None:
        raise OrderNotFound(order_id)
    values = dict(row)
    timeline = MOMENTS.validate_python(values.pop("timeline"))
    mails = MAILS.validate_python(values.pop("mails"))
    notes = grouped(values.pop("notes"))
    claim = values.pop("claim")
    return Whole(_kept(values), timeline, mails, notes, claim and Claim.model_validate(claim))


def _kept(values: dict[str, Any]) -> Kept:
    plan = Plan.model_validate(values.pop("plan"))
    state = OrderState.model_validate({**values["facts"], "plan": plan})
    owed = 0 if values["is_history"] or state.cancelled else max(0, state.due)
    # What was accepted once is not judged again by rules that may have become stricter since.
    return Kept(order=as_kept(Order, values.pop("body")), plan=plan, due_minor=owed, **values)


class Census(NamedTuple):
    """Counts for the metrics: open orders by status, attention by reason, and what is waiting."""

    orders: list[dict[str, Any]]
    attention: list[dict[str, Any]]
    backlog: dict[str, Any]


async def census(connection: Connection) -> Census:
    backlog = await connection.fetchrow(SQL["backlog"])
    return Census(
        orders=[dict(row) for row in await connection.fetch(SQL["census"])],
        attention=[dict(row) for row in await connection.fetch(SQL["attention"])],
        backlog=dict(backlog) if backlog else {},
    )


async def exists(connection: Connection, store: str, order_id: str) -> bool:
    found = await connection.fetchval(
        "SELECT true FROM orders WHERE store = $1 AND order_id = $2", store, order_id
    )
    return found is not None
