"""The people of an order: who bought, who pays and where it goes."""

import re
from typing import Final

from pydantic import TypeAdapter, ValidationError

from orders.order import Address, Country, Customer, Email, FulfillmentMethod
from starter.ecwid.notes import Refused
from starter.ecwid.part import Part
from starter.ecwid.readings import UNKNOWN_ADDRESS

EMAIL: Final = TypeAdapter(Email)
COUNTRY: Final = TypeAdapter(Country)
MOST_STREET_LINES: Final = 6
MOST_PHONE: Final = 50
TRAVELS: Final = (FulfillmentMethod.SHIPPING, FulfillmentMethod.LOCAL_DELIVERY)


def name_of(person: Part) -> str:
    """The person's name: as written, else put together, else the company's."""
    whole = person.text("name", 200)
    parts = (person.text("firstName", 100), person.text("lastName", 99))
    return whole or " ".join(part for part in parts if part) or person.text("companyName", 200)


def customer_of(body: Part) -> Customer:
    """Who bought: the one who pays, else the one who receives. An address no mail can reach is left out."""
    billing, shipping = body.part("billingPerson"), body.part("shippingPerson")
    return Customer(
        name=name_of(billing) or name_of(shipping),
        email=_email(body),
        phone=_phone(billing) or _phone(shipping),
    )


def shipping_address_of(body: Part, method: FulfillmentMethod, *, past: bool) -> Address | None:
    """Where the goods go; refused if they travel and nobody says where. The payer's address is not used.

    A past order that travelled to nobody knows where gets UNKNOWN_ADDRESS, with a warning.
    """
    person = body.part("shippingPerson")
    missing = _missing(person)
    if not missing:
        return _address(person)
    if method not in TRAVELS:
        _say_if_left_out(person, missing)
        return None
    if past:
        body.notes.warn("ecwid.past_without_address")
        return UNKNOWN_ADDRESS
    if person.says_nothing:
        raise Refused("ecwid.no_shipping_address", "shippingPerson")
    raise Refused("ecwid.shipping_address_lacks", person.where(missing), field=missing)


def billing_address_of(body: Part) -> Address | None:
    """The payer's address if it is whole; a part of one is left out, with a warning."""
    person = body.part("billingPerson")
    missing = _missing(person)
    if missing:
        _say_if_left_out(person, missing)
        return None
    return _address(person)


def _say_if_left_out(person: Part, missing: str) -> None:
    # A name alone, or a country alone, is what Ecwid keeps of a buyer who was asked for no address.
    if any(person.has(name) for name in ("street", "city", "postalCode")):
        person.notes.warn("ecwid.address_left_out", field=person.path, missing=missing)


def _missing(person: Part) -> str:
    """The field an address cannot do without; empty if it has all."""
    if not _street(person):
        return "street"
    return "" if _country(person) else "countryCode"


def _address(person: Part) -> Address:
    if not person.has("city") and not person.has("postalCode"):
        person.notes.warn("ecwid.address_without_place", field=person.path)
    name, company = name_of(person), person.text("companyName", 200)
    return Address(
        name=name,
        company=company if company != name else "",
        lines=_street(person),
        postal_code=person.text("postalCode", 20),
        city=person.text("city", 200),
        state=person.text("stateOrProvinceCode", 200) or person.text("stateOrProvinceName", 200),
        country=_country(person) or "",
        phone=_phone(person),
    )


def _street(person: Part) -> tuple[str, ...]:
    lines = [line for line in person.text("street", 1000, lines=True).split("\n") if line]
    if len(lines) > MOST_STREET_LINES:
        lines[MOST_STREET_LINES - 1 :] = [", ".join(lines[MOST_STREET_LINES - 1 :])]
    pieces = tuple(piece for line in lines for piece in re.findall(r".{1,300}", line))
    if len(pieces) > MOST_STREET_LINES:
        person.notes.warn("ecwid.text_cut", field=person.where("street"), most=MOST_STREET_LINES * 300)
    return pieces[:MOST_STREET_LINES]


def _country(person: Part) -> str | None:
    try:
        return COUNTRY.validate_python(person.text("countryCode", 60).upper())
    except ValidationError:
        return None


def _phone(person: Part) -> str | None:
    # Half a number rings at a stranger's.
    phone = person.text("phone", 4000)
    if len(phone) > MOST_PHONE:
        person.notes.warn("ecwid.phone_left_out", field=person.where("phone"))
        return None
    return phone or None


def _email(body: Part) -> str | None:
    written = body.text("email", 4000)
    if not written:
        return None
    try:
        return EMAIL.validate_python(written)
    except ValidationError:
        body.notes.warn("ecwid.email_left_out")
        return None
