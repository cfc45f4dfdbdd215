"""Plain signals, as anybody may send them with Temporal's own command line: none is dropped, none sticks."""

from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue

from tests.house import House
from tests.sample_orders import an_order

JSON = {"encoding": b"json/plain"}


def raw(data: bytes, **metadata: bytes) -> RawValue:
    return RawValue(Payload(metadata=metadata or JSON, data=data))


async def last_moment(house: House, order_id: str, known: int) -> dict[str, Any]:
    order = await house.until(order_id, lambda order: len(order["timeline"]) > known)
    moment: dict[str, Any] = order["timeline"][known]
    return moment


async def a_paid_order(house: House) -> tuple[str, int]:
    order_id = await house.paid(an_order())
    return order_id, len((await house.show(order_id))["timeline"])


BAD: dict[str, tuple[str, list[Any], str]] = {
    "no payload": ("shipped", [], "exactly one payload; this one has 0"),
    "two payloads": ("shipped", [{}, {}], "exactly one payload; this one has 2"),
    "a list": ("packed", [[1, 2]], "not an object"),
    "a word": ("packed", ["hello"], "not an object"),
    "nothing": ("packed", [None], "not JSON"),
    "not JSON": ("packed", [raw(b"{")], "not JSON"),
    "bytes": ("packed", [raw(b"\xff\xfe\x00", encoding=b"binary/plain")], "not JSON"),
    "an unknown name": ("dance", [{}], "no command “dance”"),
    "an unknown field": ("packed", [{"colour": "red"}], "colour"),
    "a wrong type of value": ("packed", [{"weight_grams": "heavy"}], "weight_grams"),
    "another type in it": ("packed", [{"type": "shipped"}], "differs from the name"),
    "a missing field": ("hold", [{}], "reason"),
    "too many pieces": ("packed", [{"lines": [{"line_id": "1", "quantity": 3}]}], "not 3"),
    "a step out of turn": ("delivered", [{}], "packed"),
    "a field with a null character in its name": ("packed", [{"a\u0000b": 1}], "a"),
    "half a character as a value": ("hold", [raw(b'{"reason": "\\ud800"}')], "read"),
    "half a character as a name": ("hold", [raw(b'{"\\ud800": 1}')], "read"),
    "half a character as its id": ("packed", [raw(b'{"command_id": "\\ud800"}')], "read"),
    "a null character in its id": ("packed", [{"command_id": "a\u0000b"}], "command_id"),
    "a line break in its id": ("packed", [{"command_id": "a\nb"}], "command_id"),
    "endless nesting": ("packed", [raw(b'{"a":' * 5000 + b"1" + b"}" * 5000)], "not JSON"),
    "deep nesting": ("packed", [raw(b'{"a":' * 300 + b"1" + b"}" * 300)], "read"),
    "an endless number": ("packed", [raw(b'{"weight_grams": 1e999}')], "weight_grams"),
    "not a number": ("payment", [raw(b'{"status": "paid", "amount": NaN}')], "amount"),
    "too much": ("packed", [{"colour": "x" * 70_000}], "longer"),
}


@pytest.mark.parametrize("case", BAD)
async def test_a_bad_signal_is_refused_on_the_timeline_and_the_order_goes_on(house: House, case: str) -> None:
    name, payloads, why = BAD[case]
    order_id, known = await a_paid_order(house)
    await house.signal(order_id, name, *payloads)
    moment = await last_moment(house, order_id, known)

    assert (moment["kind"], moment["outcome"]) == (name, "refused")
    assert why in moment["text"]
    assert (await house.done(order_id, "shipped"))["fulfillment_status"] == "SHIPPED"


async def test_a_signal_from_half_a_person_is_carried_out_and_signed_as_temporal_s(house: House) -> None:
    order_id, known = await a_paid_order(house)
    await house.signal(order_id, "packed", raw(b'{"actor": "\\ud800"}'))
    await house.signal(order_id, "hold", raw(b'{"actor": "a\\u0000b", "reason": "address"}'))
    order = await house.until(order_id, lambda order: len(order["timeline"]) >= known + 3)

    assert {moment["actor"] for moment in order["timeline"][known:]} == {"temporal"}
    assert order["holds"][0]["reason"] == "address"


