"""docker-compose.yml and the Dockerfile, held against the code they are for."""

import ast
import ipaddress
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from starter import settings
from starter.settings import NAMES, SECRETS, Settings

TOP = Path(__file__).parents[2]
COMPOSE: Mapping[str, Any] = yaml.safe_load((TOP / "docker-compose.yml").read_text("utf-8"))
SERVICES: Mapping[str, Mapping[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "api", "worker")
ONE_SHOT = ("temporal-schema", "temporal-namespace", "migrate")
STAYING = tuple(name for name in SERVICES if name not in ONE_SHOT)
DOCKERFILE = (TOP / "Dockerfile").read_text("utf-8")
NOT_IN_THE_IMAGE = {"embedded", "tests", "bench", "torture", "docs", "deploy", "requirements"}
PINNED = re.compile(r"^[a-z0-9/.-]+:v?\d+\.\d+(\.\d+)?(-[a-z]+)*(@sha256:[0-9a-f]{64})?$")
PORT_OF_LOOPBACK = re.compile(r"^127\.0\.0\.1:\d+:\d+$")

each_service = pytest.mark.parametrize("name", SERVICES)


def environment_of(name: str) -> Mapping[str, str]:
    environment: Mapping[str, str] = SERVICES[name].get("environment", {})
    return environment


def seconds(duration: str) -> int:
    found = re.fullmatch(r"(\d+)s", duration)
    assert found, f"{duration} is not a number of seconds"
    return int(found[1])


def drain_seconds() -> float:
    """How long worker.py lets work finish, as its source says: importing it would load a whole worker."""
    for node in ast.parse((TOP / "worker.py").read_text("utf-8")).body:
        match node:
            case ast.Assign(
                targets=[ast.Name(id="DRAIN")],
                value=ast.Call(keywords=[ast.keyword(arg="seconds", value=ast.Constant(value=int(drain)))]),
            ):
                return drain
            case _:
                pass
    raise AssertionError("worker.py has no DRAIN in seconds")


def copied() -> list[tuple[str, str]]:
    """What the Dockerfile takes from here, and where it puts it."""
    return re.findall(r"^COPY (?!--)(\S+) (\S+)$", DOCKERFILE, re.MULTILINE)


def test_every_variable_of_ours_is_one_the_code_reads() -> None:
    readable = set(NAMES.values()) | {f"{name}_FILE" for name in SECRETS}
    given = {name for service in SERVICES for name in environment_of(service) if name.startswith("PAKHUIS_")}

    assert given <= readable


@pytest.mark.parametrize("name", ["api", "worker"])
def test_api_and_worker_get_every_setting_that_has_no_default(name: str) -> None:
    needed = {NAMES[field] for field, info in Settings.model_fields.items() if info.is_required()}
    given = {each.removesuffix("_FILE") for each in environment_of(name)}

    assert needed <= given


def test_the_api_trusts_no_stranger_to_say_where_a_request_comes_from() -> None:
    trusted = ipaddress.ip_network(environment_of("api")["FORWARDED_ALLOW_IPS"])

    assert trusted.is_loopback


@pytest.mark.parametrize("name", ["api", "worker"])
def test_the_code_reads_what_compose_gives_it(name: str, tmp_path: Path) -> None:
    given = dict(environment_of(name))
    for variable, path in given.items():
        if variable.endswith("_FILE"):
            secret = tmp_path / Path(path).name
            secret.write_text("x" * 40)
            given[variable] = str(secret)

    assert settings.read(given).files == Path("/files")


@each_service
def test_secrets_come_by_file_only(name: str) -> None:
    service = SERVICES[name]
    for variable, value in environment_of(name).items():
        is_secret = re.search(r"PASSWORD|PWD|SECRET|KEY|DATABASE_URL|SMTP_URL", variable)
        assert not is_secret or (variable.endswith("_FILE") and str(value).startswith("/run/secrets/"))
        if is_secret:
            assert Path(value).name in service["secrets"]
    for secret in service.get("secrets", []):
        assert COMPOSE["secrets"][secret] == {"file": f"./deploy/secrets/{secret}"}


def test_every_secret_is_made_by_the_script_that_makes_them(tmp_path: Path) -> None:
    script = tmp_path / "make-secrets"
    script.write_text((TOP / "deploy" / "make-secrets").read_text("utf-8"))
    subprocess.run(["sh", str(script)], check=True, capture_output=True)
    first = {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()}
    subprocess.run(["sh", str(script)], check=True, capture_output=True)
    second = {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()}

    assert set(first) == set(COMPOSE["secrets"])
    assert second == first
    assert len(set(first.values())) == len(first)
    assert len(first["secret-key"].strip()) >= 32
    assert first["pakhuis-password"].strip() in first["database-url"]
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def test_secrets_and_files_stay_out_of_the_repository() -> None:
    ignored = (TOP / "deploy" / ".gitignore").read_text("utf-8").split()

    assert {"secrets/", "files/"} <= set(ignored)


@each_service
def test_images_are_pinned_by_version(name: str) -> None:
    assert PINNED.match(SERVICES[name]["image"])


def test_the_base_image_is_pinned_by_version() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)

    assert len(bases) == 2
    assert len(set(bases)) == 1
    assert PINNED.match(bases[0])


