"""Who may sign in at the desk of a stack of one's own: the demo's account, or the first admin by a link."""

import secrets
from pathlib import Path
from typing import NamedTuple

import asyncpg

from db import pool, staff
from db.audit import Doer
from embedded.home import Home, keep_secret
from orders.rights import Role
from orders.store import Language
from starter.staff import People

DEMO_STAFF_ID = "demo"


class Account(NamedTuple):
    """A name and a password that open the desk; of the demo only."""

    name: str
    password: str


async def make_demo_account(connection: pool.Connection, home: Path) -> None:
    """The demo's account, with the rights of an admin; its password is made once, and kept in its home."""
    account = demo_account(home)
    await staff.make_ready(connection, account.name, "Demo", Role.ADMIN, account.password)


def demo_account(home: Path) -> Account:
    """What the demo prints, and nobody else."""
    return Account(DEMO_STAFF_ID, keep_secret(Home(home).folder / "desk-password", secrets.token_urlsafe(12)))


async def first_admin_link(database_url: str, public_url: str, language: Language) -> str | None:
    """The one-time link of the first admin; None once somebody can sign in."""
    connections = await asyncpg.create_pool(database_url, min_size=1, max_size=1, init=pool.prepare)
    async with connections:
        invited = await People(connections, public_url).first_admin(Doer("set-up"), language=language)
    return invited.link if invited else None
