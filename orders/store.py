"""A store: how it looks to its customers, what it allows, and how long it waits."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from orders.mail import MailKind
from orders.unfit import unfit

Language = Literal["en", "nl"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "nl")

StoreId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
ShortText = Annotated[str, StringConstraints(max_length=200)]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
MOST_IN_STOCK: Final = 1_000_000_000
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"


def _no_encoded_word(address: str) -> str:
    # Some readers decode "=?…?=" wherever it stands, and so find another address than the one we saw.
    if "=?" in address:
        raise unfit("encoded_word")
    return address


MailAddress = Annotated[
    str,
    StringConstraints(max_length=254, pattern=rf"^(?:{_ATOM})(?:\.{_ATOM})*@(?:{_LABEL})(?:\.{_LABEL})*$"),
    AfterValidator(_no_encoded_word),
]
"""One plain address, as RFC 5321 writes it without quotes: a mail to it can make no header."""


class PaymentKind(StrEnum):
    """How the customer undertook to pay."""

    ONLINE = "online"
    OFFLINE = "offline"
    CASH_ON_DELIVERY = "cash_on_delivery"
    INVOICE = "invoice"

    @property
    def is_by_hand(self) -> bool:
        """The customer transfers the money, as the shop's own words tell."""
        return self in (PaymentKind.OFFLINE, PaymentKind.INVOICE)


class PaymentPatience(BaseModel, frozen=True, extra="forbid"):
    """How long an unpaid order waits: a reminder first, then it expires. None: it never does by itself."""

    remind_after: timedelta | None = None
    expire_after: timedelta | None = None


DAY: Final = timedelta(days=1)

PAYMENT_PATIENCE: Final[Mapping[PaymentKind, PaymentPatience]] = {
    PaymentKind.ONLINE: PaymentPatience(remind_after=timedelta(hours=4), expire_after=3 * DAY),
    PaymentKind.OFFLINE: PaymentPatience(remind_after=4 * DAY, expire_after=14 * DAY),
    PaymentKind.CASH_ON_DELIVERY: PaymentPatience(),
    PaymentKind.INVOICE: PaymentPatience(remind_after=14 * DAY),
}


class Policy(BaseModel, frozen=True, extra="forbid"):
    """What a store allows its staff, and how long each wait may last before a person is asked."""

    may_skip_steps: bool = Field(default=True, strict=True)
    """`shipped` straight from paid, as the handbook's bulk change does; what is skipped is recorded so."""
    ships_unpaid: tuple[PaymentKind, ...] = (PaymentKind.CASH_ON_DELIVERY, PaymentKind.INVOICE)
    payment: dict[PaymentKind, PaymentPatience] = Field(default_factory=lambda: dict(PAYMENT_PATIENCE))
    pick_within: timedelta = DAY
    pack_within: timedelta = DAY
    hand_over_within: timedelta = 2 * DAY
    deliver_within: timedelta = DAY
    collect_within: timedelta = 7 * DAY
    pay_after_hand_over_within: timedelta = 30 * DAY
    release_within: timedelta = 2 * DAY
    """How long a hold may last before somebody is asked about it."""
    watch_delivery_for: timedelta = 30 * DAY
    """How long a handed-over parcel is watched for `delivered` before the order's workflow ends."""
    silent_mails: tuple[MailKind, ...] = ()
    """Mails this store does not send. Many shops leave "delivered" off, as Ecwid's sample profile does."""


DEFAULT_POLICY: Final = Policy()
"""Frozen, so that all who say nothing else can share it; pydantic would copy a plain default each time."""


class Downloads(BaseModel, frozen=True, extra="forbid"):
    """Life and count of a download link; both as Ecwid's defaults."""

    valid_for: timedelta | None = timedelta(hours=72)
    at_most: int | None = Field(default=None, ge=1, le=1000, strict=True)


class Look(BaseModel, frozen=True, extra="forbid"):
    """What a customer recognises the shop by."""

    name: ShortText = "Pakhuis"
    address: tuple[ShortText, ...] = Field(default=(), max_length=6)
    website: Annotated[str, StringConstraints(max_length=200, pattern=r"^(https?://[^\s<>\"]+)?$")] = ""
    phone: ShortText = ""
    tax_number: ShortText = ""
    """Stands on invoices."""
    colour: Colour = "#1f4e5f"


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]"
Hours = Annotated[
    str, StringConstraints(max_length=60, pattern=rf"^({_CLOCK}-{_CLOCK}(, {_CLOCK}-{_CLOCK}){{0,2}})?$")
]
"""When a place is open on one day, such as "09:00-12:30, 13:30-18:00". Empty: it is closed."""


