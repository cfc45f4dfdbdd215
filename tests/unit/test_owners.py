"""Owners: whatever needs a person names who that is, in both languages."""

import re
from pathlib import Path

import pytest

from orders.owners import OWNERS, Owner, owner_of
from orders.state import Reason
from orders.store import LANGUAGES, Language
from orders.words import holes, say
from starter.answers import AttentionAnswer

OPERATIONS = (Path(__file__).parents[2] / "docs/operations.md").read_text()


def test_every_reason_has_an_owner() -> None:
    assert set(OWNERS) == set(Reason)


def test_every_owner_has_something_to_see_to() -> None:
    assert set(map(owner_of, Reason)) == set(Owner)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_owner_has_a_word_of_its_own_and_no_word_is_left_over(language: Language) -> None:
    words = {say(language, f"owner.{owner}") for owner in Owner}

    assert {key for key in holes(language) if key.startswith("owner.")} == {f"owner.{each}" for each in Owner}
    assert len(words) == len(Owner)


@pytest.mark.parametrize("reason", Reason)
def test_the_handbook_names_the_owner_of_every_reason(reason: Reason) -> None:
    (who,) = re.findall(rf"^\| `{reason}` \| (\w+) \|", OPERATIONS, re.MULTILINE)

    assert who == owner_of(reason)


def test_the_contract_lists_the_owners_there_are() -> None:
    described = AttentionAnswer.model_json_schema()["properties"]["owner"]["description"]

    assert re.findall(r"[a-z_]+", described.partition(":")[2]) == list(Owner)
