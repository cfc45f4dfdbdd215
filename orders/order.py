"""An order: what was bought, by whom, and where it goes."""

import unicodedata
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
    model_validator,
)

from orders.money import Amount, Money
from orders.problems import WrongField
from orders.store import MOST_IN_STOCK, MailAddress, PaymentKind, StoreId
from orders.unfit import unfit

MOST_LINES: Final = 1000
MOST_GIFT_CARDS_PER_LINE: Final = 100
EARLIEST_YEAR: Final = 1970
LATEST_YEAR: Final = 2199


def _storable(text: str) -> str:
    # PostgreSQL keeps neither; refusing them here keeps a bad name from becoming an error later.
    if "\x00" in text:
        raise unfit("nul_character")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise unfit("surrogate")
    return text


def is_visible(text: str) -> bool:
    """Whether a reader sees anything of it."""
    return any(unicodedata.category(character)[0] not in "CZ" for character in text)


def _visible(text: str) -> str:
    if not is_visible(text):
        raise unfit("invisible")
    return text


def in_our_time(moment: datetime) -> datetime:
    """The moment, if it is one of ours: the first and the last hours of the calendar cannot be told in
    another time zone. Raises ValueError otherwise."""
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        raise unfit("not_in_our_time", first=EARLIEST_YEAR, last=LATEST_YEAR)
    return moment


def _whole(value: object) -> object:
    # To JSON, 2.0 is as whole a number as 2.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def written_out(value: object) -> object:
    """The value, unless it is a number for a moment. Raises ValueError for one."""
    # A bare number would be taken for seconds, or for milliseconds, whichever is nearer to our time.
    if isinstance(value, int | float) or (isinstance(value, str) and "-" not in value[1:]):
        raise unfit("not_a_moment")
    return value


Whole = Annotated[int, BeforeValidator(_whole)]
# The limits stand inside: on what may also be left out, pydantic would not write them into the schema.
Grams = Annotated[int, Field(ge=0, le=1_000_000, strict=True), BeforeValidator(_whole)]
Count = Annotated[int, Field(ge=0, le=MOST_IN_STOCK, strict=True), BeforeValidator(_whole)]
PlacedAt = Annotated[AwareDatetime, BeforeValidator(written_out)]
Text = Annotated[str, AfterValidator(_storable), Field(json_schema_extra={"pattern": r"^[^\u0000]*$"})]
Name = Annotated[Text, StringConstraints(max_length=200)]
Label = Annotated[Text, StringConstraints(min_length=1, max_length=300)]
LongText = Annotated[Text, StringConstraints(max_length=4000)]
OrderId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
LineId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Locale = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$")]
FileName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=r"^[^/\\\x00-\x1f\x7f]+$"),
    AfterValidator(_storable),
]
Email = MailAddress
# Mails and pages call an order by its number: one that nobody sees would be no name at all.
Number = Annotated[
    str, StringConstraints(min_length=1, max_length=60), AfterValidator(_storable), AfterValidator(_visible)
]


class _Noun(BaseModel, frozen=True, extra="forbid"):
    pass


class LineKind(StrEnum):
    PHYSICAL = "physical"
    DIGITAL = "digital"
    GIFT_CARD = "gift_card"


class FulfillmentMethod(StrEnum):
    SHIPPING = "shipping"
    LOCAL_DELIVERY = "local_delivery"
    PICKUP = "pickup"
    NONE = "none"
    """Nothing to pick: only downloads and gift cards."""


class Customer(_Noun):
    name: Name = ""
    email: Email | None = None
    phone: Annotated[Text, StringConstraints(max_length=50)] | None = None


class Address(_Noun):
    name: Name = ""
    company: Name = ""
    lines: tuple[Label, ...] = Field(min_length=1, max_length=6)
    postal_code: Annotated[Text, StringConstraints(max_length=20)] = ""
    city: Name = ""
    state: Name = ""
    country: Country
    phone: Annotated[Text, StringConstraints(max_length=50)] | None = None


class Line(_Noun):
    """A product, how many, and at what price. A physical line may carry files besides. `barcode` is what a
    scanner reads off the product, `location` the shelf it lies on. `stock_left` is how many of it the shop
    had left when the order was placed, as its platform counts: None where nobody counts."""

    line_id: LineId
    kind: LineKind
    sku: Annotated[Text, StringConstraints(max_length=100)] = ""
    name: Label
    quantity: Whole = Field(ge=1, le=9999, strict=True)
    unit_price: Amount
    weight_grams: Grams | None = None
    options: tuple[Label, ...] = Field(default=(), max_length=50)
    files: tuple[FileName, ...] = Field(default=(), max_length=50)
    barcode: Annotated[Text, StringConstraints(max_length=60)] = ""
    location: Annotated[Text, StringConstraints(max_length=40)] = ""
    stock_left: Count | None = None

    @model_serializer(mode="wrap")
    def _as_it_was(self, write: SerializerFunctionWrapHandler) -> Any:
        # An order is known again by all its fields. Those that came later are written only where they say
        # something, so that an order from before them is still the same order.
        written = write(self)
        for name, nothing in (("barcode", ""), ("location", ""), ("stock_left", None)):
            if name in written and written[name] == nothing:
                del written[name]
        return written

    @model_validator(mode="after")
    def _can_be_fulfilled(self) -> "Line":
        if self.kind is LineKind.DIGITAL and not self.files:
            raise WrongField("files", "no_files")
        if self.kind is LineKind.GIFT_CARD:
            if self.files:
                raise WrongField("files", "gift_card_with_files")
            if self.quantity > MOST_GIFT_CARDS_PER_LINE:
                raise WrongField("quantity", "too_many_gift_cards", most=MOST_GIFT_CARDS_PER_LINE)
            if self.unit_price <= 0:
                raise WrongField("unit_price", "gift_card_worth_nothing")
        return self


