"""Papers people print: which there are, how one asks for them, and what one gets."""

from enum import StrEnum
from typing import Final, Protocol

from pydantic import BaseModel, Field, model_validator

from orders.commands import ParcelId
from orders.order import OrderId
from orders.problems import WrongField
from orders.store import Language, StoreId

MOST_ORDERS: Final = 200
"""On one print."""
MOST_LINES_AT_ONCE: Final = 4000
"""Of all orders of one print together: what a print takes of the memory grows with them."""


class PaperKind(StrEnum):
    PICK_LIST = "pick_list"
    PACKING_SLIP = "packing_slip"
    INVOICE = "invoice"
    ADDRESS_LABEL = "address_label"


class LabelSize(StrEnum):
    FOUR_BY_SIX = "4x6"
    """4 by 6 inches, as thermal printers have it."""
    A6 = "a6"


class PaperFormat(StrEnum):
    PDF = "pdf"
    ZPL = "zpl"
    """For thermal printers; labels only."""


MEDIA_TYPES: Final = {PaperFormat.PDF: "application/pdf", PaperFormat.ZPL: "application/zpl"}


class OrderName(BaseModel, frozen=True, extra="forbid"):
    """An order; its store only where two stores have this id."""

    order_id: OrderId
    store: StoreId | None = None


class PaperWish(BaseModel, frozen=True, extra="forbid"):
    """Papers of one kind for these orders, in this order, as one print. With `leave_out`, orders that have no
    such paper are left out; else one of them is a reason to refuse."""

    kind: PaperKind
    orders: tuple[OrderName, ...] = Field(min_length=1, max_length=MOST_ORDERS)
    size: LabelSize = Field(default=LabelSize.FOUR_BY_SIX, description="Of address labels.")
    format: PaperFormat = PaperFormat.PDF
    parcel: ParcelId | None = Field(default=None, description="This parcel alone; for one order.")
    leave_out: bool = False

    @model_validator(mode="after")
    def _can_be_made(self) -> "PaperWish":
        if self.format is PaperFormat.ZPL and self.kind is not PaperKind.ADDRESS_LABEL:
            raise WrongField("format", "zpl_only_for_labels")
        if self.parcel is not None and len(self.orders) > 1:
            raise WrongField("parcel", "parcel_of_one_order")
        return self


class Printed(BaseModel, frozen=True):
    """What comes out of the printer. `is_substituted`: a character on it had to be replaced; `left_out`: the
    orders without such a paper, as store/order."""

    content: bytes
    format: PaperFormat
    file_name: str
    is_substituted: bool = False
    left_out: tuple[str, ...] = ()


class Asker(BaseModel, frozen=True):
    """Who asks for a paper: `stores` are those they may see (None: all), and `may_issue` whether an order may
    get its invoice, with its number, by their asking."""

    actor: str
    language: Language = "en"
    stores: tuple[str, ...] | None = None
    may_issue: bool = True


class PaperMaker(Protocol):
    """Makes papers of what is known of the orders."""

    async def make(self, wish: PaperWish, asker: Asker) -> Printed:
        """The papers that are asked for, as one print. Raises OrderNotFound, Refused for an order that has no
        such paper, and Unavailable while too many are being made."""
        ...
