"""Lists that are kept in two places, held equal: whoever adds to one of them is told of the other."""

import ast
import importlib
import inspect
import json
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.worker import Worker

from activities.postman import Postman
from db.migrate import all_migrations
from db.pool import Pool
from db.queries import load
from db.vault import Vault
from embedded.temporal import Temporal
from mails.letters import FOLDER, NEEDS, render
from mails.sample import sample
from orders.commands import COMMAND, TYPES
from orders.errors import OrderError
from orders.mail import AUDIENCE, MailKind
from orders.parcel import MOVES
from orders.store import LANGUAGES, Language
from starter import temporal as connecting
from starter.http.documentation import COMMAND_EXAMPLES
from starter.http.problems import HTTP_STATUS
from starter.settings import Settings
from tests.digital import SECRET
from worker import build_worker
from workflows import signals, steps
from workflows.signals import Signal

TOP = Path(__file__).parents[2]
ROOMS = tuple(
    room
    for room in ("orders", "workflows", "db", "mails", "documents", "activities", "starter", "desk")
    if (TOP / room).is_dir()
)
SQL_FILES = tuple(sorted(file.stem for file in (TOP / "db" / "sql").glob("*.sql")))
QUERIES = tuple((file, name) for file in SQL_FILES for name in load(file))


def subclasses(of: type[OrderError]) -> Iterator[type[OrderError]]:
    for each in of.__subclasses__():
        if each.__module__.split(".")[0] in ROOMS:
            yield each
            yield from subclasses(each)


