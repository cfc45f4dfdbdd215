"""The audit: who did what at the desk and to the accounts, when and from where."""

from datetime import datetime
from typing import Annotated, Final, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.responses import Response

from db import audit
from db.audit import Act, AuditPage, Entry
from db.pool import within_reach
from desk.staff.access import Gate
from desk.staff.errors import NotAllowed
from desk.staff.routes import desk_router
from desk.staff.shell import Desk, page
from desk.staff.signed import Signed
from orders.store import Language
from orders.words import say

AUDIT: Final = "/desk/audit"
_ACTS: Final = frozenset(str(act) for act in Act)
_FACTS: Final = frozenset({"role", "stores", "store", "language", "second_factor", "needed", "renamed"})


class EntryView(BaseModel, frozen=True):
    at: datetime
    actor: str
    text: str
    subject: str
    network: str
    request_id: str


class AuditModel(BaseModel, frozen=True):
    template: Literal["staff/audit.html"] = "staff/audit.html"
    entries: tuple[EntryView, ...]
    people: tuple[str, ...]
    person: str
    older: str | None


def audit_router(desk: Desk, gate: Gate) -> APIRouter:
    """`/desk/audit?person=&before=`."""
    router = desk_router(gate)

    @router.get(AUDIT)
    async def everything(
        request: Request, signed: Annotated[Signed, Depends(gate.signed)], person: str = "", before: str = ""
    ) -> Response:
        if signed.stores is not None:
            raise NotAllowed  # It tells of every store.
        number = int(before) if before.isascii() and before.isdecimal() and len(before) < 18 else None
        chosen = person.replace("\0", "")[:100]
        async with within_reach(desk.pool) as connection:
            found = await audit.page(connection, chosen or None, number)
            people = await audit.actors(connection)
        return await page(desk, request, signed, _model(signed.language, found, people, chosen))

    return router


def _model(language: Language, found: AuditPage, people: list[str], person: str) -> AuditModel:
    older = None
    if found.next is not None:
        older = f"{AUDIT}?person={quote(person, safe='')}&before={found.next}"
    return AuditModel(
        entries=tuple(
            EntryView(
                at=entry.at,
                actor=entry.actor,
                text=said(language, entry),
                subject=entry.subject if entry.subject != entry.actor else "",
                network=entry.network,
                request_id=entry.request_id or "",
            )
            for entry in found.entries
        ),
        people=tuple(dict.fromkeys((*people, *([person] if person else [])))),
        person=person,
        older=older,
    )


def said(language: Language, entry: Entry) -> str:
    """What was done, in a sentence, with what it was changed to. What an older or newer version wrote, and we
    have no words for, stays as it was written."""
    act = say(language, f"account.act.{entry.act}") if entry.act in _ACTS else entry.act
    facts = [f"{_name(language, name)}: {_value(language, name, fact)}" for name, fact in entry.facts.items()]
    return f"{act} ({', '.join(facts)})" if facts else act


def _name(language: Language, name: str) -> str:
    return say(language, f"account.fact.{name}") if name in _FACTS else name


def _value(language: Language, name: str, value: object) -> str:
    if name == "stores" and value == "*":
        return say(language, "account.stores.every")
    if name in ("second_factor", "renamed"):
        return say(language, "account.yes" if value else "account.no")
    return str(value)
