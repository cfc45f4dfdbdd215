"""Every string of the corpus over HTTP: in all fields at once that take it, and in all that do not."""

import base64
import json
import re
from typing import Any, Final
from urllib.parse import quote

import httpx
import pytest

from orders.errors import OrderUnreadable
from starter import arrivals
from tests.bad_input.bodies import ORDER_FIELDS, a_full_order
from tests.bad_input.corpus import CORPUS, Bad, Steps, at, path, put, share
from tests.bad_input.strict import Markup, markup, wrong_with_page
from tests.house import House

# Which order it is, and what has to agree with the rest: one string cannot stand in all of these at once.
APART: Final = {"order_id", "store", "placed_at", "currency", "totals", "unit_price", "price", "kind"}
WORDS: Final = tuple(
    way
    for way in ORDER_FIELDS
    if not APART & set(way) and way not in (("fulfillment", "method"), ("payment", "status"))
)
ANSWERED: Final[dict[Steps, Steps]] = {
    ("fulfillment", "option"): ("option",),
    ("fulfillment", "instructions"): ("instructions",),
    ("payment", "method"): ("payment_method",),
    ("payment", "reference"): ("payment_reference",),
}
"""Where the answer calls a field otherwise than the order does."""
ADDRESSES: Final = (
    "/v1/orders?q={}",
    "/v1/orders?cursor={}",
    "/v1/orders?placed_from={}",
    "/v1/orders?{}=1",
    "/v1/orders/{}",
    "/o/{}",
    "/o/order/{0}?pass={0}",
    "/o/look/{}.css",
    "/o/link/sent?language={}",
    "/d/{}",
)
HEADERS: Final = ("accept-language", "x-request-id", "user-agent", "referer", "content-type")
CLASSES: Final = tuple(dict.fromkeys(bad.class_ for bad in CORPUS))


def takes(way: Steps, text: str) -> bool:
    try:
        arrivals.read(put(a_full_order(), way, text))
    except OrderUnreadable:
        return False
    return True


async def place(house: House, ways: list[Steps], text: str) -> tuple[dict[str, Any], httpx.Response]:
    """An order with this text in these fields, handed in as bytes: no client of ours mends it first."""
    body = a_full_order()
    for way in ways:
        body = put(body, way, text)
    return body, await post(house, "/v1/orders", body)


async def post(house: House, address: str, body: Any) -> httpx.Response:
    return await house.http.post(address, content=json.dumps(body), headers=house.headers(house.ops))


async def wrong_where_taken(idle: House, bad: Bad, ways: list[Steps], harmless: Markup) -> list[str]:
    # All fields of the longest would be more than one body may hold.
    ways = ways[:8] if len(bad.text) > 3000 else ways
    body, answer = await place(idle, ways, bad.text)
    if answer.status_code != 201:
        return [f"{answer.status_code} {answer.text[:200]} · {bad}"]
    shown = await idle.show(body["order_id"])
    wrong = [
        f"{path(way)} comes back as {at(shown, ANSWERED.get(way, way))!a:.60} · {bad}"
        for way in ways
        if at(shown, ANSWERED.get(way, way)) != bad.text
    ]
    page = await idle.http.get(f"{shown['links']['customer_page']}?plain=1")
    return wrong + [f"the page has {each} · {bad}" for each in wrong_with_page(page.text, harmless)]


async def wrong_where_refused(idle: House, bad: Bad, ways: list[Steps]) -> list[str]:
    _, answer = await place(idle, ways[:5] if len(bad.text) > 3000 else ways, bad.text)
    if answer.status_code != 422 or answer.headers["content-type"] != "application/problem+json":
        return [f"{answer.status_code} {answer.text[:200]} · {bad}"]
    named = [each["field"] for each in answer.json()["errors"]]
    if len(named) == 20 or len(bad.text) > 3000:  # It names no more than so many.
        ways = [way for way in ways if path(way) in named]
    return [f"{path(way)} is not named · {bad}" for way in ways if path(way) not in named]


@pytest.fixture(scope="module")
async def harmless(idle: House) -> Markup:
    body, _ = await place(idle, list(WORDS[:1]), "nl")
    shown = await idle.show(body["order_id"])
    return markup((await idle.http.get(f"{shown['links']['customer_page']}?plain=1")).text)


@pytest.mark.parametrize("class_", CLASSES)
async def test_a_string_comes_back_as_it_was_from_every_field_or_each_field_is_named(
    idle: House, class_: str, harmless: Markup
) -> None:
    wrong = []
    for bad in (each for each in CORPUS if each.class_ == class_):
        taken = [way for way in WORDS if takes(way, bad.text)]
        if taken:
            wrong += await wrong_where_taken(idle, bad, taken, harmless)
        if refused := [way for way in WORDS if way not in taken]:
            wrong += await wrong_where_refused(idle, bad, refused)

    assert wrong == []


