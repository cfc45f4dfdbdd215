"""Every text field of every way in, with every string of the corpus: it comes back as it was, or is refused
with the field's name."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import pytest

from db.keys import Scope
from orders.commands import TYPES, Command, for_history
from orders.errors import OrderUnreadable
from orders.order import Order
from orders.store import StoreSettings
from starter import arrivals
from starter.front_door import Visitor
from starter.http.commands import read_command
from tests.bad_input.bodies import COMMAND_FIELDS, ORDER_FIELDS, a_full_command, a_full_order, command_model
from tests.bad_input.corpus import CORPUS, Bad, Steps, at, path, put

AT: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
STAFF: Final = Visitor("staff:test", Scope.STAFF)


def comes_back(given: str, kept: Any, way: Steps) -> bool:
    """Whether the field holds what it was given: to the letter, or the very same amount or moment."""
    if kept == given:
        return True
    if way[-1] == "placed_at":
        return datetime.fromisoformat(kept) == datetime.fromisoformat(given.upper())
    if way[0] == "totals" or way[-1] in ("unit_price", "price", "amount"):
        return given.isascii() and given.strip() == given and Decimal(kept) == Decimal(given)
    return False


def wrong(way: Steps, bad: Bad, body: Any, read: Callable[[Any], Any]) -> Iterator[str]:
    """What is wrong with how this body is read: nothing, or one line."""
    try:
        kept = read(body)
    except OrderUnreadable as no:
        if path(way) not in [field for field, _ in no.problems]:
            yield f"{path(way)} is not named in {no.problems} · {bad}"
        return
    except Exception as bug:
        yield f"{path(way)} makes {bug!r:.100} · {bad}"
        return
    if not comes_back(bad.text, at(kept, way), way):
        yield f"{path(way)} comes back as {at(kept, way)!a:.60} · {bad}"


def can_be_kept(value: Any) -> bool:
    """Whether PostgreSQL can hold it as JSON: no NUL, and UTF-8 throughout."""
    text = json.dumps(value, ensure_ascii=False)
    return "\\u0000" not in text.replace("\\\\", "") and bool(text.encode())


def read_order(body: Any) -> Any:
    order = arrivals.read(body)
    kept = order.model_dump(mode="json")
    assert Order.model_validate(kept) == order
    assert can_be_kept(kept)
    return kept


def read_a_command(fields: Any) -> Any:
    command: Command = read_command(fields, STAFF)
    for_history(command)
    kept = command.model_dump(mode="json")
    assert can_be_kept(kept)
    return kept


def test_the_fields_are_found_by_themselves() -> None:
    assert len(ORDER_FIELDS) >= 45
    assert len(COMMAND_FIELDS) >= 50
    assert {("customer", "name"), ("lines", 0, "options", 0), ("totals", "tax")} <= set(ORDER_FIELDS)
    assert {type_ for type_, _ in COMMAND_FIELDS} == set(TYPES)


def test_an_order_with_every_field_is_one_the_door_takes() -> None:
    body = a_full_order()

    assert [path(way) for way in ORDER_FIELDS if at(read_order(body), way) != at(body, way)] == []


@pytest.mark.parametrize("way", ORDER_FIELDS, ids=path)
def test_each_field_of_an_order_gives_each_string_back_or_is_named(way: Steps) -> None:
    body = a_full_order()

    assert [said for bad in CORPUS for said in wrong(way, bad, put(body, way, bad.text), read_order)] == []


@pytest.mark.parametrize("type_", TYPES)
def test_each_field_of_a_command_gives_each_string_back_or_is_named(type_: str) -> None:
    body = a_full_command(type_)

    assert [
        said
        for name, way in COMMAND_FIELDS
        if name == type_
        for bad in CORPUS
        for said in wrong(way, bad, put(body, way, bad.text), read_a_command)
    ] == []


@pytest.mark.parametrize("bad", [bad for bad in CORPUS if bad.class_ == "lone surrogate"], ids=str)
def test_a_field_nobody_knows_is_refused_whatever_its_name(bad: Bad) -> None:
    with pytest.raises(OrderUnreadable) as no:
        read_order({**a_full_order(), bad.text: 1})

    ((_field, problem),) = no.value.problems
    assert problem.key == "problem.not_unicode"


def test_what_an_order_says_makes_a_plan_and_a_first_state() -> None:
    failed = []
    for number, bad in enumerate(CORPUS):
        way = ORDER_FIELDS[number % len(ORDER_FIELDS)]
        for each in (way, ("customer", "name"), ("lines", 0, "name"), ("number",)):
            try:
                order = arrivals.read(put(a_full_order(), each, bad.text))
            except OrderUnreadable:
                continue
            try:
                arrivals.arrival(order, StoreSettings(), AT, "pakhuis", b"", None)
            except Exception as bug:
                failed.append(f"{path(each)} · {bad} · {bug!r:.100}")

    assert failed == []


def test_a_command_has_a_model_for_each_type() -> None:
    assert {command_model(type_).model_fields["type"].default for type_ in TYPES} == set(TYPES)
