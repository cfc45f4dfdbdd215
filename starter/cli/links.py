"""The link of a customer's order page: read or replaced, straight in PostgreSQL."""

from db import order_links, reading
from db.audit import Doer
from db.vault import Vault
from starter.answers import PageLinkAnswer
from starter.cli import connections
from starter.cli.sending import who
from starter.cli.talk import print_json
from starter.view import Viewer


async def link(order_id: str, replace: bool, store: str | None, as_json: bool) -> None:
    """Print the link, a new one if it is to be replaced. Raises OrderNotFound."""
    settings = connections.settings()
    vault = Vault.from_text(settings.secret_key.get_secret_value())
    async with connections.database() as pool, pool.acquire() as connection:
        if replace:
            kept = await order_links.replace(connection, vault, Doer(f"cli:{who()}"), order_id, store)
        else:
            owner = await reading.store_of(connection, order_id, store)
            kept = await reading.order(connection, owner, order_id)
    address = Viewer(vault, settings.public_url, settings.temporal_ui_url).customer_page(kept)
    if as_json:
        print_json(PageLinkAnswer(customer_page=address))
    else:
        print(address)
