"""Notes of the staff: signed, changed by who wrote them alone, and nothing that was said is lost."""

import asyncio
from typing import Any

import httpx
import pytest

from db import notes
from db.keys import Scope
from orders.errors import Refused
from tests.house import House
from tests.integration.test_cli import environment, nothing_set, run
from tests.sample_orders import an_order

__all__ = ["environment", "nothing_set"]  # Fixtures: the environment of the command line.


async def ask(
    house: House, method: str, path: str, scope: Scope = Scope.STAFF, **body: Any
) -> httpx.Response:
    headers = house.headers(scope)
    if method == "GET":
        return await house.http.get(path, headers=headers)
    return await house.http.request(method, path, headers=headers, json=body)


async def write(house: House, order_id: str, note_id: str, text: str) -> httpx.Response:
    return await ask(house, "POST", f"/v1/orders/{order_id}/notes", note_id=note_id, text=text)


async def test_a_note_is_signed_and_stands_on_the_order(house: House) -> None:
    order_id = await house.placed(an_order())
    written = await write(house, order_id, "n-1", "Called: Thursday is fine.\nShe is in after 6.")
    listed = await ask(house, "GET", f"/v1/orders/{order_id}/notes")
    shown = await house.show(order_id)

    assert written.status_code == 201
    assert listed.json()["notes"] == shown["notes"] == [written.json()]
    assert (written.json()["author"], written.json()["edited_at"]) == ("staff:test", None)
    assert written.json()["text"] == "Called: Thursday is fine.\nShe is in after 6."


async def test_a_note_sent_twice_is_kept_once(house: House) -> None:
    order_id = await house.placed(an_order())
    answers = await asyncio.gather(*(write(house, order_id, "n-1", "Fragile") for _ in range(5)))

    assert sorted(each.status_code for each in answers) == [200, 200, 200, 200, 201]
    assert len((await house.show(order_id))["notes"]) == 1


async def test_a_note_without_an_id_is_given_one(house: House) -> None:
    order_id = await house.placed(an_order())
    answer = await ask(house, "POST", f"/v1/orders/{order_id}/notes", text="Fragile")

    assert answer.status_code == 201
    assert answer.json()["note_id"]


async def test_another_note_under_a_known_id_is_refused(house: House) -> None:
    order_id = await house.placed(an_order())
    await write(house, order_id, "n-1", "Fragile")
    answer = await write(house, order_id, "n-1", "Not fragile")

    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:pakhuis:refusal.note_differs"


async def test_notes_are_listed_as_they_were_written(house: House) -> None:
    order_id = await house.placed(an_order())
    for number in (3, 1, 2):
        await write(house, order_id, f"n-{number}", f"note {number}")
    await ask(house, "PATCH", f"/v1/orders/{order_id}/notes/n-3", text="note 3, better")

    order = await house.show(order_id)
    assert [each["text"] for each in order["notes"]] == ["note 3, better", "note 1", "note 2"]


async def test_how_a_note_read_before_is_kept_with_who_and_when(house: House) -> None:
    order_id = await house.placed(an_order())
    first = (await write(house, order_id, "n-1", "Thursday")).json()
    path = f"/v1/orders/{order_id}/notes/n-1"
    changed = (await ask(house, "PATCH", path, text="Friday")).json()
    same = (await ask(house, "PATCH", path, text="Friday")).json()

    assert (changed["text"], changed["at"]) == ("Friday", first["at"])
    assert [each["text"] for each in changed["versions"]] == ["Thursday", "Friday"]
    assert {each["author"] for each in changed["versions"]} == {"staff:test"}
    assert changed["edited_at"] == changed["versions"][1]["at"] > first["at"]
    assert same == changed
    again = await write(house, order_id, "n-1", "Thursday")
    assert (again.status_code, again.json()["text"]) == (200, "Friday")


async def test_a_note_is_changed_by_its_author_alone(house: House) -> None:
    order_id = await house.placed(an_order())
    await write(house, order_id, "n-1", "Thursday")
    answer = await ask(house, "PATCH", f"/v1/orders/{order_id}/notes/n-1", Scope.OPS, text="Friday")

    assert answer.status_code == 403
    assert "staff:test" in answer.json()["detail"]
    assert (await house.show(order_id))["notes"][0]["text"] == "Thursday"


