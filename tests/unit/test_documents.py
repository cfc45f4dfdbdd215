"""The papers, held against the code they speak of."""

import json
import re
import shlex
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import BaseModel, TypeAdapter
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue

from db.queries import load
from orders.commands import TYPES
from orders.state import Reason
from orders.store import Policy, StoreSettings
from starter.cli import app
from starter.http import middleware
from starter.settings import NAMES, SECRETS, Settings
from tests.unit.test_arrows import MAY_IMPORT
from workflows import signals
from workflows.attributes import REGISTERED
from workflows.signals import Signal

TOP = Path(__file__).parents[2]
ADRS = sorted((TOP / "docs" / "adr").glob("[0-9]*.md"))
PAPERS = [
    TOP / "README.md",
    TOP / "ARCHITECTURE.md",
    TOP / "CHANGELOG.md",
    *sorted((TOP / "docs").rglob("*.md")),
]
SETTINGS = (TOP / "docs" / "settings.md").read_text("utf-8")
OPERATIONS = (TOP / "docs" / "operations.md").read_text("utf-8")
ARCHITECTURE = (TOP / "ARCHITECTURE.md").read_text("utf-8")
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SAID = re.compile(r"`([^`]+)`")

each_paper = pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: str(paper.relative_to(TOP)))
each_decision = pytest.mark.parametrize("decision", ADRS, ids=lambda decision: decision.name)


def rows(text: str) -> dict[str, list[str]]:
    """Every row of every table, by what its first cell says."""
    found = {}
    for line in text.splitlines():
        if line.startswith("| ") and not line.startswith("| ---"):
            first, *others = (cell.strip() for cell in line.strip("|").split(" | "))
            for name in SAID.findall(first) or [first.strip()]:
                found[name] = others
    return found


