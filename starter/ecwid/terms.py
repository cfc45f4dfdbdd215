"""The money of an order: what was agreed, how it is paid, and what came in or went back."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from orders.money import Money
from orders.order import Fulfillment, FulfillmentMethod, Line, PaymentTerms, Totals
from orders.store import PaymentKind
from starter.ecwid.notes import Refused
from starter.ecwid.part import Part, number
from starter.ecwid.statuses import Paid, Standing

NOTHING: Final = Decimal(0)
# Names that can mean nothing else. Everything not listed is paid beforehand, so no goods leave on a guess.
AT_THE_DOOR: Final = frozenset(
    {
        "cash on delivery",
        "cod",
        "pay on delivery",
        "payment on delivery",
        "rembours",
        "onder rembours",
        "betalen bij bezorging",
        "betalen bij aflevering",
        "contant bij aflevering",
        "contant bij bezorging",
    }
)
AT_THE_COUNTER: Final = frozenset(
    {
        "pay at pickup",
        "pay on pickup",
        "cash on pickup",
        "pay in store",
        "betalen bij afhalen",
        "contant bij afhalen",
        "betalen in de winkel",
    }
)
BY_OTHER_MEANS: Final = frozenset(
    {
        "offline",
        "manual",
        "bank transfer",
        "wire transfer",
        "bankoverschrijving",
        "overboeking",
        "overschrijving",
        "phone order",
        "phone ordering",
        "purchase order",
        "invoice",
        "factuur",
        "op rekening",
        "cash",
        "contant",
        "check",
        "cheque",
        "money order",
    }
)


def totals_of(body: Part, lines: tuple[Line, ...], fulfillment: Fulfillment | None, currency: str) -> Totals:
    """The totals as the store gives them; `total` is what the customer was asked for, after gift cards.

    Totals has no field for money that was paid with a gift card, loyalty points or store credit. It is
    counted as discount where the store's own sum closes that way, and said in a warning either way.
    """
    total = body.amount("total", currency)
    if total is None:
        raise Refused("ecwid.no_total", "total")
    items = body.amount("subtotal", currency)
    if items is None:
        items = sum((line.unit_price * line.quantity for line in lines), NOTHING)
        body.notes.warn("ecwid.no_subtotal")
    shipping = body.part("shippingOption").amount("shippingRate", currency) or NOTHING
    if fulfillment is not None:
        shipping = fulfillment.price
    fees = _fees(body, currency)
    discount = _discount(body, currency)
    tax = body.amount("tax", currency) or NOTHING
    tax_included = _tax_included(body)
    credit = _credit(body, currency)
    if credit:
        body.notes.warn("ecwid.paid_with_credit", amount=Money.of(credit, currency))
        asked = items + shipping + fees + (NOTHING if tax_included else tax) - discount
        if asked - credit == total:
            discount += credit
    return Totals(
        items=items,
        shipping=shipping,
        fees=fees,
        discount=discount,
        tax=tax,
        tax_included=tax_included,
        total=total,
    )


def payment_terms_of(body: Part, standing: Standing, method: FulfillmentMethod | None) -> PaymentTerms:
    """How the customer undertook to pay, and whether the store says that the money is in."""
    is_paid = standing.paid in (Paid.YES, Paid.PARTLY_GIVEN_BACK)
    module = body.text("paymentModule", 200)
    reference = body.text("externalTransactionId", 4000) or body.text("paymentReference", 4000)
    if len(reference) > 100:
        body.notes.warn("ecwid.payment_reference_left_out")
        reference = ""
    return PaymentTerms(
        kind=_payment_kind(body, module, method, is_paid=is_paid),
        method=body.text("paymentMethod", 200) or module,
        reference=reference or None,
        status="paid" if is_paid else "unpaid",
    )


def refunded_of(body: Part, currency: str) -> Money | None:
    """What the store says it gave back; None if nothing, or if it does not say how much."""
    amount = body.amount("refundedAmount", currency)
    if amount is None:
        amount = sum(
            (refund.amount("amount", currency) or NOTHING for refund in body.parts("refunds")), NOTHING
        )
    return Money.of(amount, currency) if amount else None


def _payment_kind(body: Part, module: str, method: FulfillmentMethod | None, *, is_paid: bool) -> PaymentKind:
    name = _plain(body.text("paymentMethod", 200))
    provider = _plain(module)
    if not provider or provider in BY_OTHER_MEANS | AT_THE_DOOR:
        if name in AT_THE_DOOR or (name in AT_THE_COUNTER and method is FulfillmentMethod.PICKUP):
            return PaymentKind.CASH_ON_DELIVERY
        if name in BY_OTHER_MEANS or provider or not is_paid:
            return PaymentKind.OFFLINE
    return PaymentKind.ONLINE


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[^a-z]+", " ", name.lower()).split())


def _fees(body: Part, currency: str) -> Decimal:
    handling = body.part("handlingFee").amount("value", currency) or NOTHING
    return handling + sum((_surcharge(fee, currency) for fee in body.parts("customSurcharges")), NOTHING)


def _surcharge(fee: Part, currency: str) -> Decimal:
    total = fee.amount("total", currency)
    if total is None and fee.text("type", 20).upper() in ("ABS", "ABSOLUTE"):
        total = fee.amount("value", currency)
    return total or NOTHING


def _discount(body: Part, currency: str) -> Decimal:
    """Ecwid's `discount` holds every discount but the coupon's; if it is missing its parts are added up."""
    coupon = body.amount("couponDiscount", currency) or NOTHING
    given = body.amount("discount", currency)
    if given is not None:
        return given + coupon
    names = ("volumeDiscount", "membershipBasedDiscount", "totalAndMembershipBasedDiscount")
    parts = [body.amount(name, currency) or NOTHING for name in names]
    own = body.values.get("customDiscount")
    if isinstance(own, list):
        parts += [body.money("customDiscount", value, currency) for value in own]
    return coupon + sum(parts, NOTHING)


def _credit(body: Part, currency: str) -> Decimal:
    """What was paid with a gift card, loyalty points and store credit together."""
    credit = body.amount("giftCardRedemption", currency) or NOTHING
    for name in ("loyalty", "storeCredit"):
        credit += _redeemed(body, name, currency)
    return credit


def _redeemed(body: Part, name: str, currency: str) -> Decimal:
    # Ecwid writes it as a number in one place and as an object in another. Neither is in its reference.
    holder = body.values.get(name)
    redemption = holder.get("redemption") if isinstance(holder, Mapping) else None
    if isinstance(redemption, Mapping):
        redemption = None if redemption.get("cancelled") is True else redemption.get("amount")
    return body.money(name, redemption, currency) if number(redemption) is not None else NOTHING


def _tax_included(body: Part) -> bool:
    said = body.truth("pricesIncludeTax")
    if said is not None:
        return said
    # Older orders say it tax by tax.
    taxes = [tax.truth("includeInPrice") for item in body.parts("items") for tax in item.parts("taxes")]
    return bool(taxes) and all(taxes)
