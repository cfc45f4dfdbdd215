"""Keys, stores and migrations: what is set up rather than ordered."""

import json
import sys
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from rich.text import Text

from db import keys, stores
from db.audit import Doer
from db.keys import Scope
from orders.store import StoreId, StoreSettings
from starter.arrivals import unreadable
from starter.cli import connections, tables
from starter.cli.running import CliError
from starter.cli.sending import who
from starter.cli.talk import print_json, talk
from starter.shops import Shops

STORE_ID: TypeAdapter[str] = TypeAdapter(StoreId)
LONGEST_ACTOR = 100


async def add_key(scope: str, actor: str, as_json: bool) -> None:
    """A new secret, kept as its hash and shown this once."""
    if scope not in list(Scope):
        raise CliError("unknown_scope", scope=scope, known=", ".join(Scope))
    if not (0 < len(actor) <= LONGEST_ACTOR and actor.isprintable() and not actor.isspace()):
        raise CliError("actor_unfit", limit=LONGEST_ACTOR)
    secret = keys.fresh()
    async with connections.database() as pool, pool.acquire() as connection:
        await keys.keep(connection, Scope(scope), actor, secret)
    if as_json:
        print_json({"scope": scope, "actor": actor, "key": secret})
        return
    talk.tell("keys.added", actor=actor, scope=scope)
    talk.out.print(Text(secret))


async def list_keys(as_json: bool) -> None:
    async with connections.database() as pool, pool.acquire() as connection:
        found = await keys.everyone(connection)
    if as_json:
        print_json({"keys": [each.model_dump(mode="json") for each in found]})
    else:
        talk.out.print(tables.keys(found))


async def revoke_key(actor: str, as_json: bool) -> None:
    async with connections.database() as pool, pool.acquire() as connection:
        count = await keys.revoke(connection, actor)
    if not count:
        raise CliError("no_such_key", actor=actor)
    if as_json:
        print_json({"actor": actor, "revoked": count})
    else:
        talk.tell("keys.revoked", actor=actor, count=count)


async def list_stores(as_json: bool) -> None:
    async with connections.database() as pool, pool.acquire() as connection:
        found = await stores.everything(connection)
    if as_json:
        print_json({name: settings.model_dump(mode="json") for name, settings in found.items()})
    else:
        talk.out.print(tables.stores(found))


async def show_store(store: str) -> None:
    async with connections.database() as pool, pool.acquire() as connection:
        print_json(await stores.settings(connection, store))


async def set_store(store: str, file: str, as_json: bool) -> None:
    try:
        STORE_ID.validate_python(store)
    except ValidationError:
        raise CliError("store_unfit", store=store) from None
    settings = read_settings(file)
    async with connections.database() as pool:
        await Shops(pool).put(store, settings, Doer(f"cli:{who()}"))
    if as_json:
        print_json({"store": store, "settings": settings.model_dump(mode="json")})
    else:
        talk.tell("stores.kept", store=store)


def read_settings(file: str) -> StoreSettings:
    """The settings in a JSON file, `-` for standard input. Raises CliError, OrderUnreadable for a field."""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
        body = json.loads(text)
    except OSError as error:
        raise CliError("file_unreadable", file=file, why=error.strerror or type(error).__name__) from None
    except (ValueError, RecursionError):
        raise CliError("not_json", file=file) from None
    try:
        return StoreSettings.model_validate(body)
    except ValidationError as error:
        raise unreadable(error) from None


async def migrate(without_temporal: bool, as_json: bool) -> None:
    """The database first: what it got stays, also where Temporal cannot be reached."""
    from starter import migrating
    from starter.migrating import Migrated

    url = connections.database_url()
    with talk.aside.status(talk.say("migrate.working")):
        done = await migrating.migrate(url, None)
        if not without_temporal:
            again = await migrating.migrate(url, await connections.temporal())
            done = Migrated(done.migrations, again.search_attributes)
    if as_json:
        print_json(done._asdict())
        return
    if not any(done):
        talk.tell("migrate.nothing")
    for name in done.migrations:
        talk.tell("migrate.applied", name=name)
    for name in done.search_attributes:
        talk.tell("migrate.registered", name=name)