def test_the_parts_of_temporal_are_of_one_version() -> None:
    versions = {
        service["image"].rpartition(":")[2]
        for service in SERVICES.values()
        if service["image"].startswith(("temporalio/server", "temporalio/admin-tools"))
    }

    assert len(versions) == 1


@pytest.mark.parametrize("name", STAYING)
def test_what_stays_up_says_how_it_is(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", ONE_SHOT)
def test_what_runs_once_is_not_started_again_when_it_is_done(name: str) -> None:
    assert SERVICES[name]["restart"].startswith("on-failure")


@each_service
def test_nothing_starts_before_what_it_needs_is_ready(name: str) -> None:
    for needed, how in SERVICES[name].get("depends_on", {}).items():
        done = "service_completed_successfully" if needed in ONE_SHOT else "service_healthy"
        assert how == {"condition": done}


@each_service
def test_ports_are_published_on_this_machine_only(name: str) -> None:
    assert all(PORT_OF_LOOPBACK.match(port) for port in SERVICES[name].get("ports", []))


@each_service
def test_nothing_runs_as_root_or_may_become_it(name: str) -> None:
    service = SERVICES[name]

    assert service["user"].split(":")[0] not in ("0", "root", "")
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service


@each_service
def test_nothing_writes_but_where_it_is_let(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert any(each.startswith("/tmp:") for each in service["tmpfs"])
    assert service["mem_limit"]
    assert service["pids_limit"]


def test_the_database_is_reached_by_those_who_need_it_and_reaches_nobody() -> None:
    assert COMPOSE["networks"]["memory"]["internal"] is True
    assert SERVICES["postgres"]["networks"] == ["memory"]
    assert "ports" not in SERVICES["postgres"]


def test_the_data_of_postgres_lies_where_its_image_keeps_it() -> None:
    assert SERVICES["postgres"]["image"].startswith("postgres:18")
    # From 18 on the version is part of the path, and the volume is the folder above it.
    assert "postgres:/var/lib/postgresql" in SERVICES["postgres"]["volumes"]


def test_a_worker_is_given_longer_than_it_drains() -> None:
    assert seconds(SERVICES["worker"]["stop_grace_period"]) >= drain_seconds() + 20


@pytest.mark.parametrize("name", OURS)
def test_the_command_is_one_of_the_command_line(name: str) -> None:
    command, *options = SERVICES[name]["command"]
    asked = [sys.executable, "-m", "starter.cli", command, "--help"]
    done = subprocess.run(asked, cwd=TOP, capture_output=True, text=True, env={"COLUMNS": "200"})

    assert done.returncode == 0
    assert all(option in done.stdout for option in options if option.startswith("--"))


def test_the_image_holds_every_room_that_production_needs() -> None:
    rooms = {file.parent.name for file in TOP.glob("*/__init__.py")} - NOT_IN_THE_IMAGE
    here = {source.rstrip("/") for source, _ in copied()}

    assert rooms | {"worker.py", "requirements/server.lock"} == here


def test_what_is_copied_exists_and_lands_where_python_looks() -> None:
    for source, target in copied():
        assert (TOP / source).exists()
        assert target in (f"/app/{source}", "/build/server.lock")
    assert "PYTHONPATH=/app" in DOCKERFILE


def test_nothing_reaches_the_builder_but_what_is_copied() -> None:
    lines = (TOP / ".dockerignore").read_text("utf-8").split("\n")
    let_in = {line[1:] for line in lines if line.startswith("!")}

    assert "*" in lines
    assert let_in == {source.rstrip("/") for source, _ in copied()}


def test_libraries_are_installed_as_locked() -> None:
    assert "--require-hashes --only-binary :all: -r /build/server.lock" in DOCKERFILE


def test_the_image_does_not_run_as_root() -> None:
    users = re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)

    assert users == ["pakhuis:pakhuis"]
    assert {SERVICES[name]["user"] for name in OURS} == {"10001:10001"}
    assert "--uid 10001" in DOCKERFILE