async def test_two_changes_of_one_note_at_once_are_both_kept(house: House) -> None:
    order_id = await house.placed(an_order())
    await write(house, order_id, "n-1", "first")
    path = f"/v1/orders/{order_id}/notes/n-1"
    texts = [f"change {number}" for number in range(6)]
    await asyncio.gather(*(ask(house, "PATCH", path, text=text) for text in texts))

    versions = (await house.show(order_id))["notes"][0]["versions"]
    assert sorted(each["text"] for each in versions) == [*texts, "first"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": " \n\t"}, "text"),
        ({"text": "x" * 4001}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"text": "fine", "author": "somebody"}, "author"),
        ({"text": "fine", "note_id": "a b"}, "note_id"),
    ],
)
async def test_what_is_no_note_is_refused_with_its_field(
    house: House, body: dict[str, Any], field: str
) -> None:
    order_id = await house.placed(an_order())
    answer = await ask(house, "POST", f"/v1/orders/{order_id}/notes", **body)

    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]


async def test_four_thousand_letters_of_any_script_are_a_note_as_a_form_sends_it(house: House) -> None:
    order_id = await house.placed(an_order())
    text = "😀" * 3998 + "\r\n!"
    answer = await write(house, order_id, "n-1", text)

    assert answer.status_code == 201
    assert answer.json()["text"] == "😀" * 3998 + "\n!"


@pytest.mark.parametrize(("method", "end"), [("GET", ""), ("POST", ""), ("PATCH", "/n-1")])
async def test_an_order_that_is_not_there_has_no_notes(house: House, method: str, end: str) -> None:
    answer = await ask(house, method, f"/v1/orders/NOBODY/notes{end}", text="hello")

    assert answer.status_code == 404


async def test_a_note_that_is_not_there_is_not_changed(house: House) -> None:
    order_id = await house.placed(an_order())
    answer = await ask(house, "PATCH", f"/v1/orders/{order_id}/notes/n-9", text="hello")

    assert (answer.status_code, answer.json()["type"]) == (404, "urn:pakhuis:refusal.note_not_found")


@pytest.mark.parametrize(("method", "end"), [("GET", ""), ("POST", ""), ("PATCH", "/n-1")])
async def test_a_checkout_neither_reads_nor_writes_notes(house: House, method: str, end: str) -> None:
    order_id = await house.placed(an_order())
    answer = await ask(house, method, f"/v1/orders/{order_id}/notes{end}", Scope.CHECKOUT, text="hello")

    assert answer.status_code == 403


async def test_notes_and_changes_come_to_an_end(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    order_id = await house.placed(an_order())
    monkeypatch.setattr(notes, "MOST_NOTES", 2)
    monkeypatch.setattr(notes, "MOST_VERSIONS", 2)
    async with house.pool.acquire() as connection:
        for number in (1, 2):
            await notes.add(connection, "default", order_id, f"n-{number}", "staff:anna", "hello")
        await notes.edit(connection, "default", order_id, "n-1", "staff:anna", "hello there")

        with pytest.raises(Refused):
            await notes.add(connection, "default", order_id, "n-3", "staff:anna", "hello")
        with pytest.raises(Refused):
            await notes.edit(connection, "default", order_id, "n-1", "staff:anna", "hello again")


async def test_the_command_line_writes_changes_and_shows_notes(
    house: House, environment: dict[str, str]
) -> None:
    order_id = await house.placed(an_order())
    wrote = await run("note", order_id, "Fragile", "--note-id", "n-1", environment=environment)
    again = await run("note", order_id, "Fragile", "--note-id", "n-1", environment=environment)
    changed = await run(
        "note", order_id, "-", "--note-id", "n-1", "--change", "--json", environment=environment, given="Very"
    )
    unnamed = await run("note", order_id, "Very", "--change", environment=environment)
    shown = await run("show", order_id, environment=environment)

    assert [each.code for each in (wrote, again, changed, unnamed, shown)] == [0, 0, 0, 1, 0]
    assert "kept before" in again.out
    assert changed.json["text"] == "Very"
    assert "--note-id" in unnamed.err
    assert "Very (changed" in shown.out
