"""The audit: who did what, to whom, when and from where. It is only ever added to.

Commands to orders have rows of their own, with their actor; they are not repeated here.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel

from db.pool import Connection
from db.queries import load

SQL = load("audit")
LONGEST_PAGE: Final = 200


class Act(StrEnum):
    """What is written down; each has its sentence in the catalogues, under `account.act`."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    PASSWORD_REFUSED = "password_refused"  # noqa: S105
    CODE_REFUSED = "code_refused"
    RECOVERY_CODE_USED = "recovery_code_used"
    ACCESS_REFUSED = "access_refused"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    SECOND_FACTOR_ON = "second_factor_on"
    SECOND_FACTOR_OFF = "second_factor_off"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    SESSION_ENDED = "session_ended"
    STAFF_INVITED = "staff_invited"
    STAFF_LINK_USED = "staff_link_used"
    STAFF_CHANGED = "staff_changed"
    STAFF_DISABLED = "staff_disabled"
    STAFF_ENABLED = "staff_enabled"
    STAFF_RESET = "staff_reset"
    POLICY_CHANGED = "policy_changed"
    SETTINGS_CHANGED = "settings_changed"
    KEY_CHANGED = "key_changed"
    NOTICES_ON = "notices_on"
    NOTICES_OFF = "notices_off"
    LINK_REPLACED = "link_replaced"
    STOCK_THERE_AGAIN = "stock_there_again"


@dataclass(frozen=True)
class Doer:
    """Who acts, in which request and from which network."""

    actor: str
    request_id: str | None = None
    network: str = ""


class Entry(BaseModel, frozen=True):
    """One row of the audit. `facts` are plain words and numbers: what it was changed to."""

    number: int
    at: datetime
    actor: str
    act: str
    subject: str
    facts: dict[str, Any]
    request_id: str | None
    network: str


class AuditPage(BaseModel, frozen=True):
    """Entries, newest first. `next` asks for the ones before them; None: there are none."""

    entries: tuple[Entry, ...]
    next: int | None


async def add(
    connection: Connection, doer: Doer, act: Act, subject: str = "", **facts: str | int | None
) -> None:
    """Write down that this was done. In the transaction of the act itself, where it has one."""
    await connection.execute(
        SQL["add"], doer.actor, str(act), subject[:200], facts, doer.request_id, doer.network
    )


async def page(
    connection: Connection, person: str | None = None, before: int | None = None, limit: int = 50
) -> AuditPage:
    """What was done: all of it, or what one actor did and what was done to them."""
    limit = min(max(limit, 1), LONGEST_PAGE)
    rows = await connection.fetch(SQL["page"], person, before, limit + 1)
    entries = tuple(Entry.model_validate(dict(row)) for row in rows[:limit])
    return AuditPage(entries=entries, next=entries[-1].number if len(rows) > limit else None)


async def actors(connection: Connection) -> list[str]:
    """Everybody who did anything, to choose from."""
    return [row["actor"] for row in await connection.fetch(SQL["actors"])]
