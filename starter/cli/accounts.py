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


@stores.command("logo")
def store_logo(
    store: StoreArgument,
    file: Annotated[
        str | None, typer.Argument(metavar="FILE", help="A PNG or JPEG; `-` for standard input.")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Let the store have none.")] = False,
    json: Json = False,
    language: Language = None,
) -> None:
    """Give a store a logo for its papers, or take it away; without a file, say what it has."""
    from starter.cli import store_looks
    from starter.cli.running import run

    run(lambda: store_looks.logo(store, file, remove, json))


@stores.command("mail")
def store_mail(
    store: StoreArgument,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="Such as shipped or order_received.")],
    in_language: Annotated[
        str | None, typer.Option("--in", metavar="en|nl", help="Its language; else the store's.")
    ] = None,
    number: Annotated[str | None, typer.Option(help="About the order of this number.")] = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """Show a mail as the store would send it, about one of its orders."""
    from starter.cli import store_looks
    from starter.cli.running import run

    run(lambda: store_looks.mail(store, kind, in_language, number or "", json))


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
