"""The words of the papers: none is missing, and none is left that no paper says."""

import re
from pathlib import Path

from orders.words import holes

TOP = Path(__file__).parents[2]
ROOMS = ("documents", "desk", "orders", "starter")
LITERAL = re.compile(r"""["']([a-z_.{}]+?)["']""")


def literals() -> set[str]:
    """Every text in the code and the pages that could be a key or the end of one."""
    files = [file for room in ROOMS for kind in ("*.py", "*.html") for file in (TOP / room).rglob(kind)]
    return {text for file in files for text in LITERAL.findall(file.read_text("utf-8"))}


def is_said(key: str, texts: set[str]) -> bool:
    """Whether the code names this key: whole, after `papers.`, or by a pattern and the end of it."""
    own = key.removeprefix("papers.")
    before, _, end = own.rpartition(".")
    patterns = {text for text in texts if "{" in text}
    named_by_its_end = end in texts and any(
        re.match(rf"(papers\.)?{re.escape(before)}\.\{{", pattern) for pattern in patterns
    )
    return own in texts or key in texts or named_by_its_end


def test_no_sentence_is_left_that_no_paper_says() -> None:
    texts = literals()

    keys = [key for key in holes("en") if key.startswith("papers.")]
    assert len(keys) > 60
    assert [key for key in keys if not is_said(key, texts)] == []


def test_every_key_that_is_named_whole_is_there() -> None:
    named = {text for text in literals() if re.fullmatch(r"papers\.[a-z_.]*[a-z]", text)}

    assert len(named) > 10
    # The command line says its own, under `cli.`.
    assert [key for key in named if not {key, f"cli.{key}"} & set(holes("en"))] == []
