"""The journal of the Python client: the ids of commands on their way, so that a repeat has the same id."""

import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


class Journal:
    """The ids of commands that were not answered yet, so that the same command asked again has the same id.

    With a file they outlive the process: it is written before a command is sent. One process at a time.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._ids: dict[str, str] = json.loads(file.read_text()) if file and file.exists() else {}

    def __len__(self) -> int:
        return len(self._ids)

    def ids_for(self, keys: Sequence[str]) -> list[str]:
        """The ids of the commands with these keys: new ones, or those of a try that was never answered."""
        for key in keys:
            self._ids.setdefault(key, str(uuid.uuid4()))
        self._write()
        return [self._ids[key] for key in keys]

    def answered(self, keys: Sequence[str]) -> None:
        """These were answered: the same again is a new command."""
        for key in keys:
            self._ids.pop(key, None)
        self._write()

    def _write(self) -> None:
        if self._file is None:
            return
        half = self._file.with_name(f".{self._file.name}.half")
        half.write_text(json.dumps(self._ids))
        half.replace(self._file)


def keys_of(commands: Sequence[Mapping[str, Any]]) -> list[str]:
    """What tells these commands apart; of two equal ones, that it is the second."""
    seen: Counter[str] = Counter()
    keys = []
    for command in commands:
        text = json.dumps(command, sort_keys=True, default=str)
        keys.append(f"{hashlib.sha256(text.encode()).hexdigest()}:{seen[text]}")
        seen[text] += 1
    return keys
