"""How a store looks: its logo, and its mails as they would be sent."""

import importlib
from typing import Any

from db import papers, stores
from db.audit import Doer
from orders.logo import LARGEST_LOGO
from orders.mail import MailKind
from orders.sentence import sentence
from orders.store import LANGUAGES
from starter.cli import connections, files, tables
from starter.cli.running import CliError
from starter.cli.sending import who
from starter.cli.talk import print_json, talk


async def logo(store: str, file: str | None, remove: bool, as_json: bool) -> None:
    """Keep a logo, take it away, or say what there is."""
    if remove and file is not None:
        raise CliError("file_or_remove")
    # By name: the desk may import the front door, so the front door must not import the desk.
    logos: Any = importlib.import_module("desk.logos")
    doer = Doer(f"cli:{who()}")
    async with connections.database() as pool:
        if remove:
            await logos.end_logo(pool, store, doer)
        elif file is not None:
            await logos.give_logo(pool, store, files.contents(file, LARGEST_LOGO), doer)
        async with pool.acquire() as connection:
            await stores.settings(connection, store)
            found = await papers.logo(connection, store)
    if as_json:
        shown = {"kind": found.kind, "bytes": len(found.content)} if found else None
        print_json({"store": store, "logo": shown})
    elif found is None:
        talk.tell("stores.logo_none", store=store)
    elif file is not None:
        talk.tell("stores.logo_kept", store=store)
    else:
        talk.tell("stores.logo_has", store=store, kind=found.kind, count=len(found.content))


async def mail(store: str, kind: str, language: str | None, number: str, as_json: bool) -> None:
    """A mail as the store would send it."""
    if kind not in frozenset(MailKind):
        raise CliError("no_such_mail", kind=kind, known=", ".join(MailKind))
    if language is not None and language not in LANGUAGES:
        raise CliError("unknown_language", language=language, known=", ".join(LANGUAGES))
    samples: Any = importlib.import_module("desk.mail_samples")
    public_url = connections.settings().public_url
    async with connections.database() as pool, pool.acquire() as connection:
        settings = await stores.settings(connection, store)
        wanted = language or settings.language
        try:
            found = await samples.shown(
                connection, store, MailKind(kind), wanted, settings, public_url, number
            )
        except samples.NoSuchOrder:
            raise CliError("no_such_number", store=store, number=number) from None
    if as_json:
        print_json(found._asdict())
        return
    label = talk.words(sentence("desk_order.subject"))
    talk.out.print(tables.cell(f"{label}: {found.subject}"), soft_wrap=True)
    talk.out.print(tables.cell(f"\n{found.text}"), soft_wrap=True)
