"""The home of a stack: the one folder where all it keeps lies, for one stack at a time."""

import base64
import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

from embedded.errors import HomeInUse

SCOPES = ("checkout", "staff", "ops")


class Home:
    """The paths under a stack's folder, and the secrets kept there: made once, and only ours to read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.postgres = self.folder / "postgres"
        self.temporal = self.folder / "temporal"
        self.mails = self.folder / "mails"
        self.files = self.folder / "files"
        self.run = self.folder / "run"
        self.secret_key = self.folder / "secret-key"
        self.stack_file = self.folder / "stack.json"

    def log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """
        Make the folder if need be, and have it to ourselves.

        Raises:
            HomeInUse: if a living stack has it.
        """
        if not self.folder.exists():
            self.folder.mkdir(parents=True)
            # Not to be listed, but passable: PostgreSQL may run as somebody else than root.
            self.folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        for ours in (self.temporal, self.mails, self.files, self.run, self.log("").parent):
            ours.mkdir(exist_ok=True, mode=0o700)
        with (self.folder / "lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise HomeInUse(self.folder, lock.read().strip()) from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield  # The lock ends with the file, or with us.

    def make_secrets(self) -> Mapping[str, str]:
        """The API keys by scope; they and the secret key are made if they are not there."""
        keep_secret(self.secret_key, base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
        keys = self.folder / "keys"
        keys.mkdir(exist_ok=True, mode=0o700)
        return {scope: keep_secret(keys / scope, secrets.token_urlsafe(32)) for scope in SCOPES}

    def write_stack_file(self, content: Mapping[str, object]) -> None:
        write_private(self.stack_file, json.dumps(content, indent=2) + "\n")

    def forget_stack_file(self) -> bool:
        """Remove stack.json. Whether it was there."""
        try:
            self.stack_file.unlink()
        except FileNotFoundError:
            return False
        return True


def keep_secret(file: Path, fresh: str) -> str:
    """What the file holds; the first time that is `fresh`."""
    with contextlib.suppress(FileNotFoundError):
        return file.read_text().strip()
    write_private(file, fresh + "\n")
    return fresh


def write_private(file: Path, text: str) -> None:
    """Write a file that only we can read, whole or not at all."""
    half = file.with_name(f".{file.name}.{os.getpid()}")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
    half.replace(file)
