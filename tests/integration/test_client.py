"""The Python client against the real API: whatever goes wrong on the way, a wish is done once."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from db.keys import Scope
from embedded.demo_samples import FOLDER
from orders.order import Order
from starter.client import Journal, PakhuisClient, PakhuisError
from tests.house import House
from tests.sample_orders import an_order


class Line(httpx.AsyncBaseTransport):
    """The way to the house's API, with a fault where a test wants one."""

    def __init__(self, house: House) -> None:
        self._way = house.http._transport
        self.asked: list[dict[str, Any]] = []
        self.before: Callable[[int], None] = lambda number: None
        """Told the number of the request, from 1, before it arrives: may raise."""
        self.after: Callable[[int], None] = lambda number: None
        """The same after it was answered, before the answer is seen."""
        self.instead: Callable[[int], httpx.Response | None] = lambda number: None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        self.asked.append(json.loads(body) if body else {})
        number = len(self.asked)
        self.before(number)
        other = self.instead(number)
        if other is not None:
            return other
        answer = await self._way.handle_async_request(request)
        self.after(number)
        return answer


def client(house: House, line: Line | None = None, scope: Scope = Scope.STAFF, **more: Any) -> PakhuisClient:
    transport = line or Line(house)
    return PakhuisClient("http://pakhuis.test", house.keys[scope], transport=transport, **more)


def cut(number: int, first: int = 1) -> None:
    if number <= first:
        raise httpx.ReadError("connection reset")


async def test_an_order_is_placed_and_placed_again_and_looked_at(house: House) -> None:
    body = an_order()
    async with client(house, scope=Scope.CHECKOUT) as pakhuis:
        first = await pakhuis.place(body)
        again = await pakhuis.place(body)
        found = await pakhuis.order(body["order_id"])

    assert (first.is_new, again.is_new) == (True, False)
    assert found["payment_status"] == "AWAITING_PAYMENT"
    assert found["order_id"] == body["order_id"]


async def test_an_order_may_be_handed_over_as_a_value(house: House) -> None:
    order = Order.model_validate(an_order())
    async with client(house) as pakhuis:
        placed = await pakhuis.place(order)

    assert placed.is_new
    assert placed.order["totals"]["total"] == "29.95"


async def test_an_export_of_ecwid_tells_what_became_of_each_order(house: House) -> None:
    first = json.loads((FOLDER / "one-parcel.json").read_text())
    second = {**json.loads((FOLDER / "mixed.json").read_text()), "items": "none"}
    async with client(house) as pakhuis:
        results = await pakhuis.place_ecwid([first, second])
        one = await pakhuis.place_ecwid(first)

    assert [each.is_kept for each in results] == [True, False]
    assert results[1].detail
    assert [(each.order_id, each.status) for each in one] == [("VT4KM", 200)]


async def test_a_no_is_one_error_with_its_type_its_sentence_and_its_fields(house: House) -> None:
    body = an_order()
    body["customer"]["email"] = "nobody"
    async with client(house, language="nl") as pakhuis:
        with pytest.raises(PakhuisError) as no:
            await pakhuis.place(body)

    assert (no.value.type, no.value.status) == ("urn:pakhuis:door.invalid", 422)
    assert [field.field for field in no.value.fields] == ["customer.email"]
    assert str(no.value) == no.value.sentence
    assert no.value.request_id


async def test_a_refused_command_says_why_and_where_the_order_stands(house: House) -> None:
    order_id = await house.placed(an_order())
    async with client(house) as pakhuis:
        with pytest.raises(PakhuisError) as no:
            await pakhuis.send(order_id, "picked")

    assert no.value.status == 409
    assert no.value.type.startswith("urn:pakhuis:refusal.")
    assert no.value.order is not None
    assert no.value.order["fulfillment_status"] == "AWAITING_PROCESSING"


