"""What is wrong with a field: in the reader's language, with nothing left of another."""

import ast
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from fastapi import FastAPI
from pydantic import TypeAdapter, ValidationError
from pydantic_core._pydantic_core import list_all_errors
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue

from orders.commands import COMMAND, TYPES
from orders.errors import Refused
from orders.order import LineKind, Order
from orders.problems import ELSE, SAID, problem_of
from orders.sentence import Sentence
from orders.store import LANGUAGES, Language, PickupPlace, SpecialDay, StoreSettings, Weekday
from orders.words import holes, in_words
from starter import arrivals
from starter.http import problems
from starter.http.commands import BulkRow
from starter.http.documentation import COMMAND_EXAMPLES, ORDER_EXAMPLE
from starter.http.orders import Moment
from workflows import signals
from workflows.signals import Signal

ALL_ERRORS: Final[Mapping[str, Any]] = {each["type"]: each for each in list_all_errors()}
TOP: Final = Path(__file__).parents[2]
BAD: Final[tuple[Any, ...]] = (
    None, True, 0, -1, 2.5, 10**40, 1e300, float("inf"), "", " ", "x", "\x00", "a\x00b", "\ud800", "a\nb",
    "=?x?=@y.nl", "a@", "x" * 5000, "1e3", "-1", "-1.00", "12.5055", "12.50", "99999999999", "2026-13-01",
    "2026-11-20T10:15:00", "1066-11-20T10:15:00+01:00", "P1", [], {}, [None] * 1001, {"\ud800": 1}, {1: 2},
)  # fmt: skip
OF_PYDANTIC: Final = re.compile(
    r"\b(input|should|valid|unable|parse|field|required|extra|permitted|characters?|match|items?|found|"
    r"expected|greater|less|than|equal|missing|must|instance|object of|error|string|integer|or)\b",
    re.IGNORECASE,
)
"""Words of pydantic's own sentences, none of which is Dutch."""


A_TIME: Final = "een tijdstip wordt geschreven zoals in RFC 3339, bijvoorbeeld “2026-11-20T10:15:00+01:00”"


