"""The words of notices: every one is there, and none is left over."""

import re
from pathlib import Path

from orders.push import PushKind
from orders.words import holes

ROOT = Path(__file__).parents[2]
WORDS = frozenset(key for key in holes("en") if key.startswith("push."))
BUILT = re.compile(r"push\.(message|error|cli)\.\w+")
"""Keys whose last part is worked out."""
SOURCES = "".join(
    file.read_text("utf-8")
    for room in ("activities", "desk", "starter")
    for kind in ("*.py", "*.html")
    for file in sorted((ROOT / room).rglob(kind))
)
QUOTED = set(re.findall(r"[\"'](push(?:\.[a-z_]+){2})[\"']", SOURCES))


def test_every_word_that_is_named_is_there() -> None:
    assert len(QUOTED) > 30
    assert not QUOTED - WORDS


def test_no_word_is_left_over() -> None:
    assert {key for key in WORDS - QUOTED if not BUILT.fullmatch(key)} == set()


def test_every_kind_of_notice_has_its_words_for_one_and_for_many() -> None:
    one = {f"push.message.{kind}" for kind in PushKind}
    many = {f"push.message.{kind}_many" for kind in PushKind if kind is not PushKind.TEST}

    assert one | many | {"push.message.test_body"} == {
        key for key in WORDS if key.startswith("push.message.")
    }
