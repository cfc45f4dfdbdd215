"""Commands and plain signals with every string of the corpus: each is answered, and the order goes on."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import count, cycle, islice
from typing import Any, Final

from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue

from orders.commands import TYPES
from orders.errors import OrderUnreadable
from starter.front_door import Visitor
from starter.http.commands import MOST_AT_ONCE, read_command
from tests.bad_input.bodies import COMMAND_FIELDS, a_full_command
from tests.bad_input.corpus import CORPUS, LONG_RUN, Bad, Steps, is_text, path, put, share
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
    """A result for each command, given as many at once as may be."""
    results: list[dict[str, Any]] = []
    for start in range(0, len(rows), MOST_AT_ONCE):
        some = json.dumps({"commands": rows[start : start + MOST_AT_ONCE]})
        answer = await house.http.post("/v1/commands", content=some, headers=house.headers(house.staff))
        assert answer.status_code == 200, answer.text
        results += answer.json()["results"]
    return results


async def test_each_reason_comes_back_to_the_letter_or_is_named(house: House) -> None:
    ids = await orders(house, SIDE_BY_SIDE)
    strings = [bad for bad in share(0, 3) if bad.text]
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
        assert await house.refused(order_id, "release", reason="a hold that nobody put on it")


async def test_each_reference_of_a_payment_comes_back_to_the_letter_or_is_named(house: House) -> None:
    ids = await orders(house, SIDE_BY_SIDE)
    strings = [bad for bad in share(1, 3) if bad.text]
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


Fields = dict[Steps, str]
"""What stands in the fields of words of a command."""


def rows() -> Iterator[tuple[str, Fields]]:
    """Types of command with another string in each of their fields: every string twice, and some fifty for
    each field; in a long run every string in every field."""
    ways = {type_: [way for name, way in COMMAND_FIELDS if name == type_] for type_ in TYPES}
    if LONG_RUN:
        for type_ in TYPES:
            for start in range(len(CORPUS)):
                yield (
                    type_,
                    {way: CORPUS[(start + n * 97) % len(CORPUS)].text for n, way in enumerate(ways[type_])},
                )
    else:
        strings = [bad.text for bad in CORPUS * 2]
        for type_ in cycle(TYPES):
            if not strings:
                break
            yield type_, {way: strings.pop() for way in ways[type_] if strings}


def named_by_itself(type_: str, way: Steps, text: str) -> bool:
    """Whether the field is named where only that one is spoilt."""
    try:
        read_command(put(a_full_command(type_), way, text), STAFF)
    except OrderUnreadable:
        return True
    return False


async def test_no_string_in_any_field_of_any_command_makes_an_error_of_ours(house: House) -> None:
    (order_id,) = await orders(house, 1)
    wrong = []
    for type_, fields in rows():
        body = a_full_command(type_) | {"command_id": f"f{next(NUMBERS)}"}
        for way, text in fields.items():
            body = put(body, way, text)
        answer = await house.http.post(
            f"/v1/orders/{order_id}/commands", content=json.dumps(body), headers=house.headers(house.staff)
        )
        named = {each["field"] for each in answer.json().get("errors", ())}
        due = {path(way) for way, text in fields.items() if named_by_itself(type_, way, text)}
        # What none of them is refused for by itself, they may be together: an amount and its currency.
        fine = due <= named if due else answer.status_code in (200, 409) or named & {*map(path, fields)}
        if not fine:
            wrong.append(f"{answer.status_code} {answer.text[:150]} · {type_} · {due} · {fields!a:.200}")

    assert wrong == []
    assert (await house.show(order_id))["order_id"] == order_id


Signal = tuple[str, list[Any]]
ROLES: Final = 7


def signals(strings: Sequence[Bad]) -> Iterator[Signal]:
    """Signals with seven strings, each in another role: in two fields, as the name of a field and its value,
    as bytes that are no JSON, as an encoding, and as the name of a signal."""
    reason, actor, field, value, data, encoding, name = (bad.text for bad in strings)
    yield "hold", [_payload(json.dumps({"reason": reason, "actor": actor}).encode())]
    yield "packed", [_payload(json.dumps({field: value}).encode())]
    yield "packed", [_payload(data[:5000].encode("utf-8", "replace"))]
    yield "release", [_payload(b'{"reason": "x"}', encoding[:50].encode("utf-8", "replace") or b"?")]
    # Temporal itself takes no name that is empty, too long or no text.
    if is_text(name) and 0 < len(name) <= 200 and not name.startswith("__temporal"):
        yield name, [{"reason": "x"}]
    else:
        yield "hold", [_payload(json.dumps({"reason": name}).encode())]


def _payload(data: bytes, encoding: bytes = b"json/plain") -> RawValue:
    return RawValue(Payload(metadata={"encoding": encoding}, data=data))


def all_signals() -> Iterator[Signal]:
    """Every string in one role; in a long run, in each."""
    for turn in range(ROLES if LONG_RUN else 1):
        turned = CORPUS[turn:] + CORPUS[:turn]
        for start in range(0, len(turned), ROLES):
            # The first ones come once more where the last are too few.
            yield from signals((turned + turned)[start : start + ROLES])


async def test_a_plain_signal_of_any_string_is_answered_and_the_order_goes_on(house: House) -> None:
    ids = await orders(house, SIDE_BY_SIDE)
    before = {order_id: len((await house.show(order_id))["timeline"]) for order_id in ids}
    sent = {order_id: [*islice(all_signals(), n, None, len(ids))] for n, order_id in enumerate(ids)}

    async def to_one(order_id: str) -> None:
        for name, given in sent[order_id]:
            await house.signal(order_id, name, *given)

    await asyncio.gather(*map(to_one, ids))
    for order_id in ids:
        wanted = before[order_id] + len(sent[order_id])
        order = await house.until(order_id, partial(_has_moments, wanted), 30)
        assert {moment["outcome"] for moment in order["timeline"]} <= {"applied", "refused", "repeated"}
        assert (await house.handle(order_id).query("state"))["holds"] is not None
        for hold in order["holds"]:
            await house.done(order_id, "release", reason=hold["reason"])
        assert (await house.done(order_id, "shipped"))["fulfillment_status"] == "SHIPPED"


def _has_moments(wanted: int, order: dict[str, Any]) -> bool:
    return len(order["timeline"]) >= wanted