def ways(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a body."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inner:
        yield from ways(part, (*path, name))


def put(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    changed = deepcopy(body)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return changed


def left_out(body: Any, path: tuple[Any, ...]) -> Any:
    changed = deepcopy(body)
    place = changed
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return changed


def bad_bodies(body: Mapping[str, Any]) -> Iterator[Any]:
    """The body with each bad value in each place, with each part left out, and with a part too many."""
    for way in ways(dict(body)):
        yield from (put(body, way, bad) for bad in BAD)
        if way:
            yield left_out(body, way)
    yield {**body, "colour": "red"}


A_FULL_ORDER: Final[Mapping[str, Any]] = {
    **ORDER_EXAMPLE,
    "lines": [
        *ORDER_EXAMPLE["lines"],
        {
            "line_id": "3",
            "kind": "gift_card",
            "name": "Bon",
            "quantity": 2,
            "unit_price": "0.00",
            "files": [],
        },
    ],
}
PLACE: Final = PickupPlace(
    name="Winkel",
    address=("Kerkstraat 1",),
    hours={Weekday.MONDAY: "09:00-12:30, 13:30-18:00"},
    special_days=(SpecialDay(day="2026-12-25"),),
    instructions={"nl": "Achterom"},
)
SETTINGS: Final = StoreSettings(
    shop_addresses=("a@b.nl",),
    reply_to="a@b.nl",
    how_to_pay={"nl": "x"},
    copy_customer_mails_to="a@b.nl",
    pickup_places=(PLACE,),
)
ASKED: Final[tuple[tuple[TypeAdapter[Any], Mapping[str, Any]], ...]] = (
    (TypeAdapter(Order), A_FULL_ORDER),
    *((COMMAND, COMMAND_EXAMPLES[type_]) for type_ in TYPES),
    (TypeAdapter(BulkRow), {"order_id": "A", "store": "default"}),
    (TypeAdapter(StoreSettings), SETTINGS.model_dump(mode="json")),
)


def all_wrong() -> Iterator[Mapping[str, Any]]:
    """Every error that bad values bring about in what is handed over."""
    for model, body in ASKED:
        for bad in bad_bodies(body):
            try:
                model.validate_python(bad)
            except ValidationError as error:
                yield from error.errors(include_url=False, include_input=False)


@pytest.fixture(scope="module")
def wrong() -> list[Mapping[str, Any]]:
    known: dict[tuple[str, str], Mapping[str, Any]] = {}
    for error in all_wrong():
        known.setdefault((error["type"], str(error.get("ctx"))), error)
    return list(known.values())


def test_every_error_our_models_make_has_a_text_of_its_own(wrong: list[Mapping[str, Any]]) -> None:
    assert len({error["type"] for error in wrong}) > 20
    assert {error["type"] for error in wrong if problem_of(error).key == f"problem.{ELSE}"} == set()


def test_no_word_of_pydantic_is_left_in_a_dutch_answer(wrong: list[Mapping[str, Any]]) -> None:
    said = {in_words("nl", problem_of(error)): error["msg"] for error in wrong}
    # Names and patterns of fields are the same in every language.
    plain = [re.sub(r"(vorm hebben|deze zijn): .*|“.*?”", "", text) for text in said]

    assert not said.keys() & set(said.values())
    assert [text for text in plain if OF_PYDANTIC.search(text)] == []


@pytest.mark.parametrize("type_", sorted(ALL_ERRORS))
@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_pydantic_may_say_becomes_a_text_of_ours(language: Language, type_: str) -> None:
    context = ALL_ERRORS[type_].get("example_context")
    said = in_words(language, problem_of({"type": type_, "ctx": context, "msg": "x", "loc": ()}))

    assert said
    assert said != ALL_ERRORS[type_]["message_template_python"]


def test_an_error_that_lacks_what_its_text_speaks_of_gets_the_general_one() -> None:
    assert problem_of({"type": "string_too_long"}).key == f"problem.{ELSE}"


def test_every_type_that_is_known_is_one_of_pydantic_and_has_what_its_text_needs() -> None:
    texts = {f"problem.{said.text}": frozenset(said.facts) for said in SAID.values()}
    contexts = {type_: set(ALL_ERRORS[type_].get("example_context") or ()) for type_ in SAID}

    assert texts == {key: names for key, names in holes("en").items() if key in texts}
    assert [type_ for type_, said in SAID.items() if not set(said.facts.values()) <= contexts[type_]] == []


def raised() -> Iterator[tuple[str, frozenset[str]]]:
    """Every problem that the code itself speaks of, with its facts."""
    place = {"unfit": 0, "problem": 0, "field_problem": 0, "WrongField": 1}
    for file in (file for room in ("orders", "starter", "desk") for file in (TOP / room).rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text())):
            match call:
                case ast.Call(ast.Name(name), args, keywords) if name in place:
                    facts = frozenset(each.arg for each in keywords if each.arg)
                    if isinstance(text := args[place[name]], ast.Constant):
                        yield f"problem.{text.value!s}", facts


def test_every_problem_the_code_speaks_of_stands_in_the_catalogue_and_no_text_is_left_over() -> None:
    of_pydantic = {f"problem.{said.text}" for said in SAID.values()} | {f"problem.{ELSE}"}
    known = {key: facts for key, facts in holes("en").items() if key.startswith("problem.")}
    spoken = dict(raised())

    assert spoken.items() <= known.items()
    assert known.keys() - of_pydantic == spoken.keys() - of_pydantic


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@pytest.mark.parametrize(
    ("of", "value", "said"),
    [
        (Colour, "green", "het moet een van deze zijn: red, blue"),
        (LineKind, 1, "het moet een van deze zijn: physical, digital, gift_card"),
        (timedelta, "soon", "een duur wordt geschreven zoals in ISO 8601, bijvoorbeeld “P2D” of “PT4H”"),
    ],
)
def test_what_is_allowed_is_listed_without_a_word_of_english_between(of: Any, value: Any, said: str) -> None:
    with pytest.raises(ValidationError) as no:
        TypeAdapter(of).validate_python(value)

    assert in_words("nl", problem_of(no.value.errors()[0])) == said


def a_door() -> httpx.AsyncClient:
    """The front door's way with errors, and nothing behind it."""
    app = FastAPI()
    problems.install(app)

    @app.post("/orders")
    async def place(body: dict[str, Any]) -> None:
        arrivals.read(body)

    @app.get("/list")
    async def look(open: bool, placed_from: Moment, limit: int) -> None:
        return None

    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://door")


async def test_the_answer_of_the_door_is_in_one_language_from_end_to_end() -> None:
    body = {**ORDER_EXAMPLE, "currency": "euro", "lines": [], "colour": "red", "placed_at": 1793000000}
    async with a_door() as door:
        dutch = (await door.post("/orders", json=body, headers={"Accept-Language": "nl"})).json()
        english = (await door.post("/orders", json=body)).json()

    assert dutch["detail"] == "placed_at klopt niet: " + dutch["errors"][0]["problem"] + "."
    assert {each["field"]: each["problem"] for each in dutch["errors"]} == {
        "placed_at": A_TIME,
        "currency": "het moet deze vorm hebben: ^[A-Z]{3}$",
        "lines": "er moet minstens 1 onderdeel in staan",
        "colour": "dit veld bestaat niet",
    }
    assert [each["field"] for each in english["errors"]] == [each["field"] for each in dutch["errors"]]
    assert english["errors"][-1]["problem"] == "there is no such field"


async def test_parameters_of_an_address_are_told_in_the_same_words() -> None:
    asked = {"open": "perhaps", "placed_from": "0.5"}
    async with a_door() as door:
        answer = await door.get("/list", params=asked, headers={"Accept-Language": "nl"})

    assert {each["field"]: each["problem"] for each in answer.json()["errors"]} == {
        "open": "het moet ja of nee zijn, geschreven als “true” of “false”",
        "placed_from": A_TIME,
        "limit": "het ontbreekt",
    }


def test_a_plain_signal_with_a_wrong_field_is_refused_in_the_reader_s_words_too() -> None:
    body = b'{"lines": [{"line_id": "1", "quantity": 0}]}'
    with pytest.raises(Refused) as no:
        signals.read(Signal("packed", [RawValue(Payload(data=body))]))
    kept = Sentence.model_validate_json(no.value.sentence.model_dump_json())

    assert in_words("nl", kept).endswith("lines.0.quantity: het moet minstens 1 zijn.")
