"""The command that gives many orders the same command, from a file or by name."""

from typing import Annotated

import typer

from starter.cli.options import Json, Language, Store


def bulk(
    type: Annotated[
        str, typer.Argument(metavar="TYPE", help="picked, packed, labelled, shipped, hold, release …")
    ],
    orders: Annotated[
        list[str] | None, typer.Argument(metavar="[ORDER…]", help="Numbers or ids of orders.")
    ] = None,
    file: Annotated[
        str | None,
        typer.Option(
            "--file",
            "-f",
            metavar="CSV",
            help="One order per line, with its tracking number; `-` for standard input.",
        ),
    ] = None,
    carrier: Annotated[str | None, typer.Option(help="labelled, shipped: where the file names none.")] = None,
    reason: Annotated[str | None, typer.Option(help="hold, release: why.")] = None,
    notify: Annotated[
        bool, typer.Option("--notify/--no-notify", help="Whether the customers get a mail.")
    ] = True,
    store: Store = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """Give many orders the same command. What is begun goes on by itself, also when this is interrupted.

    Exit code 0: all were applied. 1: something was refused or not understood. 3: kept for later.
    """
    from starter.cli import bulk_giving
    from starter.cli.running import run

    fields = {"carrier": carrier, "reason": reason, "notify": notify}
    run(lambda: bulk_giving.give(type, orders or [], file, fields, store, json))
