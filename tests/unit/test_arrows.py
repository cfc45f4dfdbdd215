"""The rooms and the arrows between them: this table is the diagram in ARCHITECTURE.md."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]

MAY_IMPORT: dict[str, set[str]] = {
    "orders": set(),
    "workflows": {"orders"},
    "db": {"orders"},
    "mails": {"orders"},
    "documents": {"orders"},
    "activities": {"orders", "db", "mails", "documents", "workflows.steps"},
    "starter": {"orders", "workflows", "db"},
    "desk": {"orders", "db", "mails", "documents", "activities.views", "starter"},
}
EVERYTHING = ("embedded", "worker", "bench", "torture", "tests")
"""They may import every room, and no room may import them."""

BY_NAME = {
    # A production machine does without the embedded parts, so they are looked for only when asked for.
    ("starter.cli.running", "embedded.cli"),
    # The desk imports the front door, so the front door takes the desk by its name.
    ("starter.cli.serving", "desk.routers"),
    ("starter.cli.papers", "desk.papers"),
    ("starter.cli.previewing", "desk.preview"),
    ("starter.cli.store_looks", "desk.logos"),
    ("starter.cli.store_looks", "desk.mail_samples"),
}
"""Modules that are imported while the program runs, by a name written out in the code."""

HOLDS_A_CLIENT = ("starter", "worker", "embedded", "bench", "torture", "tests")
NOT_FOR_WORKFLOWS = ("asyncpg", "aiosmtplib", "httpx", "fastapi", "babel", "jinja2")


def files_of(room: str) -> list[Path]:
    folder = TOP / room
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [TOP / f"{room}.py"]


def module_of(file: Path) -> str:
    parts = file.relative_to(TOP).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(source: str, package: str) -> Iterator[str]:
    """Every module that a file imports, wherever in it; of `from a import b` both `a` and `a.b`."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (each.name for each in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                above = package.split(".")[: len(package.split(".")) - level + 1] if level else []
                base = ".".join([*above, *([module] if module else [])])
                yield base
                yield from (f"{base}.{each.name}" for each in names)
            case _:
                pass


def imported_by_name(source: str) -> Iterator[str]:
    """Every module whose name is handed to `import_module` or `__import__` as a literal."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="import_module") | ast.Name(id="import_module" | "__import__"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield name
            case _:
                pass


def against_the_arrows(room: str, modules: Iterator[str]) -> set[str]:
    """Of these modules, those of our own rooms that this room may not import."""
    ours = {*MAY_IMPORT, *EVERYTHING}
    allowed = MAY_IMPORT[room] | {room}
    found = {module for module in modules if module.split(".")[0] in ours}
    wrong = {
        module
        for module in found
        if not any(module == each or module.startswith(f"{each}.") for each in allowed)
    }
    # `from workflows.steps import Record` names `workflows` nowhere; `from workflows import steps` does.
    return {module for module in wrong if not any(other.startswith(f"{module}.") for other in found - wrong)}


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_no_room_imports_against_an_arrow(room: str) -> None:
    wrong = {}
    for file in files_of(room) if (TOP / room).is_dir() else []:
        package = module_of(file) if file.name == "__init__.py" else module_of(file.parent / "__init__.py")
        if found := against_the_arrows(room, imported(file.read_text("utf-8"), package)):
            wrong[module_of(file)] = found

    assert not wrong


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_no_room_goes_round_an_arrow_by_a_module_s_name(room: str) -> None:
    by_name = {
        (module_of(file), name)
        for file in (files_of(room) if (TOP / room).is_dir() else [])
        for name in imported_by_name(file.read_text("utf-8"))
        if against_the_arrows(room, iter([name]))
    }

    assert by_name <= BY_NAME


def test_what_is_allowed_by_name_is_really_done_so() -> None:
    for module, name in BY_NAME:
        file = TOP / f"{module.replace('.', '/')}.py"

        assert name in set(imported_by_name(file.read_text("utf-8")))


def test_every_room_that_exists_is_in_the_table() -> None:
    packages = {file.parent.name for file in TOP.glob("*/__init__.py")}

    assert packages - set(EVERYTHING) <= set(MAY_IMPORT)


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_only_those_at_the_edge_hold_a_temporal_client(room: str) -> None:
    holding = [
        module_of(file)
        for file in (files_of(room) if (TOP / room).is_dir() else [])
        if "temporalio.client" in set(imported(file.read_text("utf-8"), ""))
    ]

    assert not holding or room in HOLDS_A_CLIENT


def test_a_workflow_loads_no_database_mail_or_web_library() -> None:
    script = (
        "import json, sys, workflows.fulfil_order, workflows.digest; print(json.dumps(list(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=TOP, capture_output=True, text=True, check=True)

    assert not set(json.loads(done.stdout)) & set(NOT_FOR_WORKFLOWS)


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ("import db.pool", {"db.pool"}),
        ("from starter import temporal", {"starter", "starter.temporal"}),
        ("def late():\n    from desk.routers import routers", {"desk.routers", "desk.routers.routers"}),
        ("from orders.money import Money", set()),
        ("import workflows.patience", set()),
        ("import worker", {"worker"}),
    ],
)
def test_an_import_against_an_arrow_is_seen(source: str, wrong: set[str]) -> None:
    assert against_the_arrows("workflows", imported(source, "workflows")) == wrong


@pytest.mark.parametrize(
    ("source", "is_wrong"),
    [
        ("from workflows.steps import Record", False),
        ("from workflows import steps", False),
        ("from workflows import patience", True),
        ("from workflows.fulfil_order import FulfilOrder", True),
    ],
)
def test_activities_see_the_steps_of_a_workflow_and_no_more(source: str, is_wrong: bool) -> None:
    assert bool(against_the_arrows("activities", imported(source, "activities"))) is is_wrong


def test_an_import_by_name_is_seen() -> None:
    assert set(imported_by_name('import importlib\nimportlib.import_module("desk.routers")')) == {
        "desk.routers"
    }
