"""The customer's order page: its link, and the browsers that were let in by it."""

import re
import secrets
from datetime import timedelta
from typing import Final, NamedTuple

import asyncpg

from db.pool import Connection
from db.queries import load
from db.vault import Vault
from orders.errors import OrderNotFound

SQL = load("order_pages")
LIVES_AFTER_THE_END: Final = timedelta(days=180)
"""A link opens as long as its order goes on, and so long after that."""
LIVES_ANEW: Final = timedelta(days=30)
"""One that was given anew lives so long at least."""
VISIT: Final = timedelta(days=30)
"""So long a browser is let in by its cookie; after that the link from the mail opens the page again."""
PASS: Final = timedelta(minutes=2)
MOST_VISITS: Final = 50
"""Browsers per link; of more, those that came first are forgotten. Mail scanners open links too."""
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class FoundPage(NamedTuple):
    """The order a link leads to. `has_ended`: it opens nothing any more."""

    store: str
    order_id: str
    token_hash: bytes
    has_ended: bool


class Visit(NamedTuple):
    """A browser that was let in. `is_first`: it shows its cookie for the first time. `sequence` counts what
    happened to the order."""

    page: FoundPage
    is_first: bool
    sequence: int


class LetIn(NamedTuple):
    """What a browser is given: a cookie, and a pass, good for a moment, in case it refuses that."""

    cookie: str
    pass_: str


def token_parts(store: str, order_id: str, issue: int) -> tuple[str, ...]:
    """What the link's secret is derived from: the first one from the order alone."""
    return ("page", store, order_id, str(issue)) if issue else ("page", store, order_id)


async def find_page(connection: Connection, token: str) -> FoundPage | None:
    """Whose page this token opens, or opened; None if nobody's."""
    if not _TOKEN.fullmatch(token):
        return None
    row = await connection.fetchrow(SQL["by_token"], Vault.token_hash(token), LIVES_AFTER_THE_END, LIVES_ANEW)
    return None if row is None else _found(row)


async def let_in(connection: Connection, page: FoundPage) -> LetIn:
    """Let a browser in that opened the link."""
    given = LetIn(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
    async with connection.transaction():
        await connection.execute(SQL["end_old"])
        hashes = (Vault.token_hash(given.cookie), Vault.token_hash(given.pass_))
        await connection.execute(SQL["let_in"], *hashes, page.token_hash, VISIT)
        await connection.execute(SQL["end_oldest"], page.token_hash, MOST_VISITS)
    return given


async def find_visit(connection: Connection, cookie: str) -> Visit | None:
    """The visit this cookie belongs to; None if it ended, or the link it came by was replaced."""
    if not _TOKEN.fullmatch(cookie):
        return None
    row = await connection.fetchrow(
        SQL["by_cookie"], Vault.token_hash(cookie), LIVES_AFTER_THE_END, LIVES_ANEW
    )
    return None if row is None else Visit(_found(row), row["is_first"], row["sequence"])


async def came_back(connection: Connection, cookie: str) -> None:
    """The browser has shown its cookie: the pass is not needed any more."""
    await connection.execute(SQL["came_back"], Vault.token_hash(cookie))


async def use_pass(connection: Connection, pass_: str) -> tuple[str, str] | None:
    """Store and id of the order whose page a browser without cookies has just opened; once, and only within
    PASS of that."""
    if not _TOKEN.fullmatch(pass_):
        return None
    row = await connection.fetchrow(SQL["by_pass"], Vault.token_hash(pass_), PASS)
    return None if row is None else (row["store"], row["order_id"])


async def replace_link(connection: Connection, vault: Vault, store: str, order_id: str) -> str:
    """Give the page a new link, and answer its token. The old one opens nothing from now on, and nobody who
    came by it is let in any more. Raises OrderNotFound."""
    async with connection.transaction():
        row = await connection.fetchrow(SQL["lock"], store, order_id)
        if row is None:
            raise OrderNotFound(order_id)
        issue = row["page_issue"] + 1
        token = vault.token(*token_parts(store, order_id, issue))
        await connection.execute(SQL["end_visits"], row["page_token_hash"])
        await connection.execute(SQL["replace"], store, order_id, issue, Vault.token_hash(token))
    return token


def _found(row: asyncpg.Record) -> FoundPage:
    return FoundPage(row["store"], row["order_id"], row["page_token_hash"], row["has_ended"])
