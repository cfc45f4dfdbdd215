"""The sentences for staff: each stands in every language, with just the facts the code gives it."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple, get_args

import pytest

from orders import words
from orders.commands import Payment
from orders.order import FulfillmentMethod
from orders.parcel import MOVES, ParcelState
from orders.rules.deadlines import ATTENTION, OF_A_PARCEL, Late
from orders.rules.parcels import MovesAParcel
from orders.state import Reason
from orders.store import LANGUAGES, Language

ROOT: Final = Path(__file__).parents[2]
CATALOGUES: Final = ("attention", "door", "refusal", "timeline")
KEY: Final = re.compile(rf"({'|'.join(CATALOGUES)})\.[a-z_.]*[a-z]")
OTHER_ROOMS: Final = ("activities", "db", "desk", "documents", "embedded", "mails", "starter")

STEPS: Final = {step for moves in MOVES.values() for move in moves.values() for step in move.skips.values()}
ABOUT_THE_ORDER: Final = {
    reason for late, reason in ATTENTION.items() if late not in (*OF_A_PARCEL, Late.RELEASE)
}
EXPANSIONS: Final[Mapping[tuple[str, frozenset[str]], set[str]]] = {
    ("attention.{reason}", frozenset({"parcel"})): {ATTENTION[late] for late in OF_A_PARCEL},
    ("attention.{reason}", frozenset()): {str(reason) for reason in ABOUT_THE_ORDER},
    ("attention.{said}", frozenset({"mail"})): {
        f"{reason}{to}" for reason in (Reason.MAIL_FAILED, Reason.MAIL_UNKNOWN) for to in ("", "_to_shop")
    },
    ("timeline.payment_{entry.status}", frozenset({"amount"})): set(
        get_args(Payment.model_fields["status"].annotation)
    ),
    ("timeline.payment_{status}", frozenset({"amount"})): {"paid", "refunded"},
    ("timeline.{wish.type}", frozenset({"parcel"})): {
        "ready_for_pickup",
        "collected",
        "out_for_delivery",
        "delivered",
        "delivery_failed",
    },
    ("timeline.skipped.{step}", frozenset({"parcel"})): {"picked", "packed", *STEPS},
    ("refusal.not_before.{step}", frozenset()): {"picked", "packed", *STEPS},
    ("refusal.parcel_is.{parcel.state}", frozenset({"parcel", "at", "by"})): set(ParcelState),
    ("refusal.not_for_this_method.{state.method}", frozenset({"step"})): set(FulfillmentMethod),
    ("refusal.step.{wish.type}", frozenset()): {
        str(get_args(each.model_fields["type"].annotation)[0]) for each in get_args(MovesAParcel)
    },
}
"""What the holes of a key in the code can be filled with, by the facts that go with it."""

DOOR: Final[Mapping[str, set[str]]] = {
    "door.order_not_found": {"order_id"},
    "door.order_differs": {"order_id"},
    "door.command_differs": {"command_id"},
    "door.store_not_found": {"store"},
    "door.unavailable": set(),
    "door.unauthorised": set(),
    "door.forbidden": {"scope"},
    "door.invalid": {"field", "problem"},
    "door.too_large": {"limit"},
    "door.not_json": set(),
    "door.kept_for_later": set(),
    "door.payment_before_order": set(),
    "door.order_ended": set(),
    "door.workflow_stopped": set(),
    "door.money_does_not_add_up": {"fields"},
    "door.two_stores": {"order_id"},
    "door.method_not_allowed": set(),
    "door.not_found": set(),
    "door.unexpected": {"request_id"},
    "door.history": {"status"},
    "door.refused_history": set(),
    "door.cursor_unreadable": set(),
    "door.provider_not_found": {"provider"},
    "door.provider_not_set_up": {"provider"},
    "door.webhook_not_signed": set(),
    "door.webhook_stale": {"seconds"},
    "door.webhook_of_another_store": {"store"},
    "door.webhook_kept": set(),
    "door.webhook_repeated": set(),
    "door.webhook_asks_nothing": set(),
}
"""What the front door says, with its facts: spoken in other rooms than this test reads closely."""


class Spoken(NamedTuple):
    key: str
    facts: frozenset[str]


def spoken() -> Iterator[Spoken]:
    """Every sentence of orders/ and workflows/, as its call gives it."""
    for file in (*ROOT.glob("orders/**/*.py"), *ROOT.glob("workflows/**/*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call):
                yield from in_call(node)


def in_call(call: ast.Call) -> Iterator[Spoken]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name == "asked":
        yield Spoken(text_of(call.args[3]), frozenset({"line_id", "asked", "left"}))
        yield Spoken(text_of(call.args[4]), frozenset())
        return
    place = {"say": 1, "attend": 1, "sentence": 0, "Refused": 0, "Repeated": 0, "__init__": 0}.get(name)
    if place is None or len(call.args) <= place:
        return
    key, facts = call.args[place], frozenset(each.arg or "**" for each in call.keywords) - {"subject"}
    if isinstance(key, ast.Constant) and KEY.fullmatch(str(key.value)):
        yield Spoken(str(key.value), facts)
    elif isinstance(key, ast.JoinedStr):
        pattern = ast.unparse(key)[2:-1]
        if not pattern.startswith(CATALOGUES):
            return
        for value in EXPANSIONS[pattern, facts]:
            yield Spoken(re.sub(r"\{[^}]+\}", value, pattern), facts)


def text_of(node: ast.expr) -> str:
    assert isinstance(node, ast.Constant)
    return str(node.value)


def mentioned(*folders: str) -> set[str]:
    """Every text in the code of these rooms that looks like a key."""
    files = [file for folder in folders for file in ROOT.glob(f"{folder}/**/*.py")]
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text()))]
    texts = {str(node.value) for node in nodes if isinstance(node, ast.Constant)}
    return {text for text in texts if KEY.fullmatch(text)}


def in_catalogues(language: Language) -> dict[str, frozenset[str]]:
    return {key: holes for key, holes in words.holes(language).items() if KEY.fullmatch(key)}


SPOKEN: Final = sorted(set(spoken()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_the_code_speaks_stands_in_every_language_with_just_its_facts(
    language: Language,
) -> None:
    known = in_catalogues(language)

    assert {key: known.get(key) for key, _ in SPOKEN} == dict(SPOKEN)


def test_a_sentence_gets_the_same_facts_wherever_it_is_spoken() -> None:
    keys = [key for key, _ in SPOKEN]

    assert sorted(set(keys)) == keys


def test_no_key_in_the_code_goes_round_this_test() -> None:
    assert mentioned("orders", "workflows") <= {key for key, _ in SPOKEN}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_front_door_has_its_sentences_in_every_language_with_just_their_facts(language: Language) -> None:
    known = in_catalogues(language)

    assert {key: set(facts) for key, facts in known.items() if key.startswith("door.")} == DOOR


def test_every_sentence_of_the_front_door_that_is_spoken_anywhere_is_known_here() -> None:
    keys = {key for key in mentioned("orders", "workflows", *OTHER_ROOMS) if key.startswith("door.")}

    assert keys <= DOOR.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_left_that_nobody_speaks(language: Language) -> None:
    known = {key for key in in_catalogues(language) if not key.startswith("door.")}

    assert known - {key for key, _ in SPOKEN} - mentioned(*OTHER_ROOMS) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_calm(language: Language) -> None:
    texts = [
        text
        for name in CATALOGUES
        for text in (ROOT / f"orders/words/{language}/{name}.toml").read_text().splitlines()
    ]

    assert [text for text in texts if "!" in text] == []


def test_the_example_of_the_contract_reads_as_the_contract_has_it() -> None:
    said = words.say("en", "timeline.shipped", parcel="1", tracking_number="3SDEVC1234567")

    assert said == "Parcel 1 handed over, 3SDEVC1234567"
