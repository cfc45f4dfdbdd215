"""Commands and plain signals with every string of the corpus: each is answered, and the order goes on."""

import asyncio
import json
from functools import partial
from itertools import count
from typing import Any, Final

from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue

from orders.errors import OrderUnreadable
from starter.front_door import Visitor
from starter.http.commands import read_command
from tests.bad_input.bodies import COMMAND_FIELDS, a_full_command
from tests.bad_input.corpus import CORPUS, LONG_RUN, Bad, is_text, path, put
from tests.house import House
from tests.sample_orders import an_order

STAFF: Final = Visitor("staff:test", "staff")  # type: ignore[arg-type]
SIDE_BY_SIDE: Final = 24
NUMBERS: Final = count(1)


async def orders(house: House, how_many: int) -> list[str]:
    return list(await asyncio.gather(*(house.paid(an_order()) for _ in range(how_many))))


def taken(text: str) -> bool:
    try:
        read_command({"type": "hold", "reason": text}, STAFF)
    except OrderUnreadable:
        return False
    return True


async def give_many(house: House, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    answer = await house.http.post(
        "/v1/commands", content=json.dumps({"commands": rows}), headers=house.headers(house.staff)
    )
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def test_each_reason_comes_back_to_the_letter_or_is_named(house: House) -> None:
    ids = await orders(house, SIDE_BY_SIDE)
    strings = [bad for bad in CORPUS if bad.text] if LONG_RUN else [bad for bad in CORPUS if bad.text][::3]
    rows = [
        {"order_id": ids[n % len(ids)], "type": "hold", "reason": bad.text, "command_id": f"r{n}"}
        for n, bad in enumerate(strings)
    ]
    results = await give_many(house, rows)
    shown = {order_id: await house.show(order_id) for order_id in ids}
    kept = {hold["reason"] for order in shown.values() for hold in order["holds"]}
    told = " ".join(moment["text"] for order in shown.values() for moment in order["timeline"])

    wrong = []
    for bad, result in zip(strings, results, strict=True):
        if not taken(bad.text):
            if result["status"] != 422 or "reason" not in result["text"]:
                wrong.append(f"{result} · {bad}")
        elif result["status"] != 200 or bad.text not in kept or bad.text not in told:
            wrong.append(f"{result} · {bad}")
    assert wrong == []
    for order_id in ids:
        assert (await house.send(order_id, "release", reason="?")).status_code == 409


async def test_each_reference_of_a_payment_comes_back_to_the_letter_or_is_named(house: House) -> None:
    ids = await orders(house, SIDE_BY_SIDE)
    strings = [bad for bad in CORPUS if bad.text] if LONG_RUN else [bad for bad in CORPUS if bad.text][1::3]
    rows = [
        {
            "order_id": ids[n % len(ids)],
            "type": "payment",
            "status": "paid",
            "amount": "0.01",
            "reference": bad.text,
            "event_id": bad.text,
            "command_id": f"p{n}",
        }
        for n, bad in enumerate(strings)
    ]
    results = await give_many(house, rows)
    kept = {payment["reference"] for order_id in ids for payment in (await house.show(order_id))["payments"]}

    wrong = []
    for bad, result in zip(strings, results, strict=True):
        fits = taken(bad.text) and len(bad.text) <= 100
        fine = result["status"] == 200 and bad.text in kept
        named = result["status"] == 422 and "reference" in result["text"]
        if not (fine if fits else named):
            wrong.append(f"{result} · {bad}")
    assert wrong == []


async def test_no_string_in_any_field_of_any_command_makes_an_error_of_ours(house: House) -> None:
    (order_id,) = await orders(house, 1)
    wrong = []
    numbers = iter(range(10**6))
    for type_, way in COMMAND_FIELDS:
        for bad in CORPUS if LONG_RUN else CORPUS[next(numbers) % 83 :: 83]:
            body = put(a_full_command(type_) | {"command_id": f"f{next(NUMBERS)}"}, way, bad.text)
            answer = await house.http.post(
                f"/v1/orders/{order_id}/commands",
                content=json.dumps(body),
                headers=house.headers(house.staff),
            )
            named = [each["field"] for each in answer.json().get("errors", ())]
            if answer.status_code not in (200, 409) and path(way) not in named:
                wrong.append(f"{answer.status_code} {answer.text[:150]} · {type_}.{path(way)} · {bad}")

    assert wrong == []
    assert (await house.show(order_id))["order_id"] == order_id


def payloads(bad: Bad) -> list[tuple[str, list[Any]]]:
    """The string as a field, as an unknown field, as the name of a signal, and as bytes that are no JSON."""
    raw = Payload(metadata={"encoding": b"json/plain"}, data=bad.text[:5000].encode("utf-8", "replace"))
    odd = Payload(
        metadata={"encoding": bad.text[:50].encode("utf-8", "replace") or b"?"}, data=b'{"reason": "x"}'
    )
    escaped = Payload(
        metadata={"encoding": b"json/plain"},
        data=json.dumps({"reason": bad.text, "actor": bad.text}).encode(),
    )
    signals: list[tuple[str, list[Any]]] = [
        ("hold", [RawValue(escaped)]),
        ("packed", [RawValue(raw)]),
        ("release", [RawValue(odd)]),
    ]
    # Temporal itself takes no name that is empty, too long or no text.
    if is_text(bad.text) and 0 < len(bad.text) <= 200 and not bad.text.startswith("__temporal"):
        signals.append((bad.text, [{"reason": "x"}]))
    return signals


async def test_a_plain_signal_of_any_string_is_answered_and_the_order_goes_on(house: House) -> None:
    strings = CORPUS if LONG_RUN else CORPUS[::7]
    ids = await orders(house, SIDE_BY_SIDE)
    before = {order_id: len((await house.show(order_id))["timeline"]) for order_id in ids}
    sent = dict.fromkeys(ids, 0)

    async def to_one(order_id: str, mine: list[Bad]) -> None:
        for bad in mine:
            for name, given in payloads(bad):
                await house.signal(order_id, name, *given)
                sent[order_id] += 1

    await asyncio.gather(*(to_one(each, list(strings[n :: len(ids)])) for n, each in enumerate(ids)))
    for order_id in ids:
        wanted = before[order_id] + sent[order_id]
        order = await house.until(order_id, partial(_has_moments, wanted), 30)
        assert {moment["outcome"] for moment in order["timeline"]} <= {"applied", "refused", "repeated"}
        assert (await house.handle(order_id).query("state"))["holds"] is not None
        for hold in order["holds"]:
            await house.done(order_id, "release", reason=hold["reason"])
        assert (await house.done(order_id, "shipped"))["fulfillment_status"] == "SHIPPED"


def _has_moments(wanted: int, order: dict[str, Any]) -> bool:
    return len(order["timeline"]) >= wanted
