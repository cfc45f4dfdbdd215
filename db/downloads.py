"""Download links: made once per line, file and issue, counted as they are used, ended when replaced."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, Field

from db.pool import Connection
from db.queries import load
from db.vault import Vault
from orders.as_kept import as_kept
from orders.errors import OrderNotFound
from orders.order import Line, Order
from orders.store import Downloads, StoreSettings

SQL = load("downloads")
PURPOSE: Final = "download"
FIRST_ISSUE: Final = "-first"
"""What the links are made under when they are first handed out. No command id starts with a dash."""
CONTINUES_WITHIN: Final = timedelta(hours=6)
"""How long after a counted request the rest of the same file may still be fetched without another count:
about what the largest file takes on a slow line."""
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class Link(BaseModel, frozen=True):
    """A link as its customer may have it. None: it never expires, or opens as often as one likes."""

    line_id: str
    file: str
    issue: str
    token: str = Field(repr=False)
    expires_at: datetime | None
    remaining: int | None
    is_alive: bool
    """Whether it opens now."""


class Goods(NamedTuple):
    """An order with what decides over its links and gift cards."""

    order: Order
    settings: StoreSettings
    cancelled: dict[str, int]
    now: datetime
    """By the clock of the database."""

    def line(self, line_id: str) -> Line:
        """Raises KeyError."""
        for line in self.order.lines:
            if line.line_id == line_id:
                return line
        raise KeyError(line_id)

    def units(self, line: Line) -> int:
        """How many of the line are still wanted."""
        return line.quantity - self.cancelled.get(line.line_id, 0)


async def goods(connection: Connection, store: str, order_id: str) -> Goods:
    """The order and its store's settings. Raises OrderNotFound."""
    row = await connection.fetchrow(SQL["lines_of"], store, order_id)
    if row is None:
        raise OrderNotFound(order_id)
    return Goods(
        order=as_kept(Order, row["body"]),
        settings=as_kept(StoreSettings, row["settings"]),
        cancelled=row["cancelled"],
        now=row["now"],
    )


async def make_links(
    connection: Connection,
    vault: Vault,
    store: str,
    order_id: str,
    line_id: str,
    files: Sequence[str],
    limits: Downloads,
    now: datetime,
    *,
    issue: str = FIRST_ISSUE,
) -> bool:
    """Make a link for each file of a line, once however often this is asked. True if any is new."""
    names = list(dict.fromkeys(files))
    tokens = [vault.token(PURPOSE, store, order_id, line_id, name, issue) for name in names]
    made = await connection.fetch(
        SQL["make"],
        store,
        order_id,
        line_id,
        issue,
        None if limits.valid_for is None else now + limits.valid_for,
        limits.at_most,
        [vault.token_hash(token) for token in tokens],
        names,
    )
    return bool(made)


async def reissue(
    connection: Connection,
    vault: Vault,
    store: str,
    order_id: str,
    line_id: str,
    issue: str,
    now: datetime,
) -> None:
    """End all links of a line and make new ones under `issue`, in one transaction. Asked again for the same
    issue it changes nothing, so a later issue stays. Raises OrderNotFound, or KeyError for the line."""
    known = await goods(connection, store, order_id)
    files = known.line(line_id).files
    limits = known.settings.downloads
    async with connection.transaction():
        if await make_links(connection, vault, store, order_id, line_id, files, limits, now, issue=issue):
            await connection.execute(SQL["revoke_older"], store, order_id, line_id, issue)


async def links(
    connection: Connection, vault: Vault, store: str, order_id: str, issue: str | None = None
) -> tuple[Link, ...]:
    """The links of an order, or of one issue, that were not replaced, in the order of its lines. One whose
    secret key is gone is left out: it opens for who has it, and a re-issue makes a new one."""
    found = []
    for row in await connection.fetch(SQL["links"], store, order_id, issue):
        values = dict(row)
        parts = (store, order_id, values["line_id"], values["file"], values["issue"])
        token = vault.token_behind(values.pop("token_hash"), PURPOSE, *parts)
        if token is not None:
            found.append(Link(token=token, **values))
    return tuple(found)


class Opened(NamedTuple):
    """This file may be sent."""

    store: str
    order_id: str
    file: str


class Expired(NamedTuple):
    store: str
    order_id: str
    at: datetime


class UsedUp(NamedTuple):
    store: str
    order_id: str


class Replaced(NamedTuple):
    """Revoked: newer links were made for the same files."""

    store: str
    order_id: str


class Refunded(NamedTuple):
    """Revoked: the order's money was given back."""

    store: str
    order_id: str


class Unknown(NamedTuple):
    """We never made this link."""


Dead = Expired | UsedUp | Replaced | Refunded | Unknown


async def see_download(connection: Connection, token: str) -> Opened | Dead:
    """Whether the link would open now. Counts nothing."""
    row = await _see(connection, token)
    if row is None:
        return Unknown()
    return _why_not(row, counts=not row["may_continue"])


async def open_download(connection: Connection, token: str, *, continues: bool = False) -> Opened | Dead:
    """Open the link, and count it, by the clock and the counter of the database.

    `continues` says that the rest of a file is asked for, from beyond its first byte. Within 6 hours of a
    counted request that is a download going on, or several parts of it side by side: it opens without
    being counted, also when that was the last time. Otherwise it is counted like any other.
    """
    if continues:
        row = await _see(connection, token)
        if row is not None and row["may_continue"]:
            return _why_not(row, counts=False)
    if _TOKEN.fullmatch(token):
        opened = await connection.fetchrow(SQL["count_use"], Vault.token_hash(token))
        if opened is not None:
            return Opened(opened["store"], opened["order_id"], opened["file"])
    row = await _see(connection, token)
    # Used up between the two questions, where nothing else says why it did not open.
    return Unknown() if row is None else _why_not(row, counts=True, opened=False)


async def _see(connection: Connection, token: str) -> Any:
    if not _TOKEN.fullmatch(token):
        return None
    return await connection.fetchrow(SQL["see"], Vault.token_hash(token), CONTINUES_WITHIN)


def _why_not(row: Any, *, counts: bool, opened: bool = True) -> Opened | Dead:
    store, order_id = row["store"], row["order_id"]
    if row["is_refunded"]:
        return Refunded(store, order_id)
    if row["is_replaced"]:
        return Replaced(store, order_id)
    if row["is_expired"]:
        return Expired(store, order_id, row["expires_at"])
    if not opened or (counts and row["is_used_up"]):
        return UsedUp(store, order_id)
    return Opened(store, order_id, row["file"])
