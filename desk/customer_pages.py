"""What all pages for customers share: the shop's look, the language, the headers, and how they are drawn."""

from functools import partial
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel
from starlette.responses import HTMLResponse

from desk.customer_look import look_address
from desk.static_files import static
from orders.showable import showable
from orders.store import Language, StoreSettings
from orders.words import say

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'; report-uri /desk/csp"
)
SECRET_HEADERS: Final = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Of every answer whose address is a secret: nobody keeps it, and nobody is told where it was."""

_PERMISSIONS: Final = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
_PAGES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("pages")),
    autoescape=True,
    undefined=StrictUndefined,
    # What is no string, and what is markup of ours, stays as it is.
    finalize=lambda value: showable(value) if type(value) is str else value,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGES.globals["static"] = static


class ShopView(BaseModel, frozen=True):
    """What a customer recognises the shop by, and where to write to it."""

    name: str
    address: tuple[str, ...]
    website: str
    phone: str
    mail: str
    look: str
    """The address of its colours, as a style sheet."""

    @classmethod
    def of(cls, settings: StoreSettings) -> "ShopView":
        look = settings.look
        return cls(
            name=look.name,
            address=look.address,
            website=look.website,
            phone=look.phone,
            mail=settings.reply_to or settings.mail_from,
            look=look_address(look.colour),
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


def draw(page: Page, *, status_code: int = 200, headers: dict[str, str] | None = None) -> HTMLResponse:
    """The page as an answer: nothing in it comes from anywhere else, and only files of ours dress it or
    run in it."""
    words = partial(say, page.language, time_zone=page.time_zone)
    html = _PAGES.get_template(page.template).render(page=page, t=words)
    all_headers = {
        **SECRET_HEADERS,
        "Content-Security-Policy": POLICY,
        "Permissions-Policy": _PERMISSIONS,
        "Content-Language": page.language,
        **(headers or {}),
    }
    return HTMLResponse(html, status_code=status_code, headers=all_headers)
