"""Money: whole minor units with a currency, and how amounts are written at the door."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, PlainSerializer, WithJsonSchema

from orders.unfit import unfit

# ISO 4217: currencies whose minor unit is not the hundredth. A test holds this table against Babel's.
EXPONENTS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF"), 0),
    **dict.fromkeys(("UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
LARGEST_AMOUNT: Final = Decimal("1000000000")
_WRITTEN: Final = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")


def exponent(currency: str) -> int:
    """How many decimals an amount in this currency has."""
    return EXPONENTS.get(currency, 2)


class Money(BaseModel, frozen=True):
    """An amount of money: `minor` counts cents, yen or fils, whatever the currency's smallest unit is."""

    minor: int
    currency: str = Field(pattern=r"^[A-Z]{3}$")

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> "Money":
        """The amount in minor units; ValueError if it has more decimals than its currency."""
        scaled = amount.scaleb(exponent(currency))
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{amount} has more decimals than {currency} has")
        return cls(minor=int(scaled), currency=currency)

    @property
    def decimal(self) -> Decimal:
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def __str__(self) -> str:
        return f"{written(self.minor, self.currency)} {self.currency}"


def written(minor: int, currency: str) -> str:
    """The amount as a decimal string, as the door writes it: 6395 in EUR is "63.95"."""
    places = exponent(currency)
    return f"{Decimal(minor).scaleb(-places):.{places}f}"


def _must_be_a_string(value: Any) -> Any:
    # A JSON number passes through binary floating point in most clients; money must not.
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise unfit("amount_not_text")
    if isinstance(value, str) and not _WRITTEN.fullmatch(value):
        # Decimal also reads "1_000", "1e3", " 1" and the digits of other scripts: each another way to err.
        raise unfit("amount_not_plain")
    return value


def _within_reason(value: Decimal) -> Decimal:
    if not value.is_finite() or abs(value) > LARGEST_AMOUNT:
        raise unfit("amount_too_large", most=int(LARGEST_AMOUNT))
    exponent_ = value.as_tuple().exponent
    if not isinstance(exponent_, int) or exponent_ < -3:
        raise unfit("amount_too_fine")
    return value


Amount = Annotated[
    Decimal,
    BeforeValidator(_must_be_a_string),
    Field(ge=0),
    AfterValidator(_within_reason),
    PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,9}(\.[0-9]{1,3})?$", "examples": ["12.50"]}),
]
"""A decimal string at the door; never negative, never a float."""
