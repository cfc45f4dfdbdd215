"""The command line by itself: its words, its language, and where it looks for the system."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from orders.words import holes
from starter.cli.connections import filled_up
from starter.cli.tables import cell
from starter.cli.talk import Talk, language_of, printable

ROOT = Path(__file__).parents[2]
SOURCES = [
    *(ROOT / "starter" / "cli").rglob("*.py"),
    *(ROOT / "embedded").glob("*.py"),
    ROOT / "starter/client.py",
]
DOCTORS_WORDS = re.compile(r'(well|warning|wrong)\("(\w+)"(?:, "(\w+)"|(?!, [\w.]+[,)]))')
"""A finding with its key; the doctor's own tests have those whose key is worked out."""
STACK = {
    "api": "http://127.0.0.1:18080",
    "smtp_url": "smtp://127.0.0.1:11025",
    "temporal": "127.0.0.1:17233",
    "temporal_ui": None,
    "database_url": "postgresql://127.0.0.1:15433/pakhuis",
}


def test_every_key_the_command_line_speaks_stands_in_the_catalogue():
    used = set()
    for source in SOURCES:
        text = source.read_text()
        used |= {f"cli.{key}" for key in re.findall(r'(?:\.say|\.tell)\(\s*"([^"{]+)"', text)}
        used |= {f"cli.error.{key}" for key in re.findall(r'CliError\(\s*"([^"{]+)"', text)}
        for kind, check, key in DOCTORS_WORDS.findall(text):
            used |= {f"doctor.{check}.{key or kind}", f"doctor.{check}.name"}
        for columns in re.findall(r"\btable\(([^)]*)\)", text):
            used |= {f"cli.column.{key}" for key in re.findall(r'"(\w+)"', columns.split("title=")[0])}

    assert len(used) > 100
    assert used - holes("en").keys() == set()


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "nl_NL.UTF-8"}, "nl"),
        ({"LANG": "nl_NL.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LC_ALL": "", "LANG": "nl"}, "nl"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
    ],
)
def test_it_speaks_the_language_of_the_locale(environment, language):
    assert language_of(environment) == language


def test_it_speaks_no_language_it_does_not_know():
    with pytest.raises(ValueError, match="fr is not one of en, nl"):
        Talk({}).speak("fr")


def test_text_from_outside_cannot_move_the_cursor_or_become_markup():
    assert printable("a\x1b[2Jb\rc") == "a\ufffd[2Jb\ufffdc"
    assert cell("[red]Sanne[/red]").plain == "[red]Sanne[/red]"


def in_home(tmp_path, **environment):
    (tmp_path / "stack.json").write_text(json.dumps(STACK))
    return filled_up({"PAKHUIS_HOME": str(tmp_path), **environment})


def test_what_the_environment_leaves_unsaid_the_running_stack_says(tmp_path):
    found = in_home(tmp_path, PGSSLMODE="require", TEMPORAL_API_KEY="of another")

    assert found["PAKHUIS_DATABASE_URL"] == STACK["database_url"]
    assert found["PAKHUIS_PUBLIC_URL"] == STACK["api"]
    assert found["PAKHUIS_SECRET_KEY_FILE"] == str(tmp_path / "secret-key")
    assert found["TEMPORAL_ADDRESS"] == STACK["temporal"]
    assert "PGSSLMODE" not in found
    assert "TEMPORAL_API_KEY" not in found


def test_an_environment_that_names_another_database_has_nothing_of_the_stack(tmp_path):
    theirs = "postgresql://db.example.com/shop"

    found = in_home(tmp_path, PAKHUIS_DATABASE_URL=theirs)

    assert found == {"PAKHUIS_HOME": str(tmp_path), "PAKHUIS_DATABASE_URL": theirs}


def test_what_the_environment_says_goes_before_what_the_stack_says(tmp_path):
    found = in_home(tmp_path, PAKHUIS_SECRET_KEY="k" * 32, TEMPORAL_ADDRESS="temporal.example.com:7233")

    assert "PAKHUIS_SECRET_KEY_FILE" not in found
    assert found["TEMPORAL_ADDRESS"] == "temporal.example.com:7233"
    assert "TEMPORAL_NAMESPACE" not in found


def test_help_loads_nothing_heavy():
    code = "import sys, starter.cli; print([name for name in HEAVY if name in sys.modules])".replace(
        "HEAVY", "('temporalio', 'asyncpg', 'pydantic', 'fastapi', 'httpx', 'embedded')"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert loaded.stdout.strip() == "[]"
