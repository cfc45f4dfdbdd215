"""A worker that is set up wrongly says so in a sentence, and does not start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

RIGHT = {
    "PAKHUIS_DATABASE_URL": "postgresql://127.0.0.1:1/nothing",
    "PAKHUIS_SMTP_URL": "smtp://127.0.0.1:1",
    "PAKHUIS_SECRET_KEY": "a-secret-key-of-the-tests-long-enough-to-be-taken-for-one",
    "PAKHUIS_PUBLIC_URL": "http://pakhuis.test",
}


@pytest.mark.parametrize(
    ("name", "value", "cure"),
    [
        ("PAKHUIS_RELAY", "nonsense", "is written postfix:///path?zone=… or mailpit+https://"),
        ("PAKHUIS_RELAY", "mailpit+https://anna:geheim@host:none", "is written postfix:///path"),
        ("PAKHUIS_RELAY", "postfix:///var/log/mail.log?zone=Nowhere", "such as Europe/Amsterdam"),
        ("PAKHUIS_SMTP_URL", "anna:geheim", "is written smtp://user:password@host:port"),
    ],
)
def test_a_wrong_setting_is_named_with_its_cure_and_never_repeated(
    tmp_path: Path, name: str, value: str, cure: str
) -> None:
    clean = {key: text for key, text in os.environ.items() if not key.startswith("PAKHUIS_")}
    environment = {**clean, **RIGHT, "PAKHUIS_FILES": str(tmp_path), name: value}
    worker = subprocess.run(
        [sys.executable, "-m", "worker"], env=environment, capture_output=True, text=True, timeout=60
    )

    assert worker.returncode == 2
    assert worker.stderr.startswith(f"{name} (or {name}_FILE): ")
    assert cure in worker.stderr
    assert len(worker.stderr.splitlines()) == 1
    assert "geheim" not in worker.stderr
