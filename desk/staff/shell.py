"""The shell of the desk: what every page stands in, how it is drawn, and what goes with it over the wire."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from db import listing, sessions
from db.listing import Queue
from db.pool import Connection, Pool, within_reach
from db.vault import Vault
from desk.static_files import static
from orders.rights import Right
from orders.showable import showable
from orders.store import Language
from orders.words import TIME_ZONE, say
from starter.bulk import Bulk
from starter.front_door import FrontDoor
from starter.settings import Settings
from starter.view import Viewer
from starter.waiting import Waiting

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " font-src 'self'; media-src 'self'; manifest-src 'self'; worker-src 'self'; frame-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'; report-uri /desk/csp"
)
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
"""Of every page of the desk: nothing from elsewhere, nothing inline, nothing kept."""


@dataclass(frozen=True)
class Desk:
    """What the pages stand on: open connections, and the same front door that everybody uses."""

    pool: Pool
    vault: Vault
    front_door: FrontDoor
    viewer: Viewer
    waiting: Waiting
    settings: Settings
    bulk: Bulk


class Reader(Protocol):
    """Whoever is at the desk, as far as drawing a page goes (desk/staff/signed.py)."""

    @property
    def name(self) -> str: ...
    @property
    def language(self) -> Language: ...
    @property
    def stores(self) -> tuple[str, ...] | None: ...
    @property
    def session_id(self) -> bytes: ...
    def may(self, right: Right) -> bool: ...


class Notice(BaseModel, frozen=True):
    """A message shown once: how the last click ended."""

    text: str
    is_good: bool = True
    undo: str | None = None
    """Where a click takes it back, while there is time."""


class NavItem(BaseModel, frozen=True):
    name: str
    href: str
    is_here: bool
    count: int | None = None


class Shell(BaseModel, frozen=True):
    """What stands around a page: who is there, where they can go, and the last notice."""

    name: str
    language: Language
    nav: tuple[NavItem, ...]
    notice: Notice | None = None
    path: str = ""
    """Where a click on the notice comes back to; empty for a page that cannot be opened by its address."""


class PageModel(Protocol):
    """A page shows one model; its template sees it as `page`, and nothing else of the world."""

    @property
    def template(self) -> str: ...


_NAV: Final[tuple[tuple[str, str, Right], ...]] = (
    ("orders", "/desk/orders", Right.SEE_ORDERS),
    ("pick", "/desk/pick", Right.FULFIL),
    ("pack", "/desk/pack", Right.FULFIL),
    ("counter", "/desk/counter", Right.FULFIL),
    ("attention", "/desk/attention", Right.SEE_ORDERS),
    ("settings", "/desk/settings", Right.CHANGE_SETTINGS),
    ("people", "/desk/staff", Right.MANAGE_STAFF),
)
_COUNTED: Final = {
    "pick": Queue.TO_PICK,
    "pack": Queue.TO_PACK,
    "counter": Queue.PICKUP_WAITING,
    "attention": Queue.ATTENTION,
}

_PAGES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "pages"),
    autoescape=True,
    undefined=StrictUndefined,
    # What is no string, and what is markup of ours, stays as it is.
    finalize=lambda value: showable(value) if type(value) is str else value,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGES.globals["static"] = static
_PAGES.globals["fresh_command_id"] = lambda: fresh_command_id()


def fresh_command_id() -> str:
    """The id of a command that a form will send: made when the form is drawn, so a double click is one."""
    return f"desk-{uuid.uuid4()}"


async def page(
    desk: Desk,
    request: Request,
    reader: Reader | None,
    model: PageModel,
    *,
    status_code: int = 200,
    notice: Notice | None = None,
    language: Language = "en",
    time_zone: str = TIME_ZONE,
) -> HTMLResponse:
    """The whole page as an answer, in the shell of whoever reads it: with the notice that was left for them,
    unless there is a newer one. Without a reader there is no navigation, and `language` is the page's."""
    shell = await _shell(desk, request, reader, notice, language)
    html = draw(model.template, shell.language, time_zone, page=model, shell=shell)
    headers = {**HEADERS, "Content-Language": shell.language}
    return HTMLResponse(html, status_code=status_code, headers=headers)


def fragment(
    language: Language, template: str, *, time_zone: str = TIME_ZONE, status_code: int = 200, **values: Any
) -> HTMLResponse:
    """A piece of a page, for a page that is open already."""
    html = draw(template, language, time_zone, **values)
    return HTMLResponse(html, status_code=status_code, headers=dict(HEADERS))


def draw(template: str, language: Language, time_zone: str = TIME_ZONE, **values: Any) -> str:
    """A template as HTML. `t(key, **facts)` says a sentence of the catalogues in the reader's language."""
    words = partial(say, language, time_zone=time_zone)
    return _PAGES.get_template(template).render(t=words, **values)


def see_other(path: str) -> RedirectResponse:
    """Go on there (303): after a form was taken, so that going back or reloading sends nothing again."""
    return RedirectResponse(local(path), status_code=303, headers=dict(HEADERS))


def local(path: str | None, otherwise: str = "/desk/orders") -> str:
    """The path if it is one of the desk's own; else somewhere safe. Nothing a link says leads elsewhere."""
    if not path or not path.startswith("/desk") or "\\" in path or any(ord(each) < 33 for each in path):
        return otherwise
    parts = urlsplit(path)
    return otherwise if parts.scheme or parts.netloc else path


def is_fragment(request: Request) -> bool:
    """Whether an open page asks for a piece of itself (htmx)."""
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-boosted") != "true"


async def tell(desk: Desk, reader: Reader, notice: Notice) -> None:
    """Leave a message for the next page that this reader sees."""
    async with within_reach(desk.pool) as connection:
        await sessions.set_notice(connection, reader.session_id, notice.model_dump(mode="json"))


async def navigation(connection: Connection, reader: Reader, path: str) -> tuple[NavItem, ...]:
    """Where this reader can go, with how much waits there."""
    waiting = await listing.counts(connection, reader.stores)
    return tuple(
        NavItem(
            name=say(reader.language, f"desk.nav.{name}"),
            href=href,
            is_here=path == href or path.startswith(f"{href}/"),
            count=waiting[_COUNTED[name]] if name in _COUNTED else None,
        )
        for name, href, right in _NAV
        if reader.may(right)
    )


async def _shell(
    desk: Desk, request: Request, reader: Reader | None, notice: Notice | None, language: Language
) -> Shell:
    if reader is None:
        return Shell(name="", language=language, nav=(), notice=notice)
    path = request.url.path
    async with within_reach(desk.pool) as connection:
        left = await sessions.take_notice(connection, reader.session_id)
        nav = await navigation(connection, reader, path)
    if notice is None and left is not None:
        notice = Notice.model_validate(left)
    come_back_to = path if request.method == "GET" else ""
    return Shell(name=reader.name, language=reader.language, nav=nav, notice=notice, path=come_back_to)


def bdi(text: str) -> Markup:
    """Somebody's own text, kept from turning the text around it."""
    return Markup("<bdi>{}</bdi>").format(showable(text))


_PAGES.globals["bdi"] = bdi