@pytest.mark.parametrize("way", [way for way in ORDER_FIELDS if way not in WORDS], ids=path)
async def test_a_field_that_must_agree_with_others_makes_no_error_of_ours(idle: House, way: Steps) -> None:
    wrong = []
    for bad in share(ORDER_FIELDS.index(way), 3):
        body, answer = await place(idle, [way], bad.text)
        named = [each["field"] for each in answer.json().get("errors", ())]
        sums = [field for field in named if field.startswith("totals.")]
        if answer.status_code not in (200, 201, 409, 413) and not sums and path(way) not in named:
            wrong.append(f"{answer.status_code} {answer.text[:200]} · {bad}")
        if answer.status_code == 500:
            wrong.append(f"500 · {bad} · {body['order_id']}")

    assert wrong == []


async def test_no_address_and_no_parameter_makes_an_error_of_ours(idle: House) -> None:
    headers = idle.headers(idle.staff)
    wrong = []
    for number, address in enumerate(ADDRESSES):
        for bad in share(number, 3):
            text = quote(bad.text[:300].encode("utf-8", "surrogatepass"), safe="")
            answer = await idle.http.get(address.format(text), headers=headers)
            if answer.status_code >= 500:
                wrong.append(f"{answer.status_code} {address} · {bad}")

    assert wrong == []


@pytest.mark.parametrize(
    "cursor",
    [
        ["2026-11-20T10:15:00+01:00", "\u0000", "K8XTQ"],
        ["2026-11-20T10:15:00+01:00", "default", "a\u0000"],
        ["2026-11-20T10:15:00+01:00", "default", "\ud800"],
        ["0001-01-01T00:00:00+23:59", "default", "K8XTQ"],
        ["9999-12-31T23:59:59-23:59", "default", "K8XTQ"],
        ["2026-11-20T10:15:00", "default", "K8XTQ"],
        {"a": 1, "b": 2, "c": 3},
        [[], [], []],
        "abc",
        None,
    ],
    ids=repr,
)
async def test_a_cursor_that_somebody_made_up_is_told_so(idle: House, cursor: object) -> None:
    made_up = base64.urlsafe_b64encode(json.dumps(cursor).encode()).decode().rstrip("=")
    answer = await idle.http.get(f"/v1/orders?cursor={made_up}", headers=idle.headers(idle.staff))

    assert (answer.status_code, answer.json()["type"]) == (400, "urn:pakhuis:door.cursor_unreadable")


@pytest.mark.parametrize("name", HEADERS)
async def test_no_header_makes_an_error_of_ours(idle: House, name: str) -> None:
    wrong = []
    for bad in share(HEADERS.index(name), 2):
        # As a server hands headers over: bytes, without line breaks.
        value = re.sub(rb"[\r\n\x00]", b"", bad.text[:2000].encode("utf-8", "replace"))
        request = [
            (b"authorization", idle.headers(idle.staff)["Authorization"].encode()),
            (name.encode(), value),
        ]
        answer = await idle.http.get("/v1/orders?limit=1", headers=request)
        if answer.status_code != 200 or not re.fullmatch(
            r"[A-Za-z0-9._-]{8,64}", answer.headers["x-request-id"]
        ):
            wrong.append(f"{answer.status_code} · {bad}")

    assert wrong == []


async def test_keys_of_every_kind_are_no_keys(idle: House) -> None:
    wrong = []
    for bad in CORPUS:
        value = b"Bearer " + re.sub(rb"[\r\n\x00]", b"", bad.text[:300].encode("utf-8", "replace"))
        answer = await idle.http.get("/v1/orders", headers=[(b"authorization", value)])
        if answer.status_code != 401 or answer.headers["www-authenticate"] != "Bearer":
            wrong.append(f"{answer.status_code} · {bad}")

    assert wrong == []


async def test_a_row_of_many_is_answered_whatever_stands_in_it(idle: House) -> None:
    rows = [{"order_id": bad.text, "command_id": bad.text, "type": bad.text} for bad in CORPUS]
    answers = [await post(idle, "/v1/commands", {"commands": half}) for half in (rows[::2], rows[1::2])]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert {each["status"] for answer in answers for each in answer.json()["results"]} <= {404, 422}


@pytest.mark.parametrize("part", ["tax", "fees", "discount"])
async def test_no_part_of_the_money_has_more_decimals_than_its_currency(idle: House, part: str) -> None:
    body = a_full_order()
    body["totals"] |= {part: "0.005", "tax_included": True}
    answer = await post(idle, "/v1/orders", body)

    assert answer.status_code == 422
    assert f"totals.{part}" in [each["field"] for each in answer.json()["errors"]]


@pytest.mark.parametrize("moment", ["2026-11-20T10:15:00", "9999-12-31T23:59:59Z", "2026-99-20T10:15:00Z"])
async def test_a_word_that_looks_like_a_moment_is_told_as_a_word(idle: House, moment: str) -> None:
    answer = await idle.http.get(f"/v1/orders?{moment}=1", headers=idle.headers(idle.staff))

    assert answer.status_code == 422
    assert moment in answer.json()["detail"]
