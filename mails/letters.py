"""The letters: what each kind of mail says, as a subject, a plain text and an HTML page."""

import re
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from mjml import mjml2html
from pydantic import BaseModel

from mails.clean import one_line, several_lines
from mails.view import MailView
from orders.mail import MailKind
from orders.words import say, write

FOLDER: Final = Path(__file__).parent / "letters"

_OF_AN_ORDER: Final = ("order_id", "order_number", "placed_at")
NEEDS: Final[Mapping[MailKind, tuple[str | tuple[str, ...], ...]]] = {
    MailKind.ORDER_RECEIVED: (*_OF_AN_ORDER, "items", "totals"),
    MailKind.AWAITING_PAYMENT: (*_OF_AN_ORDER, "amount_due"),
    MailKind.PAYMENT_REMINDER: (*_OF_AN_ORDER, "amount_due"),
    MailKind.ORDER_EXPIRED: _OF_AN_ORDER,
    MailKind.PAYMENT_RECEIVED: (*_OF_AN_ORDER, "amount_received"),
    MailKind.DOWNLOADS: (*_OF_AN_ORDER, "downloads"),
    MailKind.GIFT_CARD: (*_OF_AN_ORDER, "gift_cards"),
    MailKind.SHIPPED: (*_OF_AN_ORDER, "parcel", "items"),
    MailKind.READY_FOR_PICKUP: (*_OF_AN_ORDER, "pickup_code"),
    MailKind.OUT_FOR_DELIVERY: _OF_AN_ORDER,
    MailKind.DELIVERED: _OF_AN_ORDER,
    MailKind.CANCELLED: (*_OF_AN_ORDER, "cancelled_items", "cancelled_because"),
    MailKind.NEW_ORDER: (*_OF_AN_ORDER, "items", "totals"),
    MailKind.ATTENTION_DIGEST: (("attention", "low_stock"),),
    MailKind.ORDER_LINK: (*_OF_AN_ORDER, "page_url"),
}
"""The parts of the view without which a letter would say nothing; of several in brackets, one is enough. All
other parts may be left out.

`cancelled`: `items` is what is left of the order; none means that all of it was cancelled.
"""


class PartsMissing(ValueError):
    """A letter was asked for without the parts it is about."""

    def __init__(self, kind: MailKind, parts: tuple[str, ...]) -> None:
        self.kind = kind
        self.parts = parts
        super().__init__(f"a mail of kind {kind.value!r} needs {', '.join(parts)}")


class Letter(BaseModel, frozen=True):
    """A mail before it is addressed. The subject is one line; the text breaks its lines with line feeds."""

    subject: str
    text: str
    html: str


def needed(kind: MailKind) -> tuple[tuple[str, ...], ...]:
    """What a letter of this kind cannot do without; of several together, one is enough."""
    return tuple((parts,) if isinstance(parts, str) else parts for parts in NEEDS[kind])


def render(kind: MailKind, view: MailView) -> Letter:
    """The letter of this kind about this view, in the view's language. PartsMissing names what it lacks."""
    missing = tuple(
        " or ".join(parts)
        for parts in needed(kind)
        if all(getattr(view, part) in (None, "", ()) for part in parts)
    )
    if missing:
        raise PartsMissing(kind, missing)
    words = {
        "mail": view,
        "t": partial(say, view.language, time_zone=view.time_zone),
        "written": partial(write, view.language, time_zone=view.time_zone),
    }
    templates = _templates()
    subject = one_line(templates.get_template(f"{kind}/subject.txt").render(words))
    if view.is_copy:
        subject = one_line(
            say(view.language, "mail.common.copy_subject", shop=view.shop.name, subject=subject)
        )
    text = several_lines(templates.get_template(f"{kind}/text.txt").render(words))
    markup = templates.get_template(f"{kind}/html.mjml").render(words)
    # No fonts from elsewhere: a mail asks nothing of other people's servers when it is opened.
    html = str(mjml2html(markup, fonts={}, disable_comments=True))
    return Letter(subject=subject, text=re.sub(r"\n{3,}", "\n\n", text) + "\n", html=html)


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=select_autoescape(enabled_extensions=("mjml",), default=False),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
