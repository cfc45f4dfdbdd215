"""The commands about keys and stores."""

from typing import Annotated

import typer

from starter.cli.options import Json, Language

keys = typer.Typer(name="keys", help="The keys programs and people come in with.", no_args_is_help=True)
stores = typer.Typer(name="stores", help="The stores and their settings.", no_args_is_help=True)

StoreArgument = Annotated[str, typer.Argument(metavar="STORE", help="The store's name.")]


@keys.command("add")
def add_key(
    scope: Annotated[str, typer.Argument(metavar="SCOPE", help="checkout, staff or ops.")],
    actor: Annotated[str, typer.Argument(metavar="ACTOR", help="Signs its commands, such as staff:anna.")],
    json: Json = False,
    language: Language = None,
) -> None:
    """Make a key. Its secret is shown once, and never again."""
    from starter.cli import managing
    from starter.cli.running import run

    run(lambda: managing.add_key(scope, actor, json))


@keys.command("list")
def list_keys(json: Json = False, language: Language = None) -> None:
    """Who has a key. Secrets are not kept, and not shown."""
    from starter.cli import managing
    from starter.cli.running import run

    run(lambda: managing.list_keys(json))


@keys.command("revoke")
def revoke_key(
    actor: Annotated[str, typer.Argument(metavar="ACTOR", help="Whose keys end.")],
    json: Json = False,
    language: Language = None,
) -> None:
    """End every key of an actor, within 5 seconds."""
    from starter.cli import managing
    from starter.cli.running import run

    run(lambda: managing.revoke_key(actor, json))


@stores.command("list")
def list_stores(json: Json = False, language: Language = None) -> None:
    """The stores that are set up."""
    from starter.cli import managing
    from starter.cli.running import run

    run(lambda: managing.list_stores(json))


@stores.command("show")
def show_store(store: StoreArgument, language: Language = None) -> None:
    """All settings of a store, as JSON that `stores set` takes back."""
    from starter.cli import managing
    from starter.cli.running import run

    run(lambda: managing.show_store(store))


@stores.command("set")
def set_store(
    store: StoreArgument,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="JSON of its settings; `-` for standard input.")
    ],
    json: Json = False,
    language: Language = None,
) -> None:
    """Set up a store, or change one. What the file leaves out is as the defaults say."""
    from starter.cli import managing
    from starter.cli.running import run

    run(lambda: managing.set_store(store, file, json))
