"""The pickup counter: which order waits for a code."""

from db.vault import Vault
from orders.sentence import sentence
from starter.cli import connections, tables
from starter.cli.running import FAILED
from starter.cli.talk import print_json, talk
from starter.pickups import waiting_for


async def named(code: str, store: str | None, as_json: bool) -> int:
    """Name the order, or two where two have the same code by chance; exit code 1 where none has it."""
    vault = Vault.from_text(connections.settings().secret_key.get_secret_value())
    async with connections.database() as pool, pool.acquire() as connection:
        found = await waiting_for(connection, vault, code, None if store is None else (store,))
    if as_json:
        print_json({"orders": [each.model_dump(mode="json") for each in found]})
    elif not found:
        talk.complain(talk.words(sentence("packing.counter.wrong")))
    else:
        shown = tables.table("order", "number", "customer")
        for each in found:
            order = each.order_id if each.store == "default" else f"{each.store}/{each.order_id}"
            shown.add_row(*map(tables.cell, (order, each.number, each.customer)))
        talk.out.print(shown)
    return 0 if found else FAILED