async def test_a_command_whose_answer_was_lost_is_asked_again_under_the_same_id(house: House) -> None:
    order_id = await house.paid(an_order())
    line = Line(house)
    line.after = cut
    async with client(house, line) as pakhuis:
        answer = await pakhuis.send(order_id, "picked", lines=[{"line_id": "1", "quantity": 1}])

    assert answer["outcome"] == "applied"
    assert len({each["command_id"] for each in line.asked}) == 1
    assert answer["order"]["lines"][0]["units"]["picked"] == 1


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_who_is_told_that_pakhuis_is_away_asks_again(house: House, status: int) -> None:
    line = Line(house)
    line.instead = lambda number: httpx.Response(status) if number < 3 else None
    body = an_order()
    async with client(house, line) as pakhuis:
        placed = await pakhuis.place(body)

    assert placed.is_new
    assert len(line.asked) == 3


async def test_patience_ends_and_the_next_try_goes_on_under_the_same_id(house: House, tmp_path: Path) -> None:
    order_id = await house.paid(an_order())
    line = Line(house)
    line.after = lambda number: cut(number, first=1000)
    file = tmp_path / "journal.json"
    async with client(house, line, journal=Journal(file), patience_seconds=0.2) as pakhuis:
        with pytest.raises(PakhuisError, match="cannot be reached") as silence:
            await pakhuis.send(order_id, "picked", lines=[{"line_id": "1", "quantity": 1}])
    journal = Journal(file)  # As another process reads it.
    later = Line(house)
    async with client(house, later, journal=journal) as pakhuis:
        answer = await pakhuis.send(order_id, "picked", lines=[{"line_id": "1", "quantity": 1}])

    assert silence.value.status is None
    assert {each["command_id"] for each in (*line.asked, *later.asked)} == {answer["command_id"]}
    assert answer["order"]["lines"][0]["units"]["picked"] == 1
    assert len(journal) == 0


async def test_the_same_command_after_its_answer_is_a_new_one(house: House) -> None:
    order_id = await house.paid(an_order())
    one = [{"line_id": "1", "quantity": 1}]
    async with client(house) as pakhuis:
        await pakhuis.send(order_id, "picked", lines=one)
        answer = await pakhuis.send(order_id, "picked", lines=one)

    assert answer["order"]["lines"][0]["units"]["picked"] == 2


async def test_a_command_is_written_into_the_journal_before_it_is_sent(house: House, tmp_path: Path) -> None:
    order_id = await house.paid(an_order())
    file = tmp_path / "journal.json"
    seen: list[str] = []
    line = Line(house)
    line.before = lambda number: seen.append(file.read_text())
    async with client(house, line, journal=Journal(file)) as pakhuis:
        await pakhuis.send(order_id, "picked")

    assert line.asked[0]["command_id"] in seen[0]


async def test_many_commands_have_a_result_each_and_go_on_where_they_stopped(house: House) -> None:
    first, second = await house.paid(an_order()), await house.placed(an_order())
    one = {"type": "picked", "lines": [{"line_id": "1", "quantity": 1}]}
    line = Line(house)
    line.after = cut
    async with client(house, line) as pakhuis:
        results = await pakhuis.send_many(
            [{"order_id": first, **one}, {"order_id": first, **one}, {"order_id": second, **one}]
        )

    assert [each["status"] for each in results] == [200, 200, 409]
    assert line.asked[0] == line.asked[1]
    assert (await house.show(first))["lines"][0]["units"]["picked"] == 2


async def test_a_list_goes_on_over_its_pages(house: House) -> None:
    bodies = [an_order(customer={"name": "Paginawandelaar", "email": "p@example.com"}) for _ in range(5)]
    for body in bodies:
        await house.placed(body)
    line = Line(house)
    async with client(house, line) as pakhuis:
        found = [row["order_id"] async for row in pakhuis.orders(q="paginawandelaar", limit=2, open=True)]

    assert found == [body["order_id"] for body in reversed(bodies)]
    assert len(line.asked) == 3


async def test_an_answer_that_is_not_ours_is_an_error_like_every_other(house: House) -> None:
    line = Line(house)
    line.instead = lambda number: httpx.Response(404, text="<html>nothing here</html>")
    async with client(house, line) as pakhuis:
        with pytest.raises(PakhuisError) as no:
            await pakhuis.order("K8XTQ")

    assert (no.value.type, no.value.status) == ("urn:pakhuis:client.unreadable", 404)
