"""The doctor finds what is wrong around the system: its address, its secrets, its files, its relay."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from starter.cli.doctor.findings import SetUp
from starter.cli.doctor.relay import smtp
from starter.cli.doctor.secret_files import secrets
from starter.cli.doctor.surroundings import files, public_address, settings
from starter.settings import SECRETS
from tests.doctoring import found, look, readable_only_by_us, set_up
from tests.house import SECRET
from tests.smtp_server import SmtpServer


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://shop.pakhuis.nl", "plain"),
        ("http://192.0.2.7:8080", "plain"),
        ("https://shop.pakhuis.nl", "well"),
        ("http://127.0.0.1:8080", "loopback"),
        ("http://localhost:8080", "loopback"),
        ("http://[::1]:8080", "loopback"),
    ],
)
async def test_a_public_address_on_plain_http_is_wrong(url: str, key: str) -> None:
    finding = await found(public_address, set_up(public_url=url), "public_address")

    assert finding.key == key
    assert (finding.state == "wrong") == (key == "plain")


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o666])
async def test_a_secret_that_others_can_read_is_found(tmp_path: Path, mode: int) -> None:
    file = readable_only_by_us(tmp_path / "secret-key", SECRET)
    file.chmod(mode)

    finding = await found(secrets, set_up(PAKHUIS_SECRET_KEY_FILE=str(file)), "secrets")

    assert (finding.state, finding.key) == ("wrong", "readable")
    assert f"chmod 600 {file}" in finding.text


@pytest.mark.parametrize("name", ["secret-key", "keys/staff", "stack.json", "postgres/password"])
async def test_a_key_of_the_home_that_others_can_read_is_found(tmp_path: Path, name: str) -> None:
    for each in ("secret-key", "keys/staff", "keys/ops", "stack.json", "postgres/password"):
        (tmp_path / each).parent.mkdir(exist_ok=True)
        readable_only_by_us(tmp_path / each, SECRET)
    before = await found(secrets, set_up(PAKHUIS_HOME=str(tmp_path)), "secrets")
    (tmp_path / name).chmod(0o644)

    finding = await found(secrets, set_up(PAKHUIS_HOME=str(tmp_path)), "secrets")

    assert before.state == "well"
    assert (finding.state, finding.key) == ("wrong", "readable")
    assert str(tmp_path / name) in finding.text


@pytest.mark.parametrize(
    ("text", "state"),
    [('[profile.default]\naddress = "a:7233"\n', "well"), ('[profile.default]\napi_key = "k"\n', "wrong")],
)
async def test_a_key_in_temporal_s_configuration_is_a_secret(tmp_path: Path, text: str, state: str) -> None:
    file = readable_only_by_us(tmp_path / "temporal.toml", text)
    file.chmod(0o644)

    finding = await found(secrets, set_up(TEMPORAL_CONFIG_FILE=str(file)), "secrets")

    assert finding.state == state


@pytest.mark.parametrize("name", [name for name in SECRETS if name != "PAKHUIS_PUBLIC_URL"])
async def test_every_secret_setting_is_looked_after(tmp_path: Path, name: str) -> None:
    file = readable_only_by_us(tmp_path / "secret", SECRET)
    file.chmod(0o644)
    examined = SetUp({f"{name}_FILE": str(file), "PAKHUIS_HOME": "/nonexistent"})

    finding = await found(secrets, examined, "secrets")

    assert finding.state == "wrong"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
async def test_a_secret_of_somebody_else_is_found(tmp_path: Path) -> None:
    file = readable_only_by_us(tmp_path / "secret-key", SECRET)
    os.chown(file, 4321, -1)

    finding = await found(secrets, set_up(PAKHUIS_SECRET_KEY_FILE=str(file)), "secrets")

    assert (finding.state, finding.key) == ("wrong", "owner")
    assert "4321" in finding.text


async def test_a_secret_that_is_mounted_alone_into_a_container_is_well(tmp_path: Path) -> None:
    file = readable_only_by_us(tmp_path / "secret-key", SECRET)
    file.chmod(0o444)
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"36 35 98:0 /secret {file} ro,noatime - ext4 /dev/root rw\n")
    examined = replace(set_up(PAKHUIS_SECRET_KEY_FILE=str(file)), mounts=mounts)

    finding = await found(secrets, examined, "secrets")

    assert finding.state == "well"


async def test_a_setting_whose_file_is_not_there_is_named(tmp_path: Path) -> None:
    findings = await look(settings, set_up(PAKHUIS_SMTP_URL_FILE=str(tmp_path / "gone")))

    assert any("PAKHUIS_SMTP_URL_FILE" in each.text and each.state == "wrong" for each in findings)


@pytest.mark.parametrize(("folder", "key"), [("", "not_set"), ("/nowhere/at/all", "unreadable")])
async def test_a_folder_of_files_that_is_not_there_is_found(folder: str, key: str) -> None:
    finding = await found(files, set_up(PAKHUIS_FILES=folder), "files")

    assert (finding.state, finding.key) == ("wrong", key)


@pytest.mark.parametrize(
    ("options", "extensions", "state", "key"),
    [
        ("", (), "well", "well"),
        ("?starttls=required", (), "wrong", "no_tls"),
        ("?starttls=perhaps", (), "wrong", "unreadable"),
        ("?starttls=required", ("STARTTLS",), "wrong", "bad_tls"),
    ],
)
async def test_a_relay_that_is_not_as_encrypted_as_asked_is_found(
    options: str, extensions: tuple[str, ...], state: str, key: str
) -> None:
    async with SmtpServer(extensions=extensions) as relay:
        finding = await found(smtp, set_up(PAKHUIS_SMTP_URL=relay.url + options), "smtp")

    assert (finding.state, finding.key) == (state, key)


async def test_a_relay_that_does_not_speak_tls_at_all_is_found() -> None:
    async with SmtpServer() as relay:
        url = relay.url.replace("smtp://", "smtps://")
        finding = await found(smtp, set_up(PAKHUIS_SMTP_URL=url), "smtp")

    assert (finding.state, finding.key) == ("wrong", "away")
