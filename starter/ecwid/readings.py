"""A reading: what became of one order that an Ecwid store sent."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field

from orders.money import Money
from orders.order import Address, Order
from orders.sentence import Sentence

PARTIALLY_REFUNDED: Final = "partially_refunded"
WITHDRAWAL_REQUESTED: Final = "withdrawal_requested"
GIFT_CARD_SPENT_TWICE: Final = "gift_card_spent_twice"
HOLDS: Final = (PARTIALLY_REFUNDED, WITHDRAWAL_REQUESTED, GIFT_CARD_SPENT_TWICE)
"""Every reason for which an order that was read waits for a person before anything is handed over."""

UNKNOWN_ADDRESS: Final = Address(lines=("—",), country="ZZ")
"""Where a past order went when its store does not say. ZZ is the code for a country nobody named."""
UNKNOWN_FILE: Final = "—"
"""What a past line held when its store names no file. It is never handed out: history has no workflow."""


class _Noun(BaseModel, frozen=True, extra="forbid"):
    pass


class Live(_Noun):
    """An order to be fulfilled from the beginning, held for the reasons in `holds`.

    `paid` is what the store says came in and `refunded` what it says went back; both move no money.
    """

    kind: Literal["live"] = "live"
    order: Order
    warnings: tuple[Sentence, ...] = ()
    paid: Money | None = None
    refunded: Money | None = None
    holds: tuple[str, ...] = ()


class History(_Noun):
    """An order that is over: it belongs in the list, with no workflow and no mail.

    Both statuses are Ecwid's present words, whatever old word the store used. `order` is a whole Order, so
    what a past order lacks is filled by UNKNOWN_ADDRESS and UNKNOWN_FILE, each with a warning.
    """

    kind: Literal["history"] = "history"
    order: Order
    payment_status: str
    fulfillment_status: str
    tracking_number: str | None = None
    warnings: tuple[Sentence, ...] = ()


class Unreadable(_Noun):
    """An order that was refused: `reason` says why and what to do, `field` where in the order it lies.

    `index` counts the orders of the body from 0.
    """

    kind: Literal["unreadable"] = "unreadable"
    index: int
    order_id: str | None = None
    reason: Sentence
    field: str | None = None


Reading = Annotated[Live | History | Unreadable, Field(discriminator="kind")]
