"""Bodies that are broken, deep, huge, written otherwise or packed: each is refused with a problem."""

import gzip
import json
import resource
from typing import Final

import pytest

from tests.bad_input.conftest import Served
from tests.bad_input.raw_http import exchange, request, status
from tests.sample_orders import an_order

ORDER: Final = json.dumps(an_order()).encode()
DEEP: Final = 100_000
BODIES: Final[dict[str, tuple[bytes, int]]] = {
    "nothing": (b"", 400),
    "blanks": (b"   ", 400),
    "half an object": (ORDER[: len(ORDER) // 2], 400),
    "an object and more": (ORDER + b"{}", 400),
    "two objects": (ORDER + ORDER, 400),
    "a list": (b"[" + ORDER + b"]", 400),
    "a string": (b'"order"', 400),
    "a number": (b"1", 400),
    "null": (b"null", 400),
    "NaN": (b"NaN", 400),
    "Infinity in a field": (ORDER.replace(b'"quantity": 2', b'"quantity": Infinity'), 400),
    "a number beyond any measure": (ORDER.replace(b'"quantity": 2', b'"quantity": 1e400'), 400),
    "a number of ten thousand digits": (
        ORDER.replace(b'"quantity": 2', b'"quantity": 1' + b"0" * 10_000),
        400,
    ),
    "a large number": (ORDER.replace(b'"quantity": 2', b'"quantity": 1' + b"0" * 4000), 422),
    "a key twice": (ORDER.replace(b'"store"', b'"store": "other", "store"'), 400),
    "a key twice, once escaped": (ORDER.replace(b'"store"', b'"st\\u006fre": "other", "store"'), 400),
    "a key twice, deep inside": (ORDER.replace(b'"sku"', b'"sku": "A", "sku"'), 400),
    "a key of our own": (ORDER.replace(b'"store"', b'"__proto__": {}, "store"'), 422),
    "a status of its own": (ORDER.replace(b'"store"', b'"payment_status": "PAID", "store"'), 422),
    "lists without end": (b"[" * DEEP, 400),
    "lists that end": (b"[" * DEEP + b"]" * DEEP, 400),
    "objects without end": (b'{"a":' * DEEP, 400),
    "a field that is deep": (b'{"order_id": ' + b"[" * 900 + b"]" * 900 + b"}", 422),
    "single quotes": (ORDER.replace(b'"', b"'"), 400),
    "a comment": (b"/* */" + ORDER, 400),
    "a comma too many": (ORDER[:-1] + b",}", 400),
    "a control character in a string": (ORDER.replace(b"Sanne", b"Sa\x01ne"), 400),
    "a NUL": (ORDER + b"\x00", 400),
    "UTF-16": (ORDER.decode().encode("utf-16"), 400),
    "UTF-16 without a mark": (ORDER.decode().encode("utf-16-le"), 400),
    "UTF-32": (ORDER.decode().encode("utf-32"), 400),
    "Latin-1": (ORDER.replace(b"Sanne", "Zoë".encode("latin-1")), 400),
    "half a surrogate pair in three bytes": (ORDER.replace(b"Sanne", b"\xed\xa0\x80"), 400),
    "a letter in more bytes than it needs": (ORDER.replace(b"Sanne", b"\xc0\xaf"), 400),
    "a byte order mark twice": (b"\xef\xbb\xbf\xef\xbb\xbf" + ORDER, 400),
    "gzip": (gzip.compress(ORDER), 400),
    "a form": (b"order_id=K8XTQ&store=default", 400),
    "XML": (b"<?xml version='1.0'?><order/>", 400),
    "more than may be": (b'{"comment": "' + b"x" * 1_100_000 + b'"}', 413),
    "a thousand and one lines": (
        json.dumps({**an_order(), "lines": [{"line_id": str(n)} for n in range(1001)]}).encode(),
        422,
    ),
}


@pytest.mark.parametrize("case", BODIES)
async def test_a_broken_body_is_refused_with_a_problem(served: Served, case: str) -> None:
    body, wanted = BODIES[case]
    said = await exchange(served.port, request(served, body))

    assert status(said) == wanted, said[:300]
    assert b"application/problem+json" in said


@pytest.mark.parametrize(
    "headers",
    [
        {"content_type": "application/json; charset=utf-16"},
        {"content_type": "text/plain; charset=iso-8859-1"},
        {"content_type": ""},
        {"content_type": "\xff"},
    ],
    ids=str,
)
async def test_json_is_utf_8_whatever_is_said_of_it(served: Served, headers: dict[str, str]) -> None:
    body = an_order()
    body["customer"]["name"] = "Zoë 👩‍🚀"
    said = await exchange(
        served.port, request(served, json.dumps(body, ensure_ascii=False).encode(), **headers)
    )

    assert status(said) == 201
    assert "Zoë 👩‍🚀".encode() in said


async def test_one_byte_order_mark_is_passed_over(served: Served) -> None:
    body = b"\xef\xbb\xbf" + json.dumps(an_order()).encode()

    assert status(await exchange(served.port, request(served, body))) == 201


async def test_a_bomb_is_not_unpacked(served: Served) -> None:
    bomb = gzip.compress(b'{"comment": "' + b"x" * 50_000_000 + b'"}')
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    said = await exchange(served.port, request(served, bomb, content_encoding="gzip"))

    assert status(said) == 400
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000
