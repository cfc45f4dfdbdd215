"""Logos of shops: taken when every paper can show them."""

from db import papers
from db.pool import Connection
from documents.press import press
from orders.errors import OrderUnreadable
from orders.logo import Logo
from orders.sentence import sentence


async def take_logo(connection: Connection, store: str, content: bytes) -> Logo:
    """Give a store this logo. Raises OrderUnreadable for what no paper could show, and keeps the old one."""
    logo = Logo.of(content)
    if not await press().make(lambda typesetter: typesetter.can_show(logo)):
        damaged = sentence("papers.logo.damaged")
        raise OrderUnreadable(damaged.key, problems=(("logo", damaged),))
    return await papers.keep_logo(connection, store, content)