def _real_day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise unfit("not_a_day") from None
    return text


class SpecialDay(BaseModel, frozen=True, extra="forbid"):
    """A day with hours of its own, such as a holiday."""

    day: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_real_day)]
    hours: Hours = ""


class PickupPlace(BaseModel, frozen=True, extra="forbid"):
    """Where customers collect their orders."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    """An order names its place by this, as its `fulfillment.option`."""
    address: tuple[ShortText, ...] = Field(default=(), max_length=6)
    hours: dict[Weekday, Hours] = {}
    """A day that is not named is a closed one; with no day at all the hours are not told."""
    special_days: tuple[SpecialDay, ...] = Field(default=(), max_length=60)
    instructions: dict[Language, Annotated[str, StringConstraints(max_length=2000)]] = {}


MOST_PLACES: Final = 20
Limit = Annotated[int, Field(ge=0, le=MOST_IN_STOCK, strict=True)]
UnknownMail = Literal["hold", "send_again"]


class StoreSettings(BaseModel, frozen=True, extra="forbid"):
    """Everything a store can set. Kept as JSON in the table `stores`; read with `pakhuis stores`."""

    look: Look = Look()
    language: Language = "en"
    languages: tuple[Language, ...] = LANGUAGES
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "EUR"
    """For foreign orders that name none: Ecwid keeps the currency in the store's profile."""
    time_zone: ShortText = "Europe/Amsterdam"
    mail_from: MailAddress = "orders@pakhuis.example"
    reply_to: MailAddress | None = None
    shop_addresses: tuple[MailAddress, ...] = Field(default=(), max_length=10)
    """Who gets "[store], new order #X" and the attention digests."""
    copy_customer_mails_to: MailAddress | None = None
    how_to_pay: dict[Language, Annotated[str, StringConstraints(max_length=2000)]] = {}
    pickup_instructions: dict[Language, Annotated[str, StringConstraints(max_length=2000)]] = {}
    """What customers read where the place they collect at says nothing of its own."""
    pickup_places: tuple[PickupPlace, ...] = Field(default=(), max_length=MOST_PLACES)
    tracking_links: dict[str, Annotated[str, StringConstraints(max_length=300)]] = {}
    """Per carrier, an address with {tracking_number}, {postal_code} and {country} in it."""
    unknown_mails: dict[MailKind, UnknownMail] = {}
    """What is done about a mail of which neither we nor the relay can say whether it was taken: `hold` it for
    a person, as for every kind that is not named, or `send_again`, the same bytes, once."""
    low_limit: Limit | None = None
    """With so many of a product left, or fewer, the shop is told. None: it is told of no product but those in
    `low_limits`."""
    low_limits: dict[Annotated[str, StringConstraints(min_length=1, max_length=100)], Limit] = Field(
        default={}, max_length=500
    )
    """Limits of single products, by SKU: they go before the general one."""
    digest_every: timedelta = timedelta(hours=1)
    downloads: Downloads = Downloads()
    policy: Policy = Field(default_factory=lambda: DEFAULT_POLICY)

    def language_for(self, locale: str | None) -> Language:
        """The customer's language if the store speaks it, else the store's own."""
        wanted = (locale or "").replace("_", "-").split("-")[0].lower()
        return next((language for language in self.languages if language == wanted), self.language)

    def limit_of(self, sku: str) -> int | None:
        """With how many of this product left the shop is told; None: never."""
        return self.low_limits.get(sku, self.low_limit)

    @property
    def has_limits(self) -> bool:
        return self.low_limit is not None or bool(self.low_limits)

    def pickup_place(self, option: str) -> PickupPlace | None:
        """The place an order is collected at: the one its option names, else the first; None without any."""
        wanted = option.strip().casefold()
        named = (place for place in self.pickup_places if place.name.strip().casefold() == wanted)
        return next(named, self.pickup_places[0] if self.pickup_places else None)
