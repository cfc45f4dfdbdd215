"""The list of orders: filtered, searched, in pages that stay true while orders come in, and counted."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

from pydantic import BaseModel

from db.pool import Connection
from orders.errors import OrderError
from orders.searchable import searchable

LONGEST_PAGE: Final = 200
CURSOR: Final = re.compile(r"[0-9]{1,16}\.[a-z0-9][a-z0-9_-]{0,39}\.[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""The moment in microseconds since the epoch, the store and the order."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Queue(StrEnum):
    """Orders that wait for the same kind of work: the saved views of the desk."""

    TO_PICK = "to_pick"
    TO_PACK = "to_pack"
    TO_HAND_OVER = "to_hand_over"
    PICKUP_WAITING = "pickup_waiting"
    UNPAID = "unpaid"
    HELD = "held"
    ATTENTION = "attention"
    LATE = "late"


QUEUES: Final[Mapping[Queue, str]] = {
    Queue.TO_PICK: "'pick' = ANY (tasks)",
    Queue.TO_PACK: "'pack' = ANY (tasks)",
    Queue.TO_HAND_OVER: "tasks && ARRAY['label', 'hand_over', 'make_ready', 'bring', 'confirm_delivery']",
    Queue.PICKUP_WAITING: "'collect' = ANY (tasks)",
    Queue.UNPAID: "'collect_payment' = ANY (tasks)",
    Queue.HELD: "'release' = ANY (tasks)",
    Queue.ATTENTION: "needs_attention",
    # Late is what a person was asked about because its time had passed (orders/rules/deadlines.py).
    Queue.LATE: """needs_attention AND EXISTS (SELECT FROM attention
        WHERE attention.store = orders.store AND attention.order_id = orders.order_id AND reason IN
            ('overdue_to_pick', 'overdue_to_pack', 'overdue_to_hand_over', 'overdue_to_deliver',
             'not_collected', 'held_too_long', 'payment_overdue'))""",
}
"""Each in the words of its partial index (0012_list.sql): so it is found and counted without the others."""


class Filter(BaseModel, frozen=True, extra="forbid"):
    """What a list shows: every condition that is given must hold."""

    store: str | None = None
    stores: tuple[str, ...] | None = None
    """Of these stores only: those its reader works for."""
    payment_status: tuple[str, ...] = ()
    fulfillment_status: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    queue: Queue | None = None
    attention: bool | None = None
    open: bool | None = None
    placed_from: datetime | None = None
    placed_to: datetime | None = None
    q: str | None = None
    cursor: str | None = None
    limit: int = 50
    oldest_first: bool = False


class Row(NamedTuple):
    """One order in a list. `items` are its first lines as (quantity, name), `lines` how many there are;
    `moved_at` is since when it is where it is."""

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
    tasks: tuple[str, ...]
    moved_at: datetime
    items: tuple[tuple[int, str], ...]
    lines: int


class Page(NamedTuple):
    rows: list[Row]
    next: str | None


_COLUMNS: Final = """store, order_id, number, placed_at, accepted_at,
    coalesce(body -> 'customer' ->> 'name', '') AS customer,
    body -> 'totals' ->> 'total' AS total, body ->> 'currency' AS currency,
    payment_status, fulfillment_status, fulfillment_method, is_open, needs_attention, due_at, due_for,
    CASE WHEN needs_attention THEN jsonb_path_query_array(facts, '$.attention[*].reason')
        ELSE '[]' END AS reasons,
    coalesce(tasks, '{}') AS tasks, coalesce(moved_at, accepted_at) AS moved_at,
    (SELECT jsonb_agg(jsonb_build_array(ordered, name) ORDER BY position) FILTER (WHERE position < 3)
        FROM order_lines AS line
        WHERE line.store = found.store AND line.order_id = found.order_id) AS items,
    (SELECT count(*) FROM order_lines AS line
        WHERE line.store = found.store AND line.order_id = found.order_id) AS lines"""
"""A list names the first three lines of an order."""


async def page(connection: Connection, wanted: Filter) -> Page:
    """Orders, newest first or oldest first. The cursor names a place between two orders, so it stays true
    while orders come in. Raises OrderError for a cursor that is not one of ours."""
    conditions, values = _conditions(wanted)
    if wanted.cursor is not None:
        at, store, order_id = _read_cursor(wanted.cursor)
        values.extend((at, store, order_id))
        last = len(values)
        beyond = ">" if wanted.oldest_first else "<"
        conditions.append(f"(accepted_at, store, order_id) {beyond} (${last - 2}, ${last - 1}, ${last})")
    limit = max(1, min(wanted.limit, LONGEST_PAGE))
    way = "ASC" if wanted.oldest_first else "DESC"
    rows = await connection.fetch(
        f"""SELECT {_COLUMNS} FROM (SELECT * FROM orders {_where(conditions)}
        ORDER BY accepted_at {way}, store {way}, order_id {way} LIMIT {limit + 1}) AS found
        ORDER BY accepted_at {way}, store {way}, order_id {way}""",  # noqa: S608
        *values,
    )
    found = [_row(dict(row)) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(found, _cursor(found[-1]) if more else None)


async def row(connection: Connection, store: str, order_id: str) -> Row | None:
    """One order as a list shows it."""
    found = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM orders AS found WHERE store = $1 AND order_id = $2",  # noqa: S608
        store,
        order_id,
    )
    return _row(dict(found)) if found else None


async def number_of(connection: Connection, wanted: Filter, *, at_most: int = 10_000) -> int:
    """How many orders fit, counted no further than `at_most`."""
    conditions, values = _conditions(wanted)
    return int(
        await connection.fetchval(
            f"SELECT count(*) FROM (SELECT FROM orders {_where(conditions)} LIMIT {at_most}) AS fitting",  # noqa: S608
            *values,
        )
    )


async def counts(connection: Connection, stores: Sequence[str] | None = None) -> dict[Queue, int]:
    """How many orders wait in each queue, of these stores or of all."""
    mine = "($1::text[] IS NULL OR store = ANY ($1))"
    each = ", ".join(
        f"(SELECT count(*) FROM orders WHERE {condition} AND {mine}) AS {queue}"  # noqa: S608
        for queue, condition in QUEUES.items()
    )
    found = await connection.fetchrow(f"SELECT {each}", None if stores is None else list(stores))
    return {queue: int(found[queue]) if found else 0 for queue in Queue}


def _conditions(wanted: Filter) -> tuple[list[str], list[Any]]:
    conditions: list[str] = []
    values: list[Any] = []

    def add(condition: str, value: Any) -> None:
        values.append(value)
        conditions.append(condition.replace("?", f"${len(values)}"))

    if wanted.store is not None:
        add("store = ?", wanted.store)
    if wanted.stores is not None:
        add("store = ANY (?::text[])", list(wanted.stores))
    for column, listed in (
        ("payment_status", wanted.payment_status),
        ("fulfillment_status", wanted.fulfillment_status),
        ("fulfillment_method", wanted.method),
    ):
        if listed:
            add(f"{column} = ANY(?::text[])", list(listed))
    if wanted.queue is not None:
        conditions.append(QUEUES[wanted.queue])
    if wanted.attention is not None:
        conditions.append("needs_attention" if wanted.attention else "NOT needs_attention")
    if wanted.open is not None:
        conditions.append("is_open" if wanted.open else "NOT is_open")
    if wanted.placed_from is not None:
        add("placed_at >= ?", wanted.placed_from)
    if wanted.placed_to is not None:
        add("placed_at < ?", wanted.placed_to)
    for word in searchable(wanted.q or "").split()[:8]:
        # Mails call an order #1042.
        add("search LIKE ?", containing(word.removeprefix("#") or word))
    return conditions, values


def containing(text: str) -> str:
    """The pattern of what has this in it, to the letter."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _where(conditions: Sequence[str]) -> str:
    return f"WHERE {' AND '.join(conditions)}" if conditions else ""


def _row(values: dict[str, Any]) -> Row:
    items = tuple((int(quantity), str(name)) for quantity, name in values.pop("items") or ())
    return Row(items=items, tasks=tuple(values.pop("tasks")), **values)


def _cursor(row: Row) -> str:
    microseconds = (row.accepted_at - EPOCH) // timedelta(microseconds=1)
    return f"{microseconds}.{row.store}.{row.order_id}"


def _read_cursor(cursor: str) -> tuple[datetime, str, str]:
    # Whatever has its form can be asked for: it is a place between two orders, whoever made it up.
    if CURSOR.fullmatch(cursor) is None:
        raise OrderError("door.cursor_unreadable")
    microseconds, store, order_id = cursor.split(".", 2)
    return EPOCH + timedelta(microseconds=int(microseconds)), store, order_id
