"""A store's own JSON into readings: each order live, history, or refused with a sentence."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter, ValidationError

from orders.money import Money
from orders.order import FulfillmentMethod, LineKind, Locale, Order, OrderId, is_visible, sums_that_differ
from orders.sentence import sentence
from orders.store import StoreSettings
from starter.ecwid import readings
from starter.ecwid.delivery import fulfillment_of
from starter.ecwid.lines import lines_of
from starter.ecwid.notes import Notes, Refused, shown
from starter.ecwid.parse import MOST_LEVELS, is_too_deep
from starter.ecwid.part import LARGEST_NUMBER, Part, moment
from starter.ecwid.people import billing_address_of, customer_of, shipping_address_of
from starter.ecwid.readings import History, Live, Reading, Unreadable
from starter.ecwid.shapes import orders_in, why_not_an_order
from starter.ecwid.statuses import Paid, Standing, standing_of
from starter.ecwid.terms import payment_terms_of, refunded_of, totals_of

ORDER_ID: Final = TypeAdapter(OrderId)
LOCALE: Final = TypeAdapter(Locale)
ID_FIELDS: Final = ("id", "vendorOrderNumber", "orderNumber")
NUMBER_FIELDS: Final = ("vendorOrderNumber", "orderNumber", "id")
MOST_NUMBER: Final = 60
MOST_TRACKING_NUMBER: Final = 100


@dataclass(frozen=True)
class Desk:
    """What an order is read for: the store, what it has set, and the moment of reading."""

    store: str
    settings: StoreSettings
    now: datetime


def read(body: object, settings: StoreSettings, store: str, *, now: datetime) -> tuple[Reading, ...]:
    """One reading for each order in the body, in its order; at least one, and never an exception.

    The body is one order, a list of orders or a search answer, as `parse` gives it. `now` (with its time
    zone) stands in for a date of placing that the store does not name.
    """
    if is_too_deep(body):
        return (Unreadable(index=0, reason=sentence("ecwid.body_too_deep", most=MOST_LEVELS)),)
    found = orders_in(body)
    if found.reason is not None:
        return (Unreadable(index=0, reason=found.reason),)
    others = [why_not_an_order(candidate) for candidate in found.candidates]
    if (first := others[0]) is not None and all(other == first for other in others):
        return (Unreadable(index=0, reason=first),)  # Said once, not for every product of a catalogue.
    desk = Desk(store, settings, now)
    read_so_far = [_read_one(candidate, index, desk) for index, candidate in enumerate(found.candidates)]
    for index, reading in enumerate(read_so_far):
        if not isinstance(reading, Unreadable):
            more = (*found.warnings, *reading.warnings)
            read_so_far[index] = reading.model_copy(update={"warnings": more})
            break
    return tuple(read_so_far)


def _read_one(candidate: object, index: int, desk: Desk) -> Reading:
    reason = why_not_an_order(candidate)
    if reason is not None or not isinstance(candidate, dict):
        return Unreadable(index=index, reason=reason or sentence("ecwid.not_an_order"))
    body = Part(candidate, "", Notes())
    order_id = None
    try:
        order_id = _order_id(body)
        return _read_order(body, order_id, desk)
    except Refused as refusal:
        return Unreadable(index=index, order_id=order_id, reason=refusal.reason, field=refusal.field)
    except ValidationError as error:
        # A limit of ours that no sentence of its own speaks of. The values stay out of it.
        where = ".".join(str(step) for step in error.errors(include_input=False)[0]["loc"]) or "order"
        reason = sentence("ecwid.does_not_fit", field=where)
        return Unreadable(index=index, order_id=order_id, reason=reason, field=where)


def _read_order(body: Part, order_id: str, desk: Desk) -> Live | History:
    standing = standing_of(body)
    order = _order(body, order_id, standing, desk)
    for field in sums_that_differ(order):
        body.notes.warn("ecwid.sum_differs", field=field)
    if standing.is_over:
        return History(
            order=order,
            payment_status=standing.payment,
            fulfillment_status=standing.fulfillment,
            tracking_number=_tracking_number(body),
            warnings=body.notes.warnings,
        )
    refunded = refunded_of(body, order.currency)
    holds = _holds(body, standing, refunded)
    _say_what_stands_in_the_way(body, order)
    return Live(
        order=order,
        warnings=body.notes.warnings,
        paid=order.total if order.payment.status == "paid" else None,
        refunded=refunded,
        holds=holds,
    )


def _order(body: Part, order_id: str, standing: Standing, desk: Desk) -> Order:
    currency, past = desk.settings.currency, standing.is_over
    if body.has("currency") and body.text("currency", 20).upper() != currency:
        raise Refused(
            "ecwid.other_currency", "currency", value=shown(body.values["currency"]), currency=currency
        )
    lines = lines_of(body, currency, past=past)
    fulfillment = fulfillment_of(body, lines, currency, past=past)
    method = fulfillment.method if fulfillment is not None else FulfillmentMethod.NONE
    return Order(
        order_id=order_id,
        store=desk.store,
        number=_number(body, order_id),
        placed_at=_placed_at(body, desk.now),
        currency=currency,
        locale=_locale(body),
        customer=customer_of(body),
        billing_address=billing_address_of(body),
        shipping_address=shipping_address_of(body, method, past=past),
        lines=lines,
        fulfillment=fulfillment,
        payment=payment_terms_of(body, standing, method),
        totals=totals_of(body, lines, fulfillment, currency),
        comment=body.text("orderComments", 4000, lines=True),
        staff_note=body.text("privateAdminNotes", 4000, lines=True),
        notify_customer=body.truth("disableAllCustomerNotifications") is not True,
    )


def _order_id(body: Part) -> str:
    """The order's id, else its number, else a fingerprint of all it says: the same order, the same id."""
    for field in ID_FIELDS:
        written = _id_in(body, field)
        if not written:
            continue
        try:
            return ORDER_ID.validate_python(written)
        except ValidationError:
            raise Refused("ecwid.id_not_safe", field, field=field, value=shown(written)) from None
    body.notes.warn("ecwid.id_made")
    content = json.dumps(body.values, sort_keys=True, separators=(",", ":"), default=str)
    return "E" + hashlib.sha256(content.encode()).hexdigest()[:12]


