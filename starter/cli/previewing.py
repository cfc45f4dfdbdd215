"""What a command would mail, told before it is given."""

import importlib
from typing import Any

from db import reading, stores
from db.vault import Vault
from orders.commands import Command
from orders.sentence import sentence
from starter.cli import connections, tables
from starter.cli.running import FAILED
from starter.cli.sending import who
from starter.cli.talk import print_json, talk


async def preview(order_id: str, command: Command, store: str | None, as_json: bool) -> int:
    """Show the mails that the command would cause if it were given now. Exit code 1 if it is refused."""
    # By name: the desk may import the front door, so the front door must not import the desk.
    desk: Any = importlib.import_module("desk.preview")
    known = connections.settings()
    vault = Vault.from_text(known.secret_key.get_secret_value())
    async with connections.database() as pool, pool.acquire() as connection:
        owner = await reading.store_of(connection, order_id, store)
        kept = await reading.order(connection, owner, order_id)
        settings = await stores.settings(connection, owner)
        found = await desk.previews(
            connection, vault, kept, command, f"cli:{who()}", settings, known.public_url
        )
    refusal = talk.words(found.refusal) if found.refusal else None
    if as_json:
        mails = [{**mail._asdict(), "kind": str(mail.kind)} for mail in found.mails]
        print_json({"refusal": refusal, "mails": mails})
    elif refusal is not None:
        talk.complain(refusal)
    elif not found.mails:
        talk.out.print(talk.words(sentence("desk_order.no_mail")))
    else:
        for mail in found.mails:
            for name, value in (("to", mail.recipient), ("subject", mail.subject)):
                label = talk.words(sentence(f"desk_order.{name}"))
                talk.out.print(tables.cell(f"{label}: {value}"), soft_wrap=True)
            talk.out.print(tables.cell(f"\n{mail.text}"), soft_wrap=True)
    return FAILED if refusal is not None else 0
