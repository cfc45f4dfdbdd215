"""Whatever comes in, what goes out is readings with sentences, and never an exception."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.order import Order
from orders.store import LANGUAGES, StoreSettings
from orders.words import in_words
from starter.ecwid import Unreadable, UnreadableBody, parse, read
from tests.ecwid_orders import NOW, ebook, gift_card, mug, order

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.decimals()
    | st.sampled_from(
        ["", "PAID", "SHIPPED", "true", "12.50", "\x00", "\ud800", "<b>", "https://x/?token=1", 10**30]
    )
)
NAMES = st.text(max_size=8) | st.sampled_from(
    sorted({*order(), *mug(), "orderid", "cartId", "eventType", "count"})
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=20,
)


def readings_of(body: object) -> None:
    readings = read(body, StoreSettings(), "default", now=NOW)

    assert readings
    for reading in readings:
        said = (reading.reason,) if isinstance(reading, Unreadable) else reading.warnings
        for sentence in said:
            assert all(in_words(language, sentence) for language in LANGUAGES)
        if not isinstance(reading, Unreadable):
            assert Order.model_validate_json(reading.order.model_dump_json()) == reading.order
        reading.model_dump_json().encode()


@settings(deadline=None)
@given(ANYTHING)
def test_any_json_value_gives_readings(body):
    readings_of(body)


@settings(deadline=None)
@given(st.dictionaries(NAMES, ANYTHING, max_size=8))
def test_any_fields_over_a_whole_order_give_readings(fields):
    readings_of(order() | fields)


@settings(deadline=None)
@given(st.binary() | ANYTHING.map(lambda body: json.dumps(body, default=str).encode()))
def test_any_bytes_are_read_or_refused_with_a_sentence(raw):
    body, reason = None, None
    try:
        body = parse(raw)
    except UnreadableBody as refused:
        reason = refused.reason

    if reason is None:
        readings_of(body)
    else:
        assert all(in_words(language, reason) for language in LANGUAGES)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, part in inner for found in paths(part, (*path, key)))]


WHOLE = order(
    items=[mug(selectedOptions=[{"name": "Maat", "value": "L", "valuesArray": ["L"]}]), ebook(), gift_card()],
    handlingFee={"name": "Inpakken", "value": 1},
    customSurcharges=[{"id": "tips", "type": "ABSOLUTE", "value": 1, "total": 1}],
    loyalty={"redemption": {"amount": 1, "cancelled": False}},
    shipments=[{"tracking": {"trackingNumber": "3S1"}}],
    refunds=[{"amount": 1}],
    pickupTime="2026-11-25 14:00:00 +0000",
    trackingNumber="3S1",
    customDiscount=[1],
)
PLACES = [path for path in paths(WHOLE) if path]


def bent(*changes: tuple[tuple[Any, ...], Any]) -> dict[str, Any]:
    body: Any = copy.deepcopy(WHOLE)
    for path, value in changes:
        holder = body
        try:
            for step in path[:-1]:
                holder = holder[step]
            if value is WHOLE:
                del holder[path[-1]]
            else:
                holder[path[-1]] = value
        except (LookupError, TypeError):
            continue  # An earlier change took this place away.
    return body


@pytest.mark.parametrize("status", ["AWAITING_PROCESSING", "DELIVERED"])
@pytest.mark.parametrize("path", PLACES, ids=str)
def test_whichever_field_is_missing_there_is_a_reading(path, status):
    readings_of(
        bent((path, WHOLE)) | ({} if path == ("fulfillmentStatus",) else {"fulfillmentStatus": status})
    )


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES), ANYTHING | st.just(WHOLE)), min_size=1, max_size=4))
def test_whichever_fields_are_bent_there_is_a_reading(changes):
    readings_of(bent(*changes))
