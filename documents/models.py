"""What each paper shows: plain values, gathered elsewhere, that hold all a paper needs."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from documents.parcel_code import ParcelCode
from orders.logo import Logo
from orders.money import Money
from orders.order import FulfillmentMethod
from orders.paper import PaperFormat
from orders.store import Colour, Language
from orders.words import TIME_ZONE


class Shop(BaseModel, frozen=True):
    """Who sends the goods and the papers."""

    name: str
    address: tuple[str, ...] = ()
    website: str = ""
    phone: str = ""
    mail: str = ""
    tax_number: str = ""
    colour: Colour
    logo: Logo | None = None
    time_zone: str = TIME_ZONE


class Goods(BaseModel, frozen=True):
    """So many pieces of one article, as a packer or a customer reads it."""

    name: str
    quantity: int
    sku: str = ""
    options: tuple[str, ...] = ()


class Share(BaseModel, frozen=True):
    """How many pieces of a row of a pick list are for this order."""

    order_number: str
    quantity: int


class PickRow(BaseModel, frozen=True):
    """One article on one shelf, for all orders of the list together."""

    goods: Goods
    shares: tuple[Share, ...]
    location: str = ""
    barcode: str = ""


class PickOrder(BaseModel, frozen=True):
    """An order on a pick list, with what its packer must know. `is_done`: nothing of it is left to pick."""

    number: str
    customer: str = ""
    method: FulfillmentMethod
    option: str = ""
    comment: str = ""
    staff_note: str = ""
    is_done: bool = False


class PickList(BaseModel, frozen=True):
    language: Language
    shop: Shop
    printed_at: datetime
    orders: tuple[PickOrder, ...]
    rows: tuple[PickRow, ...]


class PackingSlip(BaseModel, frozen=True):
    """What lies in one parcel, for who opens it. `later`: what of the same order is in no parcel yet."""

    language: Language
    shop: Shop
    order_number: str
    placed_at: datetime
    address: tuple[str, ...]
    method: FulfillmentMethod
    option: str = ""
    code: ParcelCode
    goods: tuple[Goods, ...]
    later: tuple[Goods, ...] = ()


class AddressLabel(BaseModel, frozen=True):
    """Where one parcel goes, and which parcel it is."""

    language: Language
    shop: Shop
    order_number: str
    address: tuple[str, ...]
    method: FulfillmentMethod
    option: str = ""
    phone: str = ""
    instructions: str = ""
    code: ParcelCode
    weight_grams: int | None = None
    carrier: str = ""
    tracking_number: str = ""


class InvoiceLine(BaseModel, frozen=True):
    goods: Goods
    unit_price: Money
    cancelled: int = 0
    """How many of them were cancelled before the invoice was made."""

    @property
    def amount(self) -> Money:
        return Money(minor=self.unit_price.minor * self.goods.quantity, currency=self.unit_price.currency)


SumName = Literal["items", "shipping", "fees", "discount", "tax", "cancelled"]


class Sum(BaseModel, frozen=True):
    """What lies between the lines of an invoice and its total; `name` is the end of its key in the words."""

    name: SumName
    amount: Money


class Invoice(BaseModel, frozen=True):
    """An invoice as it is when it is issued. Taxes are those the order came with: none is worked out."""

    language: Language
    shop: Shop
    number: str
    issued_at: datetime
    order_number: str
    placed_at: datetime
    address: tuple[str, ...]
    lines: tuple[InvoiceLine, ...]
    sums: tuple[Sum, ...]
    total: Money
    included_tax: Money | None = None
    """The part of the total that is tax, where the prices hold it."""
    paid: Money
    due: Money
    payment_method: str = ""
    payment_reference: str = ""
    how_to_pay: str = ""


class Paper(BaseModel, frozen=True):
    """A paper, ready to print. `is_substituted`: a character on it had to be replaced."""

    content: bytes
    format: PaperFormat = PaperFormat.PDF
    is_substituted: bool = False
