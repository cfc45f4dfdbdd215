"""Every string of the corpus by webhook: in each field of a body that is signed well, and in each header."""

import asyncio
import json
import re
from itertools import count
from typing import Final

import httpx
import pytest

from starter.webhooks.standard import StandardPayment
from tests.bad_input.corpus import CORPUS, Bad, Steps, is_text, path, put, text_fields
from tests.house import House
from tests.sample_orders import an_order
from tests.webhooks import ADDRESS, Provider, a_payment, a_provider, a_secret, a_webhook_id, headers

FIELDS: Final = tuple(dict.fromkeys(text_fields(StandardPayment.model_json_schema())))
KEPT_TO_THE_LETTER: Final = (("reference",), ("event_id",))
HEADERS: Final = ("webhook-id", "webhook-timestamp", "webhook-signature", "accept-language", "content-type")
SIDE_BY_SIDE: Final = 8
NUMBERS: Final = count(1)


@pytest.fixture(scope="module")
async def provider(idle: House) -> Provider:
    return await a_provider(idle)


async def tell(provider: Provider, way: Steps, bad: Bad) -> tuple[str, httpx.Response]:
    order_id = f"W{next(NUMBERS)}"
    return order_id, await provider.tell(put(a_payment(order_id, event_id="evt_1"), way, bad.text))


def takes(way: Steps, text: str) -> bool:
    """Whether a text for people may be this one: one line that says something, and can be written at all."""
    bare = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", "", text)
    return (
        way in KEPT_TO_THE_LETTER
        and is_text(text)
        and bare == text
        and len(text) <= 100
        and bool(text.strip())
    )


async def wrong_with(provider: Provider, way: Steps, bad: Bad) -> list[str]:
    order_id, answer = await tell(provider, way, bad)
    named = [each["field"] for each in answer.json().get("errors", ())]
    if takes(way, bad.text):
        payload = await provider.house.pool.fetchval(
            "SELECT payload FROM commands WHERE order_id = $1", order_id
        )
        fine = answer.status_code == 200 and payload[path(way)] == bad.text
    elif answer.status_code == 422:
        fine = path(way) in named
    else:
        # Some are a name of an order or a store, or a kind of event that asks nothing.
        fine = answer.status_code in (200, 403) and way not in KEPT_TO_THE_LETTER
    return [] if fine else [f"{answer.status_code} {answer.text[:200]} · {path(way)} · {bad}"]


@pytest.mark.parametrize("way", FIELDS, ids=path)
async def test_a_string_comes_back_as_it_was_from_its_field_or_the_field_is_named(
    provider: Provider, way: Steps
) -> None:
    slots = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(bad: Bad) -> list[str]:
        async with slots:
            return await wrong_with(provider, way, bad)

    results = await asyncio.gather(*map(one, CORPUS))

    assert [each for some in results for each in some] == []


@pytest.mark.parametrize("name", HEADERS)
async def test_no_header_makes_an_error_of_ours_or_lets_a_stranger_in(
    idle: House, provider: Provider, name: str
) -> None:
    order_id = str(an_order()["order_id"])
    raw = json.dumps(a_payment(order_id)).encode()
    signs = name.startswith("webhook-")
    wrong = []
    for bad in CORPUS:
        # As a server hands headers over: bytes, without line breaks.
        value = re.sub(rb"[\r\n\x00]", b"", bad.text[:2000].encode("utf-8", "replace"))
        good = headers(provider.secret, raw, a_webhook_id())
        sent = {each.encode(): text.encode() for each, text in good.items()} | {name.encode(): value}
        answer = await idle.http.post(ADDRESS, content=raw, headers=list(sent.items()))
        if answer.status_code != (401 if signs else 200):
            wrong.append(f"{answer.status_code} {answer.text[:200]} · {bad}")

    assert wrong == []


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00",
        b"\xff\xfe{\x00}\x00",
        b'{"type": "payment", "type": "payment"}',
        b'{"type": NaN}',
        b'{"type": 1e400}',
        b'{"a":' * 50_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"type": "payment", "\\ud800": 1}',
        b'{"amount": 1' + b"0" * 10_000 + b"}",
    ],
    ids=lambda raw: repr(raw[:40]),
)
async def test_a_body_that_is_signed_well_and_broken_is_refused_with_a_problem(
    provider: Provider, raw: bytes
) -> None:
    answer = await provider.tell(raw)

    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_strangers_cannot_keep_those_who_sign_waiting(idle: House, provider: Provider) -> None:
    strangers = Provider(idle, a_secret(), "")
    order_id = str(an_order()["order_id"])
    slots = asyncio.Semaphore(20)
    waited = []

    async def guess() -> int:
        async with slots:
            return (await strangers.tell(a_payment(order_id))).status_code

    guesses = asyncio.gather(*(guess() for _ in range(500)))
    loop = asyncio.get_running_loop()
    for _ in range(50):
        began = loop.time()
        assert (await provider.tell(a_payment(order_id, event_id=a_webhook_id()))).status_code == 200
        waited.append(loop.time() - began)

    assert set(await guesses) == {401}
    assert sorted(waited)[48] < 0.5