def anchors(paper: Path) -> set[str]:
    """The headings one can link to, written as links write them."""
    headings = re.findall(r"^#+ (.+)$", paper.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def commands_shown() -> Iterator[tuple[str, list[str]]]:
    """Every line in a block of code that calls `pakhuis`, and what it asks for."""
    for paper in PAPERS:
        for _, block in FENCE.findall(paper.read_text("utf-8")):
            for line in block.splitlines():
                if found := re.match(r"^(?:docker compose exec \w+ |\.venv/bin/)?pakhuis (.+)$", line):
                    words = shlex.split(found[1])
                    yield line, [word for word in words if word not in (">",)]


def default_of(field: str) -> str:
    default = Settings.model_fields[field].default
    return {"": "empty", "None": "not set"}.get(str(default), f"`{default}`")


def plainly(value: object) -> str:
    """A default as the tables write it."""
    if isinstance(value, BaseModel | dict | tuple):
        return ""
    if isinstance(value, Enum | str):
        return str(value)
    return json.dumps(TypeAdapter(Any).dump_python(value, mode="json")).strip('"')


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_explained_with_its_default(field: str) -> None:
    default, meaning = rows(SETTINGS)[NAMES[field]]
    needed = Settings.model_fields[field].is_required()

    assert default.startswith("required" if needed else default_of(field))
    assert ("*file*" in default) == (NAMES[field] in SECRETS)
    assert meaning


def test_no_setting_is_explained_that_nobody_reads() -> None:
    explained = {name for name in rows(SETTINGS) if name.startswith("PAKHUIS_")}

    assert explained == set(NAMES.values())


def test_the_example_of_a_store_holds_every_field_and_is_accepted() -> None:
    (example,) = (json.loads(block) for language, block in FENCE.findall(SETTINGS) if language == "json")

    assert set(example) == set(StoreSettings.model_fields)
    assert set(example["policy"]) == set(Policy.model_fields)
    assert set(example["look"]) == set(StoreSettings().look.model_dump())
    assert StoreSettings.model_validate_json(json.dumps(example)).look.name == example["look"]["name"]


def test_the_deadlines_in_the_example_are_the_defaults() -> None:
    (example,) = (json.loads(block) for language, block in FENCE.findall(SETTINGS) if language == "json")

    assert Policy.model_validate_json(json.dumps(example["policy"])) == Policy()


@pytest.mark.parametrize("model", [StoreSettings, Policy], ids=lambda model: model.__name__)
def test_every_field_of_a_store_is_explained_with_its_default(model: type[BaseModel]) -> None:
    table = rows(SETTINGS)
    for field, info in model.model_fields.items():
        if field == "policy":
            continue
        default = plainly(info.get_default(call_default_factory=True))
        assert len(table[field]) == 2
        assert default in ("", "null") or f"`{default}`" in table[field][0], field


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_for_attention_says_what_to_do(reason: Reason) -> None:
    _owner, means, what_to_do = rows(OPERATIONS)[reason]

    assert means
    assert what_to_do


def test_every_metric_is_explained_and_exists() -> None:
    census = re.findall(r" AS (\w+?)(?:,|$|\n)", load("reading")["backlog"])
    counted = {f"pakhuis_{name}" for name in census} | {"pakhuis_open_orders", "pakhuis_attention"}
    served = {"pakhuis_http_requests_total", "pakhuis_http_request_seconds"}
    explained = {name for name in rows(OPERATIONS) if name.startswith("pakhuis_")}

    assert {f"{each.name}_total" for each in middleware.REQUESTS.describe()} < served
    assert {each.name for each in middleware.SECONDS.describe()} < served
    assert explained == counted | served


def test_every_signal_shown_is_one_an_order_understands() -> None:
    shown = re.findall(r"--name (\w+) --input '(.+)'$", OPERATIONS, re.MULTILINE)
    read = [signals.read(Signal(name, [RawValue(Payload(data=body.encode()))])) for name, body in shown]

    assert len(read) >= 5
    assert {wish.command.type for wish in read} <= set(TYPES)


def test_every_search_attribute_in_a_query_is_registered() -> None:
    queries = [
        line
        for language, block in FENCE.findall(OPERATIONS)
        for line in block.splitlines()
        if not language and re.match(r"^[A-Z]\w+ (=|<|IS)", line)
    ]
    asked = {name for line in queries for name in re.findall(r"\b([A-Z][A-Za-z]+) (?:=|<|IS)", line)}
    of_the_server = {"ExecutionStatus", "TemporalReportedProblems"}

    assert len(queries) >= 5
    assert asked - of_the_server <= {key.name for key in REGISTERED}


def test_every_command_shown_exists() -> None:
    root = typer.main.get_command(app)
    for line, words in commands_shown():
        command: Any = root
        while hasattr(command, "commands"):
            name = words.pop(0) if words else ""
            assert name in command.commands, line
            command = command.commands[name]
        options = {option for each in command.params for option in each.opts}
        assert {word for word in words if word.startswith("--")} <= options, line


def test_every_make_target_shown_exists() -> None:
    targets = set(re.findall(r"^(\w+):", (TOP / "Makefile").read_text("utf-8"), re.MULTILINE))
    shown = {
        target
        for paper in PAPERS
        for target in re.findall(r"(?:^|`)make (\w+)", paper.read_text("utf-8"), re.MULTILINE)
    }

    assert {"demo", "test"} <= shown <= targets


@each_paper
def test_every_link_points_to_something_that_exists(paper: Path) -> None:
    for link in LINK.findall(paper.read_text("utf-8")):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (paper.parent / path).resolve() if path else paper
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@each_paper
def test_a_paper_names_no_path_of_the_machine_it_was_written_on(paper: Path) -> None:
    assert not re.search(
        r"(?<![\w.])/(work|root|home)/", paper.read_text("utf-8").replace("/home/ui-server", "")
    )


@each_decision
def test_every_decision_is_listed_under_its_own_title(decision: Path) -> None:
    title = decision.read_text("utf-8").splitlines()[0].removeprefix("# ")
    listed = (TOP / "docs" / "adr" / "README.md").read_text("utf-8")

    assert title.startswith(f"{decision.name[:4]}: ")
    assert f"- [{title}]({decision.name})" in listed


@each_decision
def test_every_decision_has_its_three_parts(decision: Path) -> None:
    parts = re.findall(r"^## (.+)$", decision.read_text("utf-8"), re.MULTILINE)

    assert parts == ["Context", "Decision", "Consequences"]


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(decision.name[:4]) for decision in ADRS] == list(range(1, len(ADRS) + 1))
    assert "docs/adr/README.md" in ARCHITECTURE


def test_the_arrows_drawn_are_the_arrows_kept() -> None:
    section = ARCHITECTURE.partition("## Rooms and arrows")[2].partition("\n## ")[0]
    drawn = {room: set(SAID.findall(cells[-1])) for room, cells in rows(section).items() if room != "room"}

    assert drawn == MAY_IMPORT
