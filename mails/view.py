"""What a letter's templates see as `mail`: one order, or one digest, as one person is told of it."""

from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field, field_validator

from mails.clean import Line, Lines, Link, is_link, one_line
from orders.colour import luminance
from orders.money import Money
from orders.store import Language, Look

_CODE_GROUP: Final = 5


class _Part(BaseModel, frozen=True, extra="forbid"):
    pass


class ItemView(_Part):
    """A line of the order, or the share of it this mail is about. `unit_price` None: no price is shown."""

    name: Line
    sku: Line = ""
    options: tuple[Line, ...] = ()
    quantity: int = Field(ge=1)
    unit_price: Money | None = None

    @property
    def price(self) -> Money | None:
        """What these units cost together."""
        if self.unit_price is None:
            return None
        return Money(minor=self.unit_price.minor * self.quantity, currency=self.unit_price.currency)


class TotalsView(_Part):
    """The sums as the customer was shown them; a part that is None or nothing gets no row."""

    items: Money
    shipping: Money | None = None
    fees: Money | None = None
    discount: Money | None = None
    tax: Money | None = None
    tax_included: bool = False
    total: Money


def _link_or_nothing(value: Any) -> Any:
    # A store's own setting makes this link: a bad one must not keep the number from the customer.
    return value if isinstance(value, str) and is_link(value) else None


class ParcelView(_Part):
    """One parcel on its way. `more_to_come`: other units of the order follow later."""

    number: Line = ""
    carrier: Line = ""
    tracking_number: Line = ""
    tracking_url: Annotated[str | None, BeforeValidator(_link_or_nothing)] = None
    is_the_only_one: bool = True
    more_to_come: bool = False


class DownloadView(_Part):
    """One file to fetch. None: it never expires, or may be fetched as often as one likes."""

    name: Line
    url: Link
    expires_at: AwareDatetime | None = None
    remaining: int | None = Field(default=None, ge=0)


class GiftCardView(_Part):
    code: Line
    amount: Money

    @property
    def readable_code(self) -> str:
        """The code in groups of five, as people read it out; one that has its own groups stays as it is."""
        if not self.code.isalnum():
            return self.code
        return "-".join(self.code[at : at + _CODE_GROUP] for at in range(0, len(self.code), _CODE_GROUP))


class AttentionView(_Part):
    """Something in an order that needs a person; `owner`, who that is, and `text` are already in the language
    of the mail."""

    order_number: Line
    order_id: Line
    owner: Line
    text: Lines
    since: AwareDatetime
    url: Link | None = None


class LowStockView(_Part):
    """A product of which the shop has `stock_left`, and wants to be told at `low_limit`."""

    name: Line
    sku: Line
    stock_left: int = Field(ge=0)
    low_limit: int = Field(ge=0)


class MailView(_Part):
    """Everything a letter may show, already chosen and in the language's own words where people wrote it.

    Text from outside is cleaned as it enters: lines hold no breaks, nothing holds control characters.
    Which parts a kind of mail cannot do without stands in `mails.letters.NEEDS`.
    """

    language: Language
    time_zone: str = "Europe/Amsterdam"
    shop: Look = Look()
    is_copy: bool = False
    """A copy for the shop of a customer's mail: the subject says so."""

    order_id: Line = ""
    order_number: Line = ""
    placed_at: AwareDatetime | None = None
    customer_name: Line = ""
    customer_email: Line = ""
    customer_phone: Line = ""
    comment: Lines = ""

    items: tuple[ItemView, ...] = ()
    totals: TotalsView | None = None
    billing_address: tuple[Line, ...] = ()
    shipping_address: tuple[Line, ...] = ()
    shipping_option: Line = ""

    payment_method: Line = ""
    payment_reference: Line = ""
    how_to_pay: Lines = ""
    amount_due: Money | None = None
    amount_received: Money | None = None
    amount_back: Money | None = None
    pay_before: AwareDatetime | None = None

    parcel: ParcelView | None = None
    pickup_code: Line = ""
    pickup_instructions: Lines = ""
    collect_before: AwareDatetime | None = None
    downloads: tuple[DownloadView, ...] = ()
    gift_cards: tuple[GiftCardView, ...] = ()

    cancelled_items: tuple[ItemView, ...] = ()
    cancelled_because: Literal["by_shop", "expired"] | None = None

    attention: tuple[AttentionView, ...] = ()
    low_stock: tuple[LowStockView, ...] = ()
    page_url: Link | None = None
    """The customer's own page of this order."""
    desk_url: Link | None = None
    """The order, or the list of what needs a person, at the staff's desk: only in mails to the shop."""

    @field_validator("shop")
    @classmethod
    def _clean_shop(cls, shop: Look) -> Look:
        return shop.model_copy(
            update={
                "name": one_line(shop.name),
                "address": tuple(line for line in map(one_line, shop.address) if line),
                "website": shop.website if is_link(shop.website) else "",
                "phone": one_line(shop.phone),
            }
        )

    @property
    def ink(self) -> str:
        """Black or white, whichever is easier to read on the shop's colour."""
        return "#ffffff" if luminance(self.shop.colour) < 0.3 else "#1b1b1b"

    @property
    def link_colour(self) -> str:
        """The shop's colour where it can be read on white, else nearly black."""
        return self.shop.colour if luminance(self.shop.colour) < 0.18 else "#1b1b1b"
