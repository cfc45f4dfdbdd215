"""What the environment says already, and what is left for the stack to embed."""

from collections.abc import Mapping
from pathlib import Path

DATABASE_URL = "PAKHUIS_DATABASE_URL"
SMTP_URL = "PAKHUIS_SMTP_URL"
PUBLIC_URL = "PAKHUIS_PUBLIC_URL"
SECRET_KEY = "PAKHUIS_SECRET_KEY"  # noqa: S105 (the name of a setting)
FILES = "PAKHUIS_FILES"
TEMPORAL_UI_URL = "PAKHUIS_TEMPORAL_UI_URL"
TEMPORAL_ADDRESS = "TEMPORAL_ADDRESS"
TEMPORAL_NAMESPACE = "TEMPORAL_NAMESPACE"
TEMPORAL_CONFIG_FILE = "TEMPORAL_CONFIG_FILE"
READY_FILE = "PAKHUIS_READY_FILE"


class Settings:
    """
    The environment for the parts of a stack: the user's own, and what the stack adds to it.

    A setting counts as set with its own name or with `…_FILE`, unless it is empty.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._given = {name: value for name, value in environment.items() if name != READY_FILE}
        self._added: dict[str, str] = {}

    def has(self, name: str) -> bool:
        """Whether the user has set it, so that it must be used and not embedded."""
        return bool(self._given.get(name) or self._given.get(f"{name}_FILE"))

    def get(self, name: str) -> str:
        """
        Its value; empty if it has none.

        Raises:
            OSError: if it is said to be in a file that cannot be read.
        """
        if value := self._added.get(name) or self._given.get(name):
            return value
        file = self._given.get(f"{name}_FILE")
        return Path(file).read_text().strip() if file else ""

    def add(self, name: str, value: str) -> None:
        """Say what the user has not said; harmless where they have."""
        if not self.has(name.removesuffix("_FILE")):
            self._added[name] = value

    def point_at_database(self, url: str) -> None:
        """Make an embedded database the only one that is spoken of: no PGSSLMODE or PGSERVICE stays."""
        self._given = {name: value for name, value in self._given.items() if not name.startswith("PG")}
        self._added[DATABASE_URL] = url

    def point_at_temporal(self, address: str, namespace: str, config_file: Path) -> None:
        """Make an embedded Temporal the only one that is spoken of: no key or profile of another stays."""
        self._given = {name: value for name, value in self._given.items() if not name.startswith("TEMPORAL_")}
        config_file.touch()
        self._added |= {
            TEMPORAL_ADDRESS: address,
            TEMPORAL_NAMESPACE: namespace,
            TEMPORAL_CONFIG_FILE: str(config_file),
        }

    def for_children(self) -> dict[str, str]:
        """The environment that API and worker get."""
        return self._given | self._added
