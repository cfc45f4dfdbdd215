"""Adding, listing and ending what payment providers sign with."""

import sys
from pathlib import Path
from typing import Final

from rich.text import Text

from db import webhook_secrets
from db.vault import Vault
from starter.cli import connections, tables
from starter.cli.running import CliError
from starter.cli.talk import print_json, talk
from starter.webhooks import PROVIDERS

LONGEST_FILE: Final = 1000


async def add(provider: str, store: str, secret_file: str | None, as_json: bool) -> None:
    """A secret, kept sealed. One that is made here is shown this once; one from a file is not shown."""
    adapter = PROVIDERS.get(provider)
    if adapter is None:
        raise CliError("unknown_provider", provider=provider, known=", ".join(PROVIDERS))
    secret = adapter.fresh_secret() if secret_file is None else _read(secret_file)
    if not adapter.is_secret(secret):
        raise CliError("secret_unfit", provider=provider)
    settings = connections.settings()
    vault = Vault.from_text(settings.secret_key.get_secret_value())
    async with connections.database() as pool, pool.acquire() as connection:
        secret_id = await webhook_secrets.keep(connection, vault, provider, store, secret)
    address = f"{settings.public_url.rstrip('/')}/v1/webhooks/payments/{provider}"
    if as_json:
        shown = {"secret": secret} if secret_file is None else {}
        print_json(
            {"secret_id": secret_id, "provider": provider, "store": store, "address": address, **shown}
        )
        return
    if secret_file is not None:
        talk.tell("webhooks.taken", secret_id=secret_id, provider=provider, store=store, address=address)
        return
    talk.tell("webhooks.added", secret_id=secret_id, provider=provider, store=store, address=address)
    talk.out.print(Text(secret))


async def list_(as_json: bool) -> None:
    async with connections.database() as pool, pool.acquire() as connection:
        found = await webhook_secrets.everything(connection)
    if as_json:
        print_json({"secrets": [each.model_dump(mode="json") for each in found]})
    else:
        talk.out.print(tables.webhook_secrets(found))


async def end(secret_id: str, as_json: bool) -> None:
    async with connections.database() as pool, pool.acquire() as connection:
        if not await webhook_secrets.finish(connection, secret_id):
            raise CliError("no_such_secret", secret_id=secret_id)
    if as_json:
        print_json({"secret_id": secret_id})
    else:
        talk.tell("webhooks.ended", secret_id=secret_id)


def _read(file: str) -> str:
    """What a file holds, `-` for standard input, without white space around it. Raises CliError."""
    try:
        if file == "-":
            return sys.stdin.read(LONGEST_FILE).strip()
        with Path(file).open(encoding="utf-8") as opened:
            return opened.read(LONGEST_FILE).strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise CliError("file_unreadable", file=file, why=why) from None
