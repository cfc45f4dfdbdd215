"""Barcode and shelf of a line: optional, and an order from before them is still the same order."""

import pytest

from db.fingerprint import fingerprint
from orders.order import Order
from starter.arrivals import Foreign
from tests.ecwid_orders import live, mug, order
from tests.sample_orders import MUG, an_order

BEFORE = {
    "line_id": "1",
    "kind": "physical",
    "sku": "MUG-BLUE",
    "name": "Blauwe mok",
    "quantity": 2,
    "unit_price": "12.50",
    "weight_grams": None,
    "options": [],
    "files": [],
}
"""A line as it was written before there were barcodes."""


def test_a_line_without_them_is_written_as_it_was_before_they_came() -> None:
    body = an_order()

    written = Order.model_validate(body).model_dump(mode="json")

    assert written["lines"] == [BEFORE]
    assert fingerprint(written) == fingerprint({**written, "lines": [BEFORE]})


def test_a_line_with_them_keeps_them() -> None:
    body = an_order({**MUG, "barcode": "8712345678906", "location": "A-12"})

    for written in (
        Order.model_validate(body).model_dump(mode="json"),
        Order.model_validate(body).model_dump(mode="json", exclude_defaults=True),
    ):
        assert (written["lines"][0]["barcode"], written["lines"][0]["location"]) == ("8712345678906", "A-12")
        assert Order.model_validate(written).lines[0].barcode == "8712345678906"


@pytest.mark.parametrize(
    ("given", "barcode"),
    [
        ({"upc": "8712345678906"}, "8712345678906"),
        ({"ean": 8712345678906}, "8712345678906"),
        ({"upc": "", "gtin": " 123 "}, "123"),
        ({"upc": "x" * 61, "ean": "5"}, "5"),
        ({"upc": True}, ""),
        ({"upc": ["1"]}, ""),
        ({"upc": "1\x00"}, ""),
        ({"upc": "één"}, ""),
        ({"upc": -5}, ""),
        ({"upc": 10**400}, ""),
        ({}, ""),
    ],
)
def test_the_barcode_of_an_ecwid_line_is_the_first_that_a_scanner_could_read(
    given: dict[str, object], barcode: str
) -> None:
    (line,) = live(order(items=[mug(**given)])).order.lines

    assert line.barcode == barcode


def test_an_ecwid_order_that_came_before_barcodes_were_read_is_still_the_same() -> None:
    without, with_ = (live(order(items=[mug(**given)])) for given in ({}, {"upc": "8712345678906"}))

    assert Foreign.of(without).mark() == Foreign.of(with_).mark()