async def test_odd_names_of_signals_are_answered_too(house: House) -> None:
    order_id, known = await a_paid_order(house)
    for name in ("Shipped", "shipped ", "état", "\u2028", "x" * 200, "a\nb", "🙂"):
        await house.signal(order_id, name, {})
    order = await house.until(order_id, lambda order: len(order["timeline"]) >= known + 7)

    assert {moment["outcome"] for moment in order["timeline"][known:]} == {"refused"}
    await house.done(order_id, "shipped")


async def test_a_good_signal_without_an_id_is_applied(house: House) -> None:
    order_id, _ = await a_paid_order(house)
    await house.signal(order_id, "shipped", {"tracking_number": "3SABC"})
    order = await house.until(order_id, lambda order: order["fulfillment_status"] == "SHIPPED")

    moment = order["timeline"][-1]
    assert (moment["actor"], moment["command_id"], moment["text"]) == (
        "temporal",
        None,
        "Parcel 1 handed over, 3SABC",
    )
    await house.mail(order_id, "shipped")


async def test_a_signal_with_an_id_is_applied_once_and_its_repeat_is_on_the_timeline(house: House) -> None:
    order_id, known = await a_paid_order(house)
    for _ in range(2):
        await house.signal(order_id, "packed", {"command_id": "raw-1"})
    order = await house.until(order_id, lambda order: len(order["timeline"]) >= known + 3)

    assert [(moment["kind"], moment["outcome"]) for moment in order["timeline"][known:]] == [
        ("skipped", "applied"),
        ("packed", "applied"),
        ("packed", "repeated"),
    ]
    assert len(order["parcels"]) == 1


async def test_a_signal_that_repeats_a_command_of_the_door_changes_nothing(house: House) -> None:
    order_id, _ = await a_paid_order(house)
    before = await house.done(order_id, "picked", command_id="both")
    await house.signal(order_id, "picked", {"command_id": "both"})
    moment = await last_moment(house, order_id, len(before["timeline"]))

    assert (moment["outcome"], moment["command_id"]) == ("repeated", "both")
    again = await house.send(order_id, "picked", command_id="both")
    assert (again.status_code, again.json()["outcome"]) == (200, "applied")


async def test_a_command_of_the_door_that_repeats_a_signal_is_answered_as_a_repeat(house: House) -> None:
    order_id, known = await a_paid_order(house)
    await house.signal(order_id, "picked", {"command_id": "both"})
    await last_moment(house, order_id, known)
    answer = await house.send(order_id, "picked", command_id="both")

    assert (answer.status_code, answer.json()["outcome"]) == (200, "repeated")
    assert answer.json()["order"]["lines"][0]["units"]["picked"] == 2


async def test_a_signal_that_came_twice_leaves_the_command_of_the_door_its_answer(house: House) -> None:
    order_id, known = await a_paid_order(house)
    for count in (1, 2):
        await house.signal(order_id, "picked", {"command_id": "thrice"})
        await last_moment(house, order_id, known + count - 1)
    answer = await house.send(order_id, "picked", command_id="thrice")

    assert (answer.status_code, answer.json()["outcome"]) == (200, "repeated")


async def test_a_bad_signal_leaves_the_command_of_the_door_with_its_id_an_answer(house: House) -> None:
    order_id, known = await a_paid_order(house)
    await house.signal(order_id, "picked", {"command_id": "bad-first", "colour": "red"})
    await last_moment(house, order_id, known)
    answer = await house.send(order_id, "picked", command_id="bad-first")

    assert (answer.status_code, answer.json()["outcome"]) == (200, "repeated")


async def test_signals_before_anything_is_paid_are_refused_with_what_is_missing(house: House) -> None:
    order_id = await house.placed(an_order())
    await house.started(order_id)
    await house.signal(order_id, "shipped", {})
    moment = await last_moment(house, order_id, 1)

    assert moment["outcome"] == "refused"
    assert "not paid" in moment["text"]


async def test_a_hundred_signals_at_once_are_all_answered(house: House) -> None:
    order_id, known = await a_paid_order(house)
    for number in range(100):
        await house.signal(order_id, "hold", {"reason": f"reason_{number}"})
    order = await house.until(order_id, lambda order: len(order["timeline"]) >= known + 100, 20)

    assert [hold["reason"] for hold in order["holds"]] == [f"reason_{number}" for number in range(100)]