def _id_in(body: Part, field: str) -> str:
    value = body.values.get(field)
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < LARGEST_NUMBER:
        raise Refused("ecwid.id_not_a_text", field, field=field)
    return str(value or "")  # Zero is a number that was not given yet.


def _number(body: Part, order_id: str) -> str:
    for field in NUMBER_FIELDS:
        number = body.text(field, 4000)
        if len(number) > MOST_NUMBER:
            raise Refused("ecwid.number_field_too_long", field, field=field, most=MOST_NUMBER)
        if number not in ("", "0") and is_visible(number):
            return number
    return order_id


def _placed_at(body: Part, now: datetime) -> datetime:
    found = moment(body.values.get("createDate")) or moment(body.values.get("createTimestamp"))
    if found is None:
        body.notes.warn("ecwid.no_date")
    return found or now


def _locale(body: Part) -> str | None:
    written = body.text("lang", 40)
    if not written:
        return None
    try:
        return LOCALE.validate_python(written)
    except ValidationError:
        body.notes.warn("ecwid.unknown_language", value=shown(written))
        return None


def _tracking_number(body: Part) -> str | None:
    """The store's tracking number, else that of the first label it bought."""
    if number := body.text("trackingNumber", MOST_TRACKING_NUMBER):
        return number
    shipments = body.values.get("shipments")
    for shipment in shipments if isinstance(shipments, list) else []:
        tracking = shipment.get("tracking") if isinstance(shipment, dict) else None
        if isinstance(tracking, dict):
            number = Part(tracking, "shipments.tracking", body.notes).text(
                "trackingNumber", MOST_TRACKING_NUMBER
            )
            if number:
                return number
    return None


def _holds(body: Part, standing: Standing, refunded: Money | None) -> tuple[str, ...]:
    """What a person has to decide first: nobody knows which goods a refund was for."""
    holds = []
    if standing.paid is Paid.PARTLY_GIVEN_BACK or (standing.paid is Paid.YES and refunded is not None):
        holds.append(readings.PARTIALLY_REFUNDED)
        body.notes.warn("ecwid.partially_refunded")
    if body.truth("withdrawalRequested"):
        holds.append(readings.WITHDRAWAL_REQUESTED)
        body.notes.warn("ecwid.withdrawal_requested")
    if body.truth("giftCardDoubleSpending"):
        holds.append(readings.GIFT_CARD_SPENT_TWICE)
        body.notes.warn("ecwid.gift_card_spent_twice")
    return tuple(holds)


def _say_what_stands_in_the_way(body: Part, order: Order) -> None:
    if number := _tracking_number(body):
        body.notes.warn("ecwid.has_tracking_number", tracking_number=shown(number))
    if order.customer.email is None and any(
        line.files or line.kind is LineKind.GIFT_CARD for line in order.lines
    ):
        body.notes.warn("ecwid.nowhere_to_send")
    if any(item.truth("isPreorder") for item in body.parts("items")):
        body.notes.warn("ecwid.preorder")
    if body.truth("hidden"):
        body.notes.warn("ecwid.hidden")
