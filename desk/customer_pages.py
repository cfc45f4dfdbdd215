"""What all pages for customers share: the shop's look, the language, the headers, and how they are drawn."""

import secrets
from functools import partial
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel
from starlette.responses import HTMLResponse

from orders.colour import luminance
from orders.showable import showable
from orders.store import Language, StoreSettings
from orders.words import say

SECRET_HEADERS: Final = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Of every answer whose address is a secret: nobody keeps it, and nobody is told where it was."""

_POLICY: Final = (
    "default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
_PAGES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("pages")),
    autoescape=True,
    undefined=StrictUndefined,
    # What is no string, and what is markup of ours, stays as it is.
    finalize=lambda value: showable(value) if type(value) is str else value,
    trim_blocks=True,
    lstrip_blocks=True,
)


class ShopView(BaseModel, frozen=True):
    """What a customer recognises the shop by, and where to write to it. `on_colour` is readable on
    `colour`."""

    name: str
    address: tuple[str, ...]
    website: str
    phone: str
    mail: str
    colour: str
    on_colour: str

    @classmethod
    def of(cls, settings: StoreSettings) -> "ShopView":
        look = settings.look
        return cls(
            name=look.name,
            address=look.address,
            website=look.website,
            phone=look.phone,
            mail=settings.reply_to or settings.mail_from,
            colour=look.colour,
            on_colour=_readable_on(look.colour),
        )

    def mail_link(self, subject: str) -> str:
        """Begins a mail to the shop about this."""
        return f"mailto:{quote(self.mail, safe='@')}?subject={quote(subject, safe='')}"


class Page(Protocol):
    @property
    def template(self) -> str: ...
    @property
    def language(self) -> Language: ...
    @property
    def time_zone(self) -> str: ...


def draw(page: Page, *, status_code: int = 200) -> HTMLResponse:
    """The page as an answer: with its own style and nothing from anywhere else."""
    nonce = secrets.token_urlsafe(16)
    words = partial(say, page.language, time_zone=page.time_zone)
    html = _PAGES.get_template(page.template).render(page=page, t=words, nonce=nonce)
    headers = {
        **SECRET_HEADERS,
        "Content-Security-Policy": _POLICY.format(nonce=nonce),
        "Content-Language": page.language,
    }
    return HTMLResponse(html, status_code=status_code, headers=headers)


def _readable_on(colour: str) -> str:
    """Black or white, whichever stands out more from this colour (contrast ratio of WCAG 2)."""
    light = luminance(colour)
    return "#ffffff" if 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 else "#000000"