def import_every_module() -> None:
    for room in ROOMS:
        found = importlib.import_module(room)
        for module in pkgutil.walk_packages(found.__path__, f"{room}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)


def test_every_error_has_a_status_and_every_status_an_error() -> None:
    import_every_module()

    assert {OrderError, *subclasses(OrderError)} == set(HTTP_STATUS)


def test_the_tree_at_the_top_of_the_errors_names_every_error_of_the_language() -> None:
    named = re.findall(r"^[├└]── (\w+)", inspect.getdoc(inspect.getmodule(OrderError)) or "", re.MULTILINE)
    theirs = [each.__name__ for each in subclasses(OrderError) if each.__module__.startswith("orders.")]

    assert sorted(named) == sorted(theirs)


@pytest.mark.parametrize("type_", TYPES)
def test_every_command_has_an_example_that_is_one(type_: str) -> None:
    command = COMMAND.validate_python(COMMAND_EXAMPLES[type_])

    assert command.type == type_


def test_no_example_is_of_a_command_that_is_no_more() -> None:
    assert set(COMMAND_EXAMPLES) == set(TYPES)


@pytest.mark.parametrize("type_", TYPES)
def test_every_command_reaches_the_workflow_as_a_signal_of_its_name(type_: str) -> None:
    fields = {name: value for name, value in COMMAND_EXAMPLES[type_].items() if name != "type"}
    wish = signals.read(Signal(type_, [RawValue(Payload(data=json.dumps(fields).encode()))]))

    assert wish.command == COMMAND.validate_python(COMMAND_EXAMPLES[type_])


@pytest.mark.parametrize("type_", TYPES)
def test_every_command_is_given_in_a_flow_test(type_: str) -> None:
    told = [file.name for file in (TOP / "tests" / "flow").glob("*.py") if f'"{type_}"' in file.read_text()]

    assert told or (type_ == "payment" and "def pay(" in (TOP / "tests" / "house.py").read_text())


def test_every_move_of_a_parcel_is_a_command() -> None:
    assert {move for moves in MOVES.values() for move in moves} <= set(TYPES)


@pytest.fixture
async def worker(temporal: Temporal, pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Worker:
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal.address)
    client = await connecting.connect()
    settings = Settings.model_validate(
        {
            "database_url": "postgresql://nobody",
            "smtp_url": "smtp://127.0.0.1:9",
            "secret_key": SECRET,
            "public_url": "http://pakhuis.test",
            "files": tmp_path,
        }
    )
    return build_worker(client, pool, Vault(SECRET), Postman("smtp://127.0.0.1:9"), settings)


def declared(of: object) -> Iterator[str]:
    """The names of the activities a class or an object has."""
    for name, _ in inspect.getmembers(of, callable):
        definition = getattr(getattr(of, name), "__temporal_activity_definition", None)
        if definition is not None:
            yield definition.name


async def test_every_step_is_taken_by_the_worker_that_ships(worker: Worker) -> None:
    promised = {
        name
        for _, each in inspect.getmembers(steps, inspect.isclass)
        if inspect.isabstract(each)
        for name in declared(each)
    }
    taken = {getattr(each, "__temporal_activity_definition").name for each in worker.config()["activities"]}

    assert len(promised) >= 5
    assert taken == promised


@pytest.mark.parametrize("kind", MailKind)
def test_every_kind_of_mail_has_its_letter(kind: MailKind) -> None:
    assert {file.name for file in (FOLDER / kind).iterdir()} == {"subject.txt", "text.txt", "html.mjml"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", MailKind)
def test_every_kind_of_mail_has_a_sample_that_can_be_sent(kind: MailKind, language: Language) -> None:
    letter = render(kind, sample(kind, language))

    assert all((letter.subject, letter.text, letter.html))


def test_every_kind_of_mail_has_its_reader_and_its_needs_and_no_letter_is_left_over() -> None:
    folders = {folder.name for folder in FOLDER.iterdir() if not folder.name.startswith("_")}

    assert set(MailKind) == set(AUDIENCE) == set(NEEDS) == folders


def queries_used_in(source: str) -> Iterator[tuple[str, str]]:
    """The queries a module names, as `ALIAS["name"]`, or by a loop over their names."""
    tree = ast.parse(source)
    aliases: dict[str, str] = {}
    loops: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(
                targets=[ast.Name(id=alias)],
                value=ast.Call(func=ast.Name(id="load"), args=[ast.Constant(value=str(file))]),
            ):
                aliases[alias] = file
            case ast.For(target=ast.Name(id=variable), iter=ast.Tuple(elts=names)):
                loops[variable] = [str(each.value) for each in names if isinstance(each, ast.Constant)]
            case _:
                pass
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(value=ast.Name(id=alias), slice=ast.Constant(value=str(name))):
                if alias in aliases:
                    yield aliases[alias], name
            case ast.Subscript(value=ast.Name(id=alias), slice=ast.Name(id=variable)):
                if alias in aliases:
                    yield from ((aliases[alias], name) for name in loops[variable])
            case _:
                pass


def test_every_named_query_is_used_and_every_use_is_named() -> None:
    files = [file for room in ROOMS for file in (TOP / room).rglob("*.py")]
    used = {each for file in files for each in queries_used_in(file.read_text())}

    assert used == set(QUERIES)


def test_a_query_has_one_name_in_its_file() -> None:
    names = [
        (file, name)
        for file in SQL_FILES
        for name in re.findall(
            r"^-- (\w+) --$", (TOP / "db" / "sql" / f"{file}.sql").read_text(), re.MULTILINE
        )
    ]

    assert names == list(QUERIES)


@pytest.mark.parametrize(("file", "name"), QUERIES, ids=".".join)
async def test_postgresql_understands_every_query(pool: Pool, file: str, name: str) -> None:
    async with pool.acquire() as connection:
        prepared: Any = await connection.prepare(load(file)[name])

    assert prepared is not None


def test_every_constraint_and_index_has_a_name_of_its_own() -> None:
    everything = "\n".join(all_migrations().values())
    names = re.findall(
        r"(?<!DROP )\b(?:CONSTRAINT|INDEX)\s+(?:CONCURRENTLY\s+)?(?:IF NOT EXISTS\s+)?(\w+)", everything
    )

    assert [name for name, count in Counter(names).items() if count > 1] == []
