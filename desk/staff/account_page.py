"""What the page of one's own account shows."""

import re
from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel

from db.sessions import KnownSession
from orders.staff import Member
from orders.store import LANGUAGES, Language
from orders.words import say

_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


class SessionView(BaseModel, frozen=True):
    """One of somebody's sessions. `name` is the hash of its id: enough to end it, not to use it."""

    name: str
    device: str
    network: str
    created_at: datetime
    seen_at: datetime
    is_this: bool


class AccountPage(BaseModel, frozen=True):
    template: Literal["staff/account.html"] = "staff/account.html"
    staff_id: str
    name: str
    role: str
    stores: tuple[str, ...] | None
    language: Language
    languages: tuple[Language, ...] = LANGUAGES
    has_second_factor: bool
    second_factor_required: bool
    recovery_codes_left: int
    sessions: tuple[SessionView, ...]
    problem_in: str = ""
    """Which form was refused: "password", "second_factor" or "recovery_codes"."""
    problem: str = ""


def account_page(
    member: Member,
    known: list[KnownSession],
    this: bytes,
    *,
    required: bool,
    codes_left: int,
    problem_in: str = "",
    problem: str = "",
) -> AccountPage:
    return AccountPage(
        staff_id=member.staff_id,
        name=member.name,
        role=str(member.role),
        stores=member.stores,
        language=member.language,
        has_second_factor=member.has_second_factor,
        second_factor_required=required,
        recovery_codes_left=codes_left,
        sessions=tuple(
            SessionView(
                name=each.session_hash.hex(),
                device=device_name(each.device, member.language),
                network=each.network,
                created_at=each.created_at,
                seen_at=each.seen_at,
                is_this=each.session_hash == this,
            )
            for each in known
        ),
        problem_in=problem_in,
        problem=problem,
    )


def device_name(said: str, language: Language) -> str:
    """What a person recognises a browser by, from what it says of itself (User-Agent)."""
    browser = next((name for mark, name in _BROWSERS if mark in said), "")
    system = next((name for mark, name in _SYSTEMS if mark in said), "")
    if browser or system:
        return ", ".join(part for part in (browser, system) if part)
    plain = re.match(r"[A-Za-z][\w.-]{0,30}", said)
    return plain[0] if plain else say(language, "account.sessions.unknown_device")