class Fulfillment(_Noun):
    method: FulfillmentMethod
    option: Name = ""
    price: Amount = Decimal(0)
    instructions: LongText = ""


class PaymentTerms(_Noun):
    """How the customer undertook to pay; `status` is "paid" when the money was in before the order came."""

    kind: PaymentKind
    method: Name = ""
    reference: Annotated[Text, StringConstraints(max_length=100)] | None = None
    status: Literal["unpaid", "paid"] = "unpaid"


class Totals(_Noun):
    """What the customer was shown. `total` is items + shipping + fees + tax - discount, unless the prices
    already hold the tax (`tax_included`)."""

    items: Amount
    shipping: Amount = Decimal(0)
    fees: Amount = Decimal(0)
    discount: Amount = Decimal(0)
    tax: Amount = Decimal(0)
    tax_included: bool = False
    total: Amount


class Order(_Noun):
    """What a checkout hands over. A bad order cannot be built, so nothing downstream asks again."""

    order_id: OrderId
    store: StoreId = "default"
    number: Number
    placed_at: PlacedAt
    currency: Currency
    locale: Locale | None = None
    customer: Customer = Customer()
    billing_address: Address | None = None
    shipping_address: Address | None = None
    lines: tuple[Line, ...] = Field(min_length=1, max_length=MOST_LINES)
    fulfillment: Fulfillment | None = None
    payment: PaymentTerms
    totals: Totals
    comment: LongText = ""
    staff_note: LongText = ""
    notify_customer: bool = True
    """False: this order's customer gets no mail at all (Ecwid's `disableAllCustomerNotifications`)."""

    @model_validator(mode="after")
    def _can_be_fulfilled(self) -> "Order":
        seen: set[str] = set()
        for index, line in enumerate(self.lines):
            if line.line_id in seen:
                raise WrongField(f"lines.{index}.line_id", "line_id_twice")
            seen.add(line.line_id)
        for field, amount in self._amounts():
            try:
                Money.of(amount, self.currency)
            except ValueError:
                raise WrongField(field, "too_many_decimals", currency=self.currency) from None
        if self.method is FulfillmentMethod.NONE and self.has_goods:
            raise WrongField("fulfillment", "no_fulfillment")
        travels = self.method in (FulfillmentMethod.SHIPPING, FulfillmentMethod.LOCAL_DELIVERY)
        if travels and self.shipping_address is None:
            raise WrongField("shipping_address", "no_shipping_address")
        return self

    def _amounts(self) -> Iterator[tuple[str, Decimal]]:
        for index, line in enumerate(self.lines):
            yield f"lines.{index}.unit_price", line.unit_price
        for name in ("items", "shipping", "fees", "discount", "tax", "total"):
            yield f"totals.{name}", getattr(self.totals, name)
        if self.fulfillment is not None:
            yield "fulfillment.price", self.fulfillment.price

    @property
    def has_goods(self) -> bool:
        return any(line.kind is LineKind.PHYSICAL for line in self.lines)

    @property
    def method(self) -> FulfillmentMethod:
        if self.fulfillment is None or not self.has_goods:
            return FulfillmentMethod.NONE
        return self.fulfillment.method

    @property
    def total(self) -> Money:
        return Money.of(self.totals.total, self.currency)


def sums_that_differ(order: Order) -> tuple[str, ...]:
    """The fields of the order whose money does not add up; empty when it all does.

    Ecwid's own published orders do not close either way, so a foreign order is kept as given and warned
    about; our own format is refused.
    """
    totals = order.totals
    wrong = []
    if totals.items != sum((line.unit_price * line.quantity for line in order.lines), Decimal(0)):
        wrong.append("totals.items")
    added = Decimal(0) if totals.tax_included else totals.tax
    if totals.total != totals.items + totals.shipping + totals.fees + added - totals.discount:
        wrong.append("totals.total")
    if order.fulfillment is not None and order.fulfillment.price != totals.shipping:
        wrong.append("totals.shipping")
    return tuple(wrong)
