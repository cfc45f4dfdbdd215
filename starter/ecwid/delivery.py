"""How the goods of an order reach the customer."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from orders.order import Fulfillment, FulfillmentMethod, Line, LineKind
from starter.ecwid.notes import Refused, shown
from starter.ecwid.part import Part, moment

METHODS: Final = {
    "SHIPPING": FulfillmentMethod.SHIPPING,
    "PICKUP": FulfillmentMethod.PICKUP,
    "DELIVERY": FulfillmentMethod.LOCAL_DELIVERY,
}
# Ecwid's own pages spell it both ways.
TYPE_FIELDS: Final = ("fulfillmenttype", "fulfilmenttype")
WISHED_TIMES: Final = (
    ("", "pickupTime"),
    ("extraFields", "ecwid_order_pickup_time"),
    ("extraFields", "ecwid_order_delivery_time_interval_start"),
)


def fulfillment_of(body: Part, lines: tuple[Line, ...], currency: str, *, past: bool) -> Fulfillment | None:
    """Method, option and price; None if no line ships. Refused for a method nobody knows."""
    if not any(line.kind is LineKind.PHYSICAL for line in lines):
        return None
    option = body.part("shippingOption")
    method = _method(option, past=past)
    if not past:
        _say_when_it_is_wished(body)
    instructions = ""
    if method is FulfillmentMethod.PICKUP:
        instructions = option.text("pickupInstruction", 4000, lines=True, is_html=True)
    return Fulfillment(
        method=method,
        option=option.text("shippingMethodName", 200) or option.text("shippingCarrierName", 200),
        price=option.amount("shippingRate", currency) or Decimal(0),
        instructions=instructions,
    )


def _method(option: Part, *, past: bool) -> FulfillmentMethod:
    """The type the store names; else its `isPickup`; else what the option hints at, with a warning."""
    named = _named(option, past=past)
    is_pickup = option.truth("isPickup")
    if named is not None:
        if is_pickup is not None and is_pickup is not (named is FulfillmentMethod.PICKUP):
            option.notes.warn("ecwid.pickup_or_not", method=named.value)
        return named
    if is_pickup is not None:
        return FulfillmentMethod.PICKUP if is_pickup else FulfillmentMethod.SHIPPING
    if option.has("pickupInstruction"):
        option.notes.warn("ecwid.taken_as_pickup")
        return FulfillmentMethod.PICKUP
    option.notes.warn("ecwid.no_shipping_option" if option.says_nothing else "ecwid.taken_as_shipping")
    return FulfillmentMethod.SHIPPING


def _named(option: Part, *, past: bool) -> FulfillmentMethod | None:
    found: set[FulfillmentMethod] = set()
    for name, value in option.values.items():
        if name.casefold() not in TYPE_FIELDS or value is None or value == "":
            continue
        method = METHODS.get(value.strip().upper()) if isinstance(value, str) else None
        if method is None and not past:
            raise Refused("ecwid.unknown_fulfillment_type", option.where(name), value=shown(value))
        if method is not None:
            found.add(method)
    if len(found) > 1:
        raise Refused("ecwid.two_fulfillment_types", option.path)
    return next(iter(found), None)


def _say_when_it_is_wished(body: Part) -> None:
    for part, name in WISHED_TIMES:
        holder = body.values.get(part) if part else body.values
        at = moment(holder.get(name)) if isinstance(holder, Mapping) else None
        if at is not None:
            body.notes.warn("ecwid.wished_time", at=at)
