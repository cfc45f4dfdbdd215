"""Gift cards: one per unit sold, worth the sum of its entries, never below nothing."""

from datetime import datetime
from typing import Final, NamedTuple

from pydantic import BaseModel, Field

from db.pool import Connection
from db.queries import load
from db.vault import Vault
from orders.codes import new_gift_card_code, read_code, write_code
from orders.money import Money

SQL = load("gift_cards")
PURPOSE: Final = "gift card"
ISSUED: Final = "issued:"
"""The id of a card's first entry begins so; no other entry's may."""


class GiftCard(BaseModel, frozen=True):
    gift_card_id: int
    store: str
    order_id: str
    line_id: str
    unit: int
    currency: str
    created_at: datetime


class IssuedCard(BaseModel, frozen=True):
    """A card as its buyer is told of it: `code` in groups, and what it was worth when it was made."""

    gift_card_id: int
    line_id: str
    unit: int
    code: str = Field(repr=False)
    amount: Money


async def issue_cards(
    connection: Connection,
    vault: Vault,
    store: str,
    order_id: str,
    line_id: str,
    units: int,
    amount_minor: int,
    currency: str,
    now: datetime,
) -> int:
    """Make a card worth `amount_minor` for each unit from 1 to `units` that has none, with its first entry,
    all or none; the number made now. A unit gets one card however often, and at once, this is asked."""
    rows = await connection.fetch(SQL["units_with_a_card"], store, order_id, line_id)
    have = {row["unit"] for row in rows}
    wanted = [unit for unit in range(1, units + 1) if unit not in have]
    if not wanted:
        return 0
    # Where another makes the same card in this moment, the constraint lets one pass; the other's code was
    # never kept and nobody has seen it.
    codes = [new_gift_card_code() for _ in wanted]
    made = await connection.fetch(
        SQL["issue"],
        store,
        order_id,
        line_id,
        currency,
        amount_minor,
        now,
        wanted,
        [vault.keyed_hash(PURPOSE, code) for code in codes],
        [
            vault.seal(PURPOSE, code.encode(), _place(store, order_id, line_id, unit))
            for unit, code in zip(wanted, codes, strict=True)
        ],
    )
    return len(made)


async def codes(connection: Connection, vault: Vault, store: str, order_id: str) -> tuple[IssuedCard, ...]:
    """The cards of an order with their codes, in the order of its lines: for the customer's eyes only.
    Raises CannotOpen if the secret key that sealed them is gone."""
    cards = []
    for row in await connection.fetch(SQL["codes"], store, order_id):
        values = dict(row)
        place = _place(store, order_id, values["line_id"], values["unit"])
        code = vault.open(PURPOSE, values.pop("code_sealed"), place).decode()
        amount = Money(minor=values.pop("amount_minor"), currency=values.pop("currency"))
        cards.append(IssuedCard(code=write_code(code), amount=amount, **values))
    return tuple(cards)


async def find(connection: Connection, vault: Vault, code: str) -> GiftCard | None:
    """The card of the code a person typed; None if we made no such card. Raises CodeMistyped for what
    cannot be a code, without asking the database."""
    hashes = list(vault.keyed_hashes(PURPOSE, read_code(code)))
    row = await connection.fetchrow(SQL["find"], hashes)
    return None if row is None else GiftCard(**dict(row))


async def balance(connection: Connection, gift_card_id: int) -> int:
    """What the card is worth now, in minor units of its currency: the sum of its entries."""
    return int(await connection.fetchval(SQL["balance"], gift_card_id) or 0)


class Redeemed(NamedTuple):
    """The amount was taken off the card, now or when the same entry was asked before."""

    balance_minor: int
    repeated: bool = False


class NotEnough(NamedTuple):
    """Nothing was taken: the card is worth less than was asked."""

    balance_minor: int


class NoSuchCard(NamedTuple):
    pass


class EntryDiffers(NamedTuple):
    """Nothing was taken: something else was entered under this id before."""


async def redeem(
    connection: Connection, gift_card_id: int, amount_minor: int, entry_id: str, cause: str
) -> Redeemed | NotEnough | NoSuchCard | EntryDiffers:
    """Take an amount off a card, all of it or nothing, once for each `entry_id`. Any number may ask at once:
    the card is never worth less than nothing. ValueError for an amount or an entry id that cannot be."""
    if amount_minor <= 0:
        raise ValueError("an amount to redeem is more than nothing")
    if not entry_id or entry_id.startswith(ISSUED):
        raise ValueError(f"an entry id is not empty and does not begin with {ISSUED!r}")
    async with connection.transaction():
        # From here to the commit nobody else changes this card. What is summed next sees all before.
        if await connection.fetchval(SQL["lock"], gift_card_id) is None:
            return NoSuchCard()
        entry = await connection.fetchrow(SQL["entry"], entry_id)
        worth = await balance(connection, gift_card_id)
        if entry is not None:
            same = tuple(entry) == (gift_card_id, -amount_minor, cause)
            return Redeemed(worth, repeated=True) if same else EntryDiffers()
        if worth < amount_minor:
            return NotEnough(worth)
        added = await connection.fetchval(SQL["add_entry"], entry_id, gift_card_id, -amount_minor, cause)
        # Taken since we looked: only by an entry of another card, as this one is ours now.
        return EntryDiffers() if added is None else Redeemed(worth - amount_minor)


def _place(store: str, order_id: str, line_id: str, unit: int) -> str:
    return f"{store}/{order_id}/{line_id}/{unit}"
