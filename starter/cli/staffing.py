"""What the commands about staff and audit do."""

import re
import unicodedata
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from pydantic import ValidationError
from rich.text import Text

from db import audit
from db.audit import Doer, Entry
from orders.rights import Role
from orders.staff import Member, MemberChange, NewMember
from orders.words import say
from starter.arrivals import unreadable
from starter.cli import connections, tables
from starter.cli.running import CliError
from starter.cli.sending import who
from starter.cli.talk import print_json, printable, talk
from starter.staff import Invited, People


async def list_staff(as_json: bool) -> None:
    async with _people() as people:
        found = await people.everyone()
        required = await people.second_factor_required()
    if as_json:
        members = [each.model_dump(mode="json") for each in found]
        print_json({"staff": members, "second_factor_required": required})
    elif found:
        talk.out.print(_table(found))
    else:
        _tell("nobody")


async def invite(
    name: str, role: str, account: str | None, stores: list[str] | None, speaks: str, as_json: bool
) -> None:
    body = {
        "staff_id": account or slug(name),
        "name": name,
        "role": _role(role),
        "stores": stores or None,
        "language": speaks,
    }
    try:
        member = NewMember.model_validate(body)
    except ValidationError as error:
        raise unreadable(error) from None
    async with _people(makes_links=True) as people:
        _show(await people.invite(member, _doer()), as_json)


async def reset(account: str, second_factor: bool, as_json: bool) -> None:
    async with _people(makes_links=True) as people:
        _show(await people.reset(account, _doer(), second_factor=second_factor), as_json)


async def change_role(account: str, role: str, as_json: bool) -> None:
    await _change(account, {"role": _role(role)}, "changed", as_json)


async def change_stores(account: str, stores: list[str] | None, as_json: bool) -> None:
    await _change(account, {"stores": stores or None}, "changed", as_json)


async def switch(account: str, *, disabled: bool, as_json: bool) -> None:
    await _change(account, {"disabled": disabled}, "disabled" if disabled else "enabled", as_json)


async def sign_out(account: str, as_json: bool) -> None:
    async with _people() as people:
        await people.sign_out(account, _doer())
    if as_json:
        print_json({"staff_id": account})
    else:
        _tell("signed_out", staff_id=account)


async def require_second_factor(required: bool, as_json: bool) -> None:
    async with _people() as people:
        await people.require_second_factor(required, _doer())
    if as_json:
        print_json({"second_factor_required": required})
    else:
        talk.out.print(say(talk.language, f"account.people.policy_{'on' if required else 'off'}"))


async def read_audit(person: str | None, before: int | None, limit: int, as_json: bool) -> None:
    async with connections.database() as pool, pool.acquire() as connection:
        found = await audit.page(connection, person, before, limit)
    if as_json:
        print_json(found)
        return
    rows = tables.table("at", "actor", "what", "about")
    for entry in found.entries:
        rows.add_row(*map(tables.cell, (talk.fact(entry.at), entry.actor, _act(entry), entry.subject)))
    talk.out.print(rows)
    if found.next is not None:
        _tell("older", before=found.next)


def slug(name: str) -> str:
    """An account's name for somebody: their first name in plain small letters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    first = re.search(r"[a-z0-9]+", plain)
    if first is None:
        raise CliError("account_needed", name=name)
    return first[0][:40]


async def _change(account: str, wanted: dict[str, Any], key: str, as_json: bool) -> None:
    try:
        change = MemberChange.model_validate(wanted)
    except ValidationError as error:
        raise unreadable(error) from None
    async with _people() as people:
        member = await people.change(account, change, _doer())
    if as_json:
        print_json(member)
    else:
        _tell(key, staff_id=account)


@asynccontextmanager
async def _people(*, makes_links: bool = False) -> AsyncIterator[People]:
    """Only who makes a link needs to know where the desk is reached; the rest needs the database alone."""
    public_url = connections.settings().public_url if makes_links else ""
    async with connections.database() as pool:
        yield People(pool, public_url)


def _show(invited: Invited, as_json: bool) -> None:
    if as_json:
        member = invited.member.model_dump(mode="json")
        print_json({"member": member, "link": invited.link, "ends_at": invited.ends_at.isoformat()})
        return
    name = f"{invited.member.name} ({invited.member.staff_id})"
    _tell("invited", name=name, ends_at=invited.ends_at)
    talk.out.print(Text(invited.link), soft_wrap=True)


def _tell(key: str, **facts: Any) -> None:
    talk.out.print(Text(printable(say(talk.language, f"account.cli.{key}", **facts))))


def _role(role: str) -> Role:
    if role not in list(Role):
        raise CliError("unknown_role", role=role, known=", ".join(Role))
    return Role(role)


def _doer() -> Doer:
    """Whoever sits before this machine: the command line asks for no password, the database's is enough."""
    return Doer(f"cli:{who()}")


def _act(entry: Entry) -> str:
    facts = ", ".join(f"{name}={value}" for name, value in entry.facts.items())
    return f"{entry.act} ({facts})" if facts else entry.act


def _table(found: Sequence[Member]) -> Any:
    rows = tables.table("account", "name", "role", "stores", "second_factor", "signed_in_at", "state")
    for member in found:
        state = "disabled" if member.disabled_at else "active" if member.has_password else "invited"
        stores = (
            say(talk.language, "account.stores.every") if member.stores is None else " ".join(member.stores)
        )
        cells = (
            member.staff_id,
            member.name,
            say(talk.language, f"account.role.{member.role}"),
            stores,
            say(talk.language, "account.yes" if member.has_second_factor else "account.no"),
            talk.fact(member.signed_in_at),
            say(talk.language, f"account.people.{state}"),
        )
        rows.add_row(*(tables.cell(each, tables.QUIET if member.disabled_at else "") for each in cells))
    return rows
