"""The command about papers: it makes them on this machine, from what PostgreSQL keeps."""

import asyncio
import importlib
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from starter.cli.options import Language, Store


def papers(
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="pick_list, packing_slip, invoice or address_label.")
    ],
    orders: Annotated[
        list[str], typer.Argument(metavar="ORDER…", help="Ids, or store/id; printed in this order.")
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Where to write; `-` for standard output.")
    ],
    size: Annotated[str, typer.Option(metavar="4x6|a6", help="Of address labels.")] = "4x6",
    format: Annotated[
        str, typer.Option(metavar="pdf|zpl", help="`zpl` for thermal printers; labels only.")
    ] = "pdf",
    parcel: Annotated[str | None, typer.Option(help="This parcel alone; for one order.")] = None,
    leave_out: Annotated[
        bool,
        typer.Option("--leave-out", help="Leave out orders that have no such paper; else it is refused."),
    ] = False,
    store: Store = None,
    language: Language = None,
) -> None:
    """Write papers of one kind as one file. The first time its invoice is asked for, an order gets it."""
    from starter.cli.running import run

    fields = {"kind": kind, "size": size, "format": format, "parcel": parcel, "leave_out": leave_out}
    run(lambda: write(fields, orders, store, output))


async def write(fields: dict[str, Any], orders: list[str], store: str | None, output: str) -> None:
    """Make the papers and write them to the file. Raises CliError where it cannot be written."""
    from pydantic import ValidationError

    from db.vault import Vault
    from orders.paper import Asker, PaperWish
    from starter.arrivals import unreadable
    from starter.cli import connections
    from starter.cli.running import CliError
    from starter.cli.sending import who
    from starter.cli.talk import talk

    settings = connections.settings()
    try:
        wish = PaperWish.model_validate({**fields, "orders": [_named(each, store) for each in orders]})
    except ValidationError as error:
        raise unreadable(error) from None
    vault = Vault.from_text(settings.secret_key.get_secret_value())
    async with connections.database() as pool:
        # By name: the papers are made in the desk, which the front door must not import.
        maker = importlib.import_module("desk.papers").Papers(pool, vault)
        printed = await maker.make(wish, Asker(actor=f"cli:{who()}", language=talk.language))
    if output == "-":
        sys.stdout.buffer.write(printed.content)
        return
    try:
        await asyncio.to_thread(Path(output).write_bytes, printed.content)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise CliError("file_unwritable", file=output, why=why) from None
    talk.tell("papers.written", file=output, kilobytes=-(-len(printed.content) // 1024))
    if printed.is_substituted:
        talk.tell("papers.substituted")
    if printed.left_out:
        talk.tell("papers.left_out", orders=", ".join(printed.left_out))


def _named(written: str, store: str | None) -> dict[str, str | None]:
    before, slash, order_id = written.partition("/")
    return {"store": before, "order_id": order_id} if slash else {"store": store, "order_id": written}
