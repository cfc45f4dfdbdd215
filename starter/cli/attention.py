"""The list of what needs a person, and one mail as it was sent: from PostgreSQL only."""

from db import attention, reading
from db.vault import Vault
from orders.owners import Owner, owner_of
from orders.sentence import sentence
from starter import sent_mails
from starter.cli import connections, tables
from starter.cli.running import CliError
from starter.cli.talk import print_json, talk


async def listed(owner: str | None, store: str | None, as_json: bool) -> None:
    """Everything that needs a person, the oldest first."""
    if owner is not None and owner not in frozenset(Owner):
        raise CliError("no_such_owner", owner=owner, known=", ".join(Owner))
    entries: list[attention.Entry] = []
    cursor = None
    async with connections.database() as pool, pool.acquire() as connection:
        while True:
            page = await attention.page(
                connection,
                stores=None if store is None else [store],
                reasons=None if owner is None else attention.of_owner(Owner(owner)),
                cursor=cursor,
                limit=200,
            )
            entries += page.entries
            cursor = page.next
            if cursor is None:
                break
    if as_json:
        rows = [
            {
                **each.model_dump(mode="json", exclude={"text"}),
                "owner": owner_of(each.reason),
                "text": talk.words(each.text),
            }
            for each in entries
        ]
        print_json({"entries": rows})
        return
    found = tables.table("since", "order", "customer", "owner", "what")
    for each in entries:
        order = each.order_id if each.store == "default" else f"{each.store}/{each.order_id}"
        whose = talk.words(sentence(f"owner.{owner_of(each.reason)}"))
        cells = (talk.fact(each.since), order, each.customer, whose, talk.words(each.text))
        found.add_row(*map(tables.cell, cells))
    talk.out.print(found)


async def mail(order_id: str, mail_key: str, store: str | None, as_json: bool) -> None:
    """One mail as it was sent; its codes and links hidden."""
    vault = Vault.from_text(connections.settings().secret_key.get_secret_value())
    async with connections.database() as pool, pool.acquire() as connection:
        owner = await reading.store_of(connection, order_id, store)
        known, letter = await sent_mails.by_key(connection, vault, owner, order_id, mail_key)
    if as_json:
        facts = {"mail_key": known.mail_key, "state": known.state}
        print_json({**facts, "letter": letter.model_dump(mode="json") if letter else None})
        return
    if letter is None:
        talk.out.print(talk.words(sentence("desk_order.not_written")), soft_wrap=True)
        return
    for name, value in (("from", letter.sender), ("to", letter.recipient), ("subject", letter.subject)):
        line = f"{talk.words(sentence(f'desk_order.{name}'))}: {value}"
        talk.out.print(tables.cell(line), soft_wrap=True)
    talk.out.print(tables.cell(f"\n{letter.text}"), soft_wrap=True)
