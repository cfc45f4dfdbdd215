"""The words that are left over: a text of the catalogues that no code can name is dead, and is found here."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from orders.words import holes

ROOT: Final = Path(__file__).parents[2]
ROOMS: Final = (
    "activities",
    "bench",
    "db",
    "desk",
    "documents",
    "embedded",
    "mails",
    "orders",
    "starter",
    "torture",
    "workflows",
)
TEMPLATES: Final = (".html", ".js", ".mjml", ".sql", ".txt", ".typ")
DEEPEST: Final = 3
"""A name that is put together from names that are put together, so often."""
JOINED: Final = re.compile(r"""["']([\w.]+)["'] ~ (?:[\w.]+|\([^)]*\))(?: ~ ["']([\w.]+)["'])?""")
"""How a template puts a name together."""


def source_files() -> Iterator[Path]:
    yield ROOT / "worker.py"
    for room in ROOMS:
        yield from (file for file in sorted((ROOT / room).rglob("*")) if file.suffix in (".py", *TEMPLATES))


class Names:
    """Every name that code writes out, and every way in which it puts one together of others."""

    def __init__(self) -> None:
        self.written: set[str] = set()
        self.made: set[re.Pattern[str]] = set()
        self._known: dict[str, bool] = {}
        for file in source_files():
            text = file.read_text("utf-8")
            if file.suffix == ".py":
                self._read_code(ast.parse(text))
            else:
                self._read_template(text)
        # A field of the settings is a path in code and one word in the catalogue.
        self.written |= {name.replace(".", "_") for name in self.written if "." in name}

    def has(self, name: str, depth: int = 0) -> bool:
        """Whether this name is written out, or put together of parts for which the same is true."""
        if name in self.written:
            return True
        if depth == DEEPEST:
            return False
        if (known := self._known.get(name)) is None:
            found = (made.fullmatch(name) for made in self.made)
            known = any(each and all(self.has(part, depth + 1) for part in each.groups()) for each in found)
            self._known[name] = known
        return known

    def _read_code(self, code: ast.Module) -> None:
        for node in ast.walk(code):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                self.written.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = (part.value if isinstance(part, ast.Constant) else None for part in node.values)
                self._join(*(part if part is None else str(part) for part in parts))
            elif (
                isinstance(node, ast.BinOp)
                and isinstance(node.left, ast.Constant)
                and isinstance(node.left.value, str)
            ):
                self._join(node.left.value, None)

    def _read_template(self, text: str) -> None:
        self.written.update(re.findall(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+", text))
        self.written.update(re.findall(r"""(?<=["'`])[\w.]+(?=["'`])""", text))
        for before, after in JOINED.findall(text):
            self._join(before, None, after)

    def _join(self, *parts: str | None) -> None:
        """Note a way to make names: what is written out of it, and None for each part that is worked out."""
        said = "".join(part for part in parts if part is not None)
        if re.fullmatch(r"[a-z0-9_.]*[a-z]{2}[a-z0-9_.]*", said) and ("_" in said or "." in said):
            self.made.add(re.compile("".join("(.+)" if part is None else re.escape(part) for part in parts)))


def test_every_word_can_be_named_by_some_code() -> None:
    names = Names()

    assert [key for key in holes("en") if not names.has(key)] == []


def test_a_word_that_nothing_names_is_found() -> None:
    names = Names()

    assert names.has("desk_order.step.label_first")
    assert not names.has("desk_order.step.label_never_of_all")
    assert not names.has("desk_order.no_such_word_at_all")
