"""The commands of people who work on orders together, from `note` to `mail`."""

from typing import Annotated

import typer

from starter.cli.options import Json, Language, OrderIdArgument, Store


def note(
    order_id: OrderIdArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What the note says; `-` for standard input.")],
    note_id: Annotated[
        str | None, typer.Option(help="Makes a repeat harmless; else a new one is made.")
    ] = None,
    change: Annotated[
        bool, typer.Option("--change", help="Change the note --note-id: how it read is kept.")
    ] = False,
    store: Store = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """Write a note on an order, signed with your name. `show` lists them."""
    from starter.cli import notes
    from starter.cli.running import run

    run(lambda: notes.note(order_id, text, note_id, change, store, json))


def link(
    order_id: OrderIdArgument,
    replace: Annotated[
        bool, typer.Option("--replace", help="Make a new one; the one before opens nothing any more.")
    ] = False,
    store: Store = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """Print the link of the customer's page of an order. Whoever has it sees what the customer sees."""
    from starter.cli import links
    from starter.cli.running import run

    run(lambda: links.link(order_id, replace, store, json))


def attention(
    owner: Annotated[
        str | None, typer.Option(help="Only what this role has to see to, such as finance or warehouse.")
    ] = None,
    store: Store = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """List everything that needs a person, the oldest first, each with who has to see to it."""
    from starter.cli import attention as listing
    from starter.cli.running import run

    run(lambda: listing.listed(owner, store, json))


def counter(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The pickup code that the customer shows.")],
    store: Annotated[str | None, typer.Option(help="Only orders of this store.")] = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """Name the order that waits at the counter for a pickup code. `send ID collected` hands it over."""
    from starter.cli import counter as waiting
    from starter.cli.running import run

    run(lambda: waiting.named(code, store, json))


def low_stock(
    there_again: Annotated[
        str | None,
        typer.Option("--there-again", metavar="SKU", help="Say that there are enough of it again."),
    ] = None,
    store: Annotated[
        str | None, typer.Option(help="Only this store. With --there-again, if left out: `default`.")
    ] = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """List what runs low, as orders tell of it and the store's limits say."""
    from starter.cli import low_stock as listing
    from starter.cli.running import run

    if there_again is None:
        run(lambda: listing.listed(store, json))
    else:
        sku = there_again
        run(lambda: listing.there_again(sku, store, json))


def mail(
    order_id: OrderIdArgument,
    mail_key: Annotated[str, typer.Argument(metavar="MAIL", help="Which mail, as `show` lists it.")],
    store: Store = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """Show a mail as it was sent; its codes, and the secret part of its links, are hidden."""
    from starter.cli import attention as listing
    from starter.cli.running import run

    run(lambda: listing.mail(order_id, mail_key, store, json))


def claim(
    order_id: OrderIdArgument,
    take_over: Annotated[
        bool, typer.Option("--take-over", help="Also where somebody else is working on it.")
    ] = False,
    release: Annotated[bool, typer.Option("--release", help="End your claim.")] = False,
    store: Store = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """Say that you work on an order, for 15 minutes, so that nobody else packs it.

    Exit code 0: it is yours. 1: somebody else is working on it, and is named.
    """
    from starter.cli import claims
    from starter.cli.running import run

    run(lambda: claims.claim(order_id, take_over, release, store, json))
