"""What the order page shows of the people and the money: addresses, terms, sums, and what came in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from babel import Locale
from pydantic import BaseModel

from db.reading import Kept
from orders.money import Money
from orders.order import Address, Order
from orders.store import Language
from orders.words import say, write

_LOCALES: Final[Mapping[Language, str]] = {"en": "en_GB", "nl": "nl_NL"}


class MoneyRow(BaseModel, frozen=True):
    name: str
    amount: str


class MovementView(BaseModel, frozen=True):
    status: str
    amount: str
    at: datetime
    reference: str


class PaymentView(BaseModel, frozen=True):
    terms: str
    method: str
    reference: str
    sums: tuple[MoneyRow, ...]
    total: str
    due: str
    movements: tuple[MovementView, ...]


class PersonView(BaseModel, frozen=True):
    name: str
    email: str
    phone: str
    shipping: tuple[str, ...]
    billing: tuple[str, ...]
    """Empty where it is the same."""


def person_view(order: Order, language: Language) -> PersonView:
    billing = _address(order.billing_address, language)
    shipping = _address(order.shipping_address, language)
    return PersonView(
        name=order.customer.name,
        email=order.customer.email or "",
        phone=order.customer.phone or "",
        shipping=shipping,
        billing=billing if billing != shipping else (),
    )


def _address(address: Address | None, language: Language) -> tuple[str, ...]:
    if address is None:
        return ()
    town = " ".join(part for part in (address.postal_code, address.city) if part)
    country = str(Locale.parse(_LOCALES[language]).territories.get(address.country, address.country))
    parts = (address.name, address.company, *address.lines, town, address.state, country, address.phone)
    return tuple(part for part in parts if part)


def payment_view(kept: Kept, language: Language) -> PaymentView:
    order = kept.order
    totals = order.totals

    def row(name: str, amount: object) -> MoneyRow:
        money = Money.of(amount, order.currency)  # type: ignore[arg-type]
        return MoneyRow(name=say(language, f"desk_order.sum.{name}"), amount=write(language, money))

    tax = "tax_included" if totals.tax_included else "tax"
    sums = [row("items", totals.items)]
    for name, amount in (
        ("shipping", totals.shipping),
        ("fees", totals.fees),
        ("discount", -totals.discount),
        (tax, totals.tax),
    ):
        if amount:
            sums.append(row(name, amount))
    return PaymentView(
        terms=say(language, f"desk_order.terms.{order.payment.kind}"),
        method=order.payment.method,
        reference=order.payment.reference or "",
        sums=tuple(sums),
        total=write(language, order.total),
        due=write(language, kept.plan.money(kept.due_minor)) if kept.due_minor else "",
        movements=tuple(
            MovementView(
                status=say(language, f"desk_order.movement.{each.status}"),
                amount=write(language, Money(minor=each.amount_minor, currency=each.currency)),
                at=each.at,
                reference=each.reference or "",
            )
            for each in kept.facts.payments
        ),
    )
