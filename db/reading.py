"""Reading: what everybody sees of orders comes from here, and never from Temporal."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from pydantic import BaseModel, TypeAdapter

from db.pool import Connection
from db.queries import load
from db.vault import Vault
from orders.change import Outcome
from orders.errors import OrderError, OrderNotFound
from orders.order import Order
from orders.plan import Plan
from orders.sentence import Sentence
from orders.state import OrderFacts, OrderState

SQL = load("reading")
LONGEST_PAGE = 200
CURSOR = re.compile(r"[0-9]{1,16}\.[a-z0-9][a-z0-9_-]{0,39}\.[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""The moment in microseconds since the epoch, the store and the order."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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

    mail_key: str
    kind: str
    is_copy: bool
    state: str
    created_at: datetime
    sent_at: datetime | None


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
    facts: OrderFacts
    due_minor: int
    """What is still to come in, in minor units."""
    ended_at: datetime | None
    is_history: bool
    changed_at: datetime
    page_token_hash: bytes

    def page_token(self, vault: Vault) -> str:
        """The secret in the address of the customer's page, whichever of our secret keys made it."""
        parts = ("page", self.store, self.order_id)
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
    """An order with its timeline and what became of its mails."""

    kept: Kept
    timeline: list[Moment]
    mails: list[MailLine]


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
    return Whole(_kept(values), timeline, mails)


def _kept(values: dict[str, Any]) -> Kept:
    plan = Plan.model_validate(values.pop("plan"))
    state = OrderState.model_validate({**values["facts"], "plan": plan})
    owed = 0 if values["is_history"] or state.cancelled else max(0, state.due)
    # What was accepted once is not judged again by rules that may have become stricter since.
    return Kept(order=Order.model_validate(values.pop("body")), due_minor=owed, **values)


class Filter(BaseModel, frozen=True, extra="forbid"):
    """What a list shows: every condition that is given must hold."""

    store: str | None = None
    payment_status: tuple[str, ...] = ()
    fulfillment_status: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    attention: bool | None = None
    open: bool | None = None
    placed_from: datetime | None = None
    placed_to: datetime | None = None
    q: str | None = None
    cursor: str | None = None
    limit: int = 50


class Row(NamedTuple):
    """One order in a list."""

    store: str
    order_id: str
    number: str
    placed_at: datetime
    accepted_at: datetime
    customer: str
    total: str
    currency: str
    payment_status: str
    fulfillment_status: str
    fulfillment_method: str
    is_open: bool
    needs_attention: bool
    reasons: list[str]
    """Why it does, if it does."""
    due_at: datetime | None
    due_for: str | None


class Page(NamedTuple):
    rows: list[Row]
    next: str | None


async def page(connection: Connection, wanted: Filter) -> Page:
    """Orders, newest first. The cursor names a place between two orders, so it stays true while orders
    come in. Raises OrderError for a cursor that is not one of ours."""
    conditions: list[str] = []
    values: list[Any] = []

    def add(condition: str, value: Any) -> None:
        values.append(value)
        conditions.append(condition.replace("?", f"${len(values)}"))

    if wanted.store is not None:
        add("store = ?", wanted.store)
    for column, listed in (
        ("payment_status", wanted.payment_status),
        ("fulfillment_status", wanted.fulfillment_status),
        ("fulfillment_method", wanted.method),
    ):
        if listed:
            add(f"{column} = ANY(?::text[])", list(listed))
    if wanted.attention is not None:
        conditions.append("needs_attention" if wanted.attention else "NOT needs_attention")
    if wanted.open is not None:
        conditions.append("is_open" if wanted.open else "NOT is_open")
    if wanted.placed_from is not None:
        add("placed_at >= ?", wanted.placed_from)
    if wanted.placed_to is not None:
        add("placed_at < ?", wanted.placed_to)
    for word in (wanted.q or "").lower().replace("\x00", " ").split()[:8]:
        escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        add("search LIKE ?", f"%{escaped}%")
    if wanted.cursor is not None:
        at, store, order_id = _read_cursor(wanted.cursor)
        values.extend((at, store, order_id))
        last = len(values)
        conditions.append(f"(accepted_at, store, order_id) < (${last - 2}, ${last - 1}, ${last})")
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    limit = max(1, min(wanted.limit, LONGEST_PAGE))
    rows = await connection.fetch(
        f"""SELECT store, order_id, number, placed_at, accepted_at,
            coalesce(body -> 'customer' ->> 'name', '') AS customer,
            body -> 'totals' ->> 'total' AS total, body ->> 'currency' AS currency,
            payment_status, fulfillment_status, fulfillment_method, is_open, needs_attention, due_at, due_for,
            CASE WHEN needs_attention THEN jsonb_path_query_array(facts, '$.attention[*].reason')
                ELSE '[]' END AS reasons
        FROM orders {where}
        ORDER BY accepted_at DESC, store DESC, order_id DESC LIMIT {limit + 1}""",  # noqa: S608
        *values,
    )
    found = [Row(**dict(row)) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(found, _cursor(found[-1]) if more else None)


def _cursor(row: Row) -> str:
    microseconds = (row.accepted_at - EPOCH) // timedelta(microseconds=1)
    return f"{microseconds}.{row.store}.{row.order_id}"


def _read_cursor(cursor: str) -> tuple[datetime, str, str]:
    # Whatever has its form can be asked for: it is a place between two orders, whoever made it up.
    if CURSOR.fullmatch(cursor) is None:
        raise OrderError("door.cursor_unreadable")
    microseconds, store, order_id = cursor.split(".", 2)
    return EPOCH + timedelta(microseconds=int(microseconds)), store, order_id


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
