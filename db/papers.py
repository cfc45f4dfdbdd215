"""The papers that are kept: invoices, each with its number and the bytes it was issued with, and logos."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Literal, NamedTuple

import asyncpg

from db.pool import Connection
from db.queries import load
from db.vault import Vault
from orders.logo import Logo

SQL = load("papers")
PURPOSE = "invoice"
InvoiceKind = Literal["invoice", "credit_note"]


class Drawn(NamedTuple):
    """A paper that was just made."""

    content: bytes
    pages: int
    is_substituted: bool


class Issued(NamedTuple):
    """An invoice as it was issued, to the byte."""

    number: str
    language: str
    issued_at: datetime
    pages: int
    is_substituted: bool
    content: bytes
    sha256: bytes


class Wish(NamedTuple):
    """An invoice that is to be issued: of which order, in which series, when and by whom."""

    store: str
    order_id: str
    year: int
    """Of the shop's own calendar: its numbers begin anew with every year."""
    at: datetime
    actor: str
    language: str
    kind: InvoiceKind = "invoice"


def number_text(kind: InvoiceKind, year: int, number: int) -> str:
    """The number as it is printed: 2026-00017, and C2026-00003 for a credit note."""
    return f"{'C' if kind == 'credit_note' else ''}{year}-{number:05d}"


async def issued(
    connection: Connection, vault: Vault, store: str, order_id: str, kind: InvoiceKind = "invoice"
) -> Issued | None:
    """The invoice of an order; None if it has none yet. Raises CannotOpen if its secret key is gone."""
    row = await connection.fetchrow(SQL["issued"], store, order_id, kind)
    if row is None:
        return None
    number = number_text(kind, row["year"], row["number"])
    return Issued(
        number=number,
        language=row["language"],
        issued_at=row["issued_at"],
        pages=row["pages"],
        is_substituted=row["is_substituted"],
        content=vault.open(PURPOSE, row["content_sealed"], _place(store, number)),
        sha256=row["sha256"],
    )


async def issue(
    connection: Connection, vault: Vault, wish: Wish, draw: Callable[[str], Awaitable[Drawn]]
) -> Issued:
    """Give an order its invoice, in one transaction: the next number of its series, drawn and kept. An order
    that has one keeps it, whoever asks and however often. What fails leaves no gap in the numbers.

    `draw` makes the paper with this number on it; others who want a number of this series wait for it.
    """
    try:
        async with connection.transaction():
            return await _issue(connection, vault, wish, draw)
    except asyncpg.UniqueViolationError as error:
        # Asked twice at the turn of the year, in two series that do not wait for each other.
        if error.constraint_name != "one_invoice_per_order":
            raise
        known = await issued(connection, vault, wish.store, wish.order_id, wish.kind)
        assert known is not None  # noqa: S101  # It was just in the way.
        return known


async def _issue(
    connection: Connection, vault: Vault, wish: Wish, draw: Callable[[str], Awaitable[Drawn]]
) -> Issued:
    series = (wish.store, wish.kind, wish.year)
    await connection.execute(SQL["open_series"], *series)
    last = await connection.fetchval(SQL["lock_series"], *series)
    # Looked for only now: whoever held the series may have issued it.
    if wish.kind == "invoice":
        known = await issued(connection, vault, wish.store, wish.order_id)
        if known is not None:
            return known
    number = number_text(wish.kind, wish.year, last + 1)
    drawn = await draw(number)
    sha256 = hashlib.sha256(drawn.content).digest()
    await connection.execute(SQL["count_up"], *series)
    await connection.execute(
        SQL["insert"],
        wish.store,
        wish.order_id,
        wish.kind,
        wish.year,
        last + 1,
        wish.language,
        wish.at,
        wish.actor,
        drawn.pages,
        drawn.is_substituted,
        vault.seal(PURPOSE, drawn.content, _place(wish.store, number)),
        sha256,
    )
    return Issued(number, wish.language, wish.at, drawn.pages, drawn.is_substituted, drawn.content, sha256)


def _place(store: str, number: str) -> str:
    """Where the sealed bytes of this invoice lie: they open nowhere else."""
    return f"{store}/{number}"


async def logo(connection: Connection, store: str) -> Logo | None:
    """The logo of a store; None if it has none."""
    row = await connection.fetchrow(SQL["logo"], store)
    return Logo.model_construct(kind=row["kind"], content=row["content"]) if row else None


async def keep_logo(connection: Connection, store: str, content: bytes) -> Logo:
    """Give a store this logo. Raises OrderUnreadable for what is no sound PNG or JPEG of a sensible size."""
    looked_at = Logo.of(content)
    await connection.execute(SQL["keep_logo"], store, looked_at.kind, looked_at.content)
    return looked_at


async def remove_logo(connection: Connection, store: str) -> None:
    """Let a store have no logo."""
    await connection.execute(SQL["remove_logo"], store)
