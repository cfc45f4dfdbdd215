"""Settings: what the environment says, each secret also by a file."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import BaseModel, Field, SecretStr, ValidationError

SECRETS: Final = (
    "PAKHUIS_DATABASE_URL",
    "PAKHUIS_SMTP_URL",
    "PAKHUIS_RELAY",
    "PAKHUIS_SECRET_KEY",
    "PAKHUIS_PUBLIC_URL",
)


class SettingsIncomplete(Exception):
    """A setting is missing or wrong; the text says which, and how to set it."""


class Settings(BaseModel, frozen=True):
    """What `serve` and `worker` run on. Temporal's own variables are read by temporalio.envconfig."""

    database_url: SecretStr
    smtp_url: SecretStr
    relay: SecretStr = SecretStr("")
    """How the mail relay can be asked what became of a mail (activities/relays.py)."""
    secret_key: SecretStr = Field(min_length=32)
    """Several keys separated by spaces: the first seals, all can open."""
    public_url: str = Field(pattern=r"^https?://[^\s]+$")
    files: Path
    temporal_ui_url: str = ""
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    worker_port: int = Field(default=0, ge=0, le=65535)
    """Where the worker answers /healthz, /readyz and /metrics; 0: nowhere."""
    worker_host: str = "127.0.0.1"
    ready_file: Path | None = None
    """Touched by the worker once it takes work."""
    database_connections: int = Field(default=10, ge=2, le=100)
    workflow_cache: int = Field(default=1000, ge=10, le=100_000)
    push_service: str = Field(default="", pattern=r"^(https?://[^\s/@?#]+)?$")
    """The origin of a push service that is believed though it is not on the internet."""


NAMES: Final[Mapping[str, str]] = {field: f"PAKHUIS_{field.upper()}" for field in Settings.model_fields}
"""The environment variable of each setting; a test holds docs/settings.md and docker-compose.yml to it."""


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings. Raises SettingsIncomplete, naming every variable that is missing or wrong."""
    values: dict[str, str] = {}
    wrong: list[str] = []
    for field, name in NAMES.items():
        if name in environment:
            values[field] = environment[name]
        elif name in SECRETS and f"{name}_FILE" in environment:
            path = Path(environment[f"{name}_FILE"])
            try:
                values[field] = path.read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                wrong.append(f"{name}_FILE: {path} cannot be read ({type(error).__name__})")
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        for each in error.errors(include_url=False, include_input=False):
            name = NAMES[str(each["loc"][0])]
            also = f" (or {name}_FILE)" if name in SECRETS else ""
            what = "is not set" if each["type"] == "missing" else each["msg"]
            wrong.append(f"{name}{also}: {what}")
    if wrong:
        raise SettingsIncomplete("\n".join(wrong))
    return settings
