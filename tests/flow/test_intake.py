"""Orders at the door: taken whole or refused with the field, and never twice."""

import asyncio
import email
import email.policy
from collections import Counter
from typing import Any

import pytest

from tests.house import House
from tests.sample_orders import BOOK, CARD, MUG, an_order


async def test_the_same_order_again_answers_the_same_and_starts_nothing(house: House) -> None:
    body = an_order(BOOK)
    first = await house.place(body)
    await house.pay(body["order_id"])
    await house.ended(body["order_id"])
    again = await house.place(body)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["order_id"] == body["order_id"]
    assert again.json()["ended_at"] is not None
    assert len([mail for mail in again.json()["mails"] if mail["kind"] == "order_received"]) == 1


async def test_the_same_order_written_otherwise_is_the_same_order(house: House) -> None:
    body = an_order()
    await house.placed(body)
    other = {name: body[name] for name in reversed(body)} | {"comment": "", "staff_note": ""}

    assert (await house.place(other)).status_code == 200


async def test_another_body_under_a_known_id_is_refused_and_changes_nothing(house: House) -> None:
    body = an_order()
    await house.placed(body)
    answer = await house.place(body | {"comment": "Toch liever rood"})

    assert answer.status_code == 409
    assert body["order_id"] in answer.json()["detail"]
    assert (await house.show(body["order_id"]))["comment"] == ""


async def test_twenty_copies_at_once_are_one_order(house: House) -> None:
    body = an_order()
    answers = await asyncio.gather(*(house.place(body) for _ in range(20)))
    await house.pay(body["order_id"])
    order = await house.done(body["order_id"], "shipped")

    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 19}
    assert [moment["kind"] for moment in order["timeline"]].count("placed") == 1
    assert await house.mail(body["order_id"], "order_received")


async def test_ten_different_bodies_under_one_id_at_once_are_one_order_and_nine_refusals(
    house: House,
) -> None:
    body = an_order()
    answers = await asyncio.gather(*(house.place(body | {"comment": str(number)}) for number in range(10)))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 9}


