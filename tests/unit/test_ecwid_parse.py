"""What bytes may hold before anybody looks for an order in them."""

from decimal import Decimal

import pytest

from starter.ecwid import UnreadableBody, parse


def test_fractions_are_read_exactly():
    body = parse(b'{"price": 19.990000000000002, "quantity": 2}')

    assert body == {"price": Decimal("19.990000000000002"), "quantity": 2}


def test_a_byte_order_mark_in_front_is_passed_over():
    assert parse(b'\xef\xbb\xbf{"id": "A"}') == {"id": "A"}


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        (b'{"id": "A", "id": "B"}', "key_twice"),
        (b'{"total": NaN}', "not_a_json_number"),
        (b'{"total": -Infinity}', "not_a_json_number"),
        (b'{"total": 1' + b"0" * 5000 + b"}", "number_too_long"),
        (b'{"total": 0.' + b"1" * 5000 + b"}", "number_too_long"),
        (b'{"total": 1e99999999999999999999999}', "number_too_long"),
        (b"[" * 100_000, "body_too_deep"),
        (b"[" * 70 + b"]" * 70, "body_too_deep"),
        (b"", "body_empty"),
        (b" \n ", "body_empty"),
        (b'{"id": "A"', "body_not_json"),
        (b'{"id": "A"} {"id": "B"}', "body_not_json"),
        (b'\xef\xbb\xbf\xef\xbb\xbf{"id": "A"}', "body_not_json"),
        ('{"id": "A"}'.encode("utf-16"), "body_not_utf8"),
        (b'{"id": "\xff"}', "body_not_utf8"),
        (b'["' + b"a" * 33 * 1024 * 1024 + b'"]', "body_too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_plain_json_is_refused_with_a_sentence(raw, key):
    with pytest.raises(UnreadableBody) as refused:
        parse(raw)

    assert refused.value.reason.key == f"ecwid.{key}"


def test_the_sentence_about_broken_json_says_where_reading_stopped():
    with pytest.raises(UnreadableBody) as refused:
        parse(b'{"id": "A",\n "total": }')

    assert refused.value.reason.facts == {"line": 2, "column": 11}
