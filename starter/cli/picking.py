"""The command about picking: what to take from which shelf, straight from PostgreSQL."""

from typing import Annotated

import typer

from starter.cli.options import Json, Language, Store


def pick_list(
    orders: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ORDER…]", help="Ids; none: those that wait longest."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=50, help="How many, where none is named.")] = 10,
    store: Store = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """List what to take from which shelf, the same articles of all orders together, as people walk.

    As a PDF: `papers pick_list`. What was taken is told with `send ORDER picked`.
    """
    from starter.cli.running import run

    run(lambda: show(orders or [], limit, store, json))


async def show(orders: list[str], limit: int, store: str | None, as_json: bool) -> None:
    """Print the list. Raises OrderNotFound."""
    from rich.table import Table

    from orders.sentence import sentence
    from starter.cli import connections
    from starter.cli.tables import cell
    from starter.cli.talk import print_json, talk
    from starter.pick_lists import pick_list_of

    async with connections.database() as pool, pool.acquire() as connection:
        found = await pick_list_of(connection, orders, store, limit)
    if as_json:
        print_json(found)
        return
    if not found.rows:
        talk.out.print(cell(talk.words(sentence("packing.pick.nothing"))))
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("shelf", "article", "pieces", "for"):
        table.add_column(talk.words(sentence(f"packing.pick.{name}")), overflow="fold")
    for row in found.rows:
        article = "\n".join(part for part in (row.name, row.sku, *row.options) if part)
        shares = "\n".join(f"{share.number}: {share.quantity}" for share in row.shares)
        table.add_row(cell(row.location), cell(article), cell(row.quantity), cell(shares))
    talk.out.print(table)