def changed(body: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """The body with one field set, by its path."""
    *way, last = path.split(".")
    at: Any = body
    for part in way:
        at = at[int(part)] if isinstance(at, list) else at[part]
    at[int(last) if isinstance(at, list) else last] = value
    return body


WRONG: list[tuple[str, object]] = [
    ("order_id", ""),
    ("order_id", "a/b"),
    ("order_id", "x" * 65),
    ("order_id", "K8\n"),
    ("number", ""),
    ("number", 12),
    ("placed_at", "gisteren"),
    ("placed_at", "2026-11-20T10:15:00"),
    ("currency", "euro"),
    ("locale", "nederlands!"),
    ("customer.email", "no address"),
    ("customer.email", "a@b\r\nBcc: c@d"),
    ("customer.name", "x" * 201),
    ("customer.name", "a\u0000b"),
    ("customer.name", ["Sanne"]),
    ("customer.iban", "NL00TEST0123456789"),
    ("shipping_address.country", "Nederland"),
    ("shipping_address.lines", []),
    ("shipping_address.lines", ["x"] * 7),
    ("lines", []),
    ("lines.0.quantity", 0),
    ("lines.0.quantity", 10_000),
    ("lines.0.quantity", "2"),
    ("lines.0.quantity", 1.5),
    ("lines.0.quantity", True),
    ("lines.0.unit_price", 12.5),
    ("lines.0.unit_price", "-1"),
    ("lines.0.unit_price", "NaN"),
    ("lines.0.unit_price", "1e20"),
    ("lines.0.unit_price", "12,50"),
    ("lines.0.kind", "service"),
    ("lines.0.colour", "blue"),
    ("lines.0.weight_grams", -1),
    ("fulfillment.method", "drone"),
    ("payment.kind", "gold"),
    ("totals.total", "30.00"),
    ("totals.items", "24.00"),
    ("comment", "x" * 4001),
    ("gift_wrap", True),
]


@pytest.mark.parametrize(("path", "value"), WRONG)
async def test_a_field_that_is_wrong_is_named(house: House, path: str, value: object) -> None:
    body = changed(an_order(), path, value)
    answer = await house.place(body)

    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"].startswith("urn:pakhuis:")
    assert len(problem["detail"]) > 10
    assert answer.headers["x-request-id"] == problem["request_id"]
    assert any(each["field"].startswith(path) for each in problem["errors"]), problem["errors"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (an_order(BOOK | {"files": []}), "lines.0.files"),
        (an_order(BOOK | {"files": ["../../etc/passwd"]}), "lines.0.files.0"),
        (an_order(CARD | {"unit_price": "0.00"}), "lines.0.unit_price"),
        (an_order(CARD | {"quantity": 101}), "lines.0.quantity"),
        (an_order(MUG, MUG), "lines.1.line_id"),
        (an_order(shipping_address=None), "shipping_address"),
        (an_order(fulfillment=None), "fulfillment"),
        (an_order(MUG | {"unit_price": "12.505"}), "lines.0.unit_price"),
    ],
)
async def test_what_cannot_be_fulfilled_is_refused(house: House, body: dict[str, Any], field: str) -> None:
    answer = await house.place(body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


async def test_a_thousand_lines_are_taken_and_one_more_is_not(house: House) -> None:
    lines = [MUG | {"line_id": str(number), "quantity": 1, "unit_price": "1.00"} for number in range(1001)]
    taken = await house.place(an_order(*lines[:1000]))
    refused = await house.place(an_order(*lines))

    assert taken.status_code == 201
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "lines"
    order_id = taken.json()["order_id"]
    await house.pay(order_id)
    assert (await house.done(order_id, "shipped"))["fulfillment_status"] == "SHIPPED"


async def test_bodies_that_are_no_json_object_are_refused(house: House) -> None:
    headers = house.headers(house.checkout)
    bodies = (b"", b"{", b"[]", b"1", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"\xff\xfe", b"[" * 100_000)
    for content in bodies:
        answer = await house.http.post("/v1/orders", content=content, headers=headers)
        assert answer.status_code == 400, (content[:20], answer.text)
        assert answer.json()["type"] == "urn:pakhuis:door.not_json"


async def test_a_body_that_is_too_large_is_refused(house: House) -> None:
    answer = await house.place(an_order(comment="x" * 2_000_000))

    assert answer.status_code == 413
    assert "bytes" in answer.json()["detail"]


async def test_an_unknown_store_is_refused(house: House) -> None:
    answer = await house.place(an_order(store="nowhere"))

    assert answer.status_code == 422
    assert "nowhere" in answer.json()["detail"]


HEADERS = Counter(
    (
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "reply-to",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "content-language",
        "auto-submitted",
        "x-pakhuis-mail",
    )
)
HOSTILE = [
    'O\'Brien "de Bouwer" \\ / <script>alert(1)</script>',
    "=?utf-8?q?a=0D=0ABcc:_evil@example.org?=",
    "Sanne\r\nBcc: evil@example.org",
    "regel\u2028twee\u2029drie\u0085vier",
    "👩‍👩‍👧‍👦 Zoë Ünïcödé 北京 שלום",
    "\u202eneknileten\u202c rechts",
    "{{ 7*7 }} {name} %s ${x} {% raw %}",
    "'; DROP TABLE orders; --",
    "a\tb\vc\x7f\x1b[31m",
    "&lt;b&gt; &amp; <img src=x onerror=alert(1)>",
    " begint en eindigt met een spatie ",
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_words_come_back_as_they_came_and_make_neither_header_nor_tag(
    house: House, text: str
) -> None:
    body = an_order(MUG | {"name": text}, comment=text, number=f"{text}"[:60])
    body["customer"]["name"] = text
    body["shipping_address"] |= {"name": text, "city": text, "lines": [text]}
    order_id = await house.paid(body)
    await house.done(order_id, "shipped")
    order = await house.show(order_id)
    mails = [await house.mail(order_id, kind) for kind in ("order_received", "shipped", "new_order")]

    assert order["customer"]["name"] == order["comment"] == order["lines"][0]["name"] == text
    assert order["shipping_address"]["city"] == order["shipping_address"]["lines"][0] == text
    for mail in mails:
        parsed = email.message_from_bytes(mail.raw, policy=email.policy.compat32)
        assert Counter(name.lower() for name, _ in parsed.items()) <= HEADERS
        assert not any("evil" in recipient for recipient in mail.recipients)
        assert "<script>alert" not in mail.html
        assert "<img src=x" not in mail.html
        assert "49 {name}" not in mail.text


async def test_an_order_id_in_two_stores_asks_which_is_meant(house: House) -> None:
    await house.open_store("second", look={"name": "Twee"})
    body = an_order()
    await house.placed(body)
    await house.placed(body | {"store": "second"})
    which = await house.http.get(f"/v1/orders/{body['order_id']}", headers=house.headers(house.staff))
    one = await house.show(body["order_id"], store="second")

    assert which.status_code == 400
    assert "store" in which.json()["detail"]
    assert one["store"] == "second"
