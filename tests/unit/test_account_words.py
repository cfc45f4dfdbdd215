"""The words of accounts: every one is there, and none is left over."""

import re
from pathlib import Path

import pytest

from db.audit import Act
from orders.rights import Role
from orders.words import holes

ROOT = Path(__file__).parents[2]
WORDS = frozenset(key for key in holes("en") if key.startswith("account."))
BUILT = re.compile(r"account\.(act|fact|role|role_hint|language|problem|welcome|password|people|cli)\.\w+")
"""Keys whose last part is worked out."""
SOURCES = "".join(
    file.read_text("utf-8")
    for folder, kinds in (
        ("desk", ("*.py", "*.html")),
        ("starter", ("*.py",)),
        ("orders", ("*.py",)),
        ("embedded", ("*.py",)),
    )
    for kind in kinds
    for file in sorted((ROOT / folder).rglob(kind))
)


def test_every_word_that_is_named_is_there() -> None:
    named = set(re.findall(r'"(account\.[a-z_]+(?:\.[a-z_]+)+)"', SOURCES))

    assert len(named) > 80
    assert named - WORDS == set()


def test_no_word_is_left_over() -> None:
    quoted = set(re.findall(r"[\"'](account(?:\.[a-z_]+)+)[\"']", SOURCES))

    assert {key for key in WORDS - quoted if not BUILT.fullmatch(key)} == set()


@pytest.mark.parametrize("act", Act)
def test_every_act_of_the_audit_has_its_words(act: Act) -> None:
    assert f"account.act.{act}" in WORDS


@pytest.mark.parametrize("role", Role)
def test_every_role_has_its_name_and_says_what_it_does(role: Role) -> None:
    assert {f"account.role.{role}", f"account.role_hint.{role}"} <= WORDS
