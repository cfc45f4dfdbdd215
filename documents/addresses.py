"""An address as the post of its country reads it."""

from functools import cache
from typing import Final

from orders.order import Address
from orders.store import Language

_CITY_STATE_CODE: Final = ("AU", "BR", "CA", "US")
"""Countries that write "Portland OR 97205"."""
_CODE_BELOW: Final = ("GB", "GG", "HU", "IE", "IM", "JE")
"""Countries that write the postal code on a line of its own, below the city."""


def address_lines(address: Address, language: Language) -> tuple[str, ...]:
    """Name, company, street, town and country, from top to bottom; empty lines left out."""
    lines = (
        address.name,
        address.company if address.company != address.name else "",
        *address.lines,
        *_town(address),
        _country(address.country, language).upper(),
    )
    return tuple(line for line in lines if line.strip())


def _town(address: Address) -> tuple[str, ...]:
    if address.country in _CODE_BELOW:
        return (address.city, address.state, address.postal_code)
    if address.country in _CITY_STATE_CODE:
        return (_joined(address.city, address.state, address.postal_code),)
    return (_joined(address.postal_code, _joined(address.city, address.state)),)


def _joined(*parts: str) -> str:
    return " ".join(part.strip() for part in parts if part.strip())


@cache
def _country(code: str, language: Language) -> str:
    from babel import Locale

    return str(Locale(language).territories.get(code, code))
