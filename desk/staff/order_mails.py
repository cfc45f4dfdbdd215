"""Mails of an order on the desk: as they were sent, and as a click would send them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel
from starlette.responses import HTMLResponse, Response

from db import order_mails, reading, stores
from db.order_mails import SentMail
from db.pool import within_reach
from db.vault import CannotOpen
from desk.preview import Preview, previews
from desk.staff.access import Gate
from desk.staff.errors import NotHere
from desk.staff.forms import Form
from desk.staff.mail_names import with_mail_names
from desk.staff.order import ORDER
from desk.staff.order_model import may_give, must_give
from desk.staff.order_reading import Unreadable, read
from desk.staff.order_rows import order_href
from desk.staff.order_story import MAIL_TONE, SENT
from desk.staff.routes import desk_router
from desk.staff.shell import HEADERS, Desk, fragment, is_fragment, page
from desk.staff.signed import Signed
from orders.order import OrderId
from orders.store import Language, StoreId
from orders.words import in_words, say
from starter import sent_mails
from starter.sent_mails import Letter

Number = Annotated[int, Path(ge=1, le=2**63 - 1)]

FRAME: Final[Mapping[str, str]] = {
    **HEADERS,
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'self'; report-uri /desk/csp",
}
"""Of a mail in its frame: it is dressed by styles in its own lines, as mails are, and can do nothing."""


class MailPage(BaseModel, frozen=True):
    template: Literal["staff/mail.html"] = "staff/mail.html"
    href: str
    order: str
    """Its number."""
    name: str
    state: str
    tone: str
    is_copy: bool
    at: datetime
    recipient: str
    sender: str
    subject: str
    text: str
    frame: str
    """Where its HTML stands; empty where there is nothing to show."""
    problem: str
    mail_key: str
    can_be_sent_again: bool


class ForetoldMail(BaseModel, frozen=True):
    recipient: str
    subject: str
    text: str
    frame: str
    is_copy: bool


class PreviewPage(BaseModel, frozen=True):
    template: Literal["staff/order_preview.html"] = "staff/order_preview.html"
    href: str
    mails: tuple[ForetoldMail, ...]
    nothing: str
    """Why there is no mail to show."""


def mails_router(desk: Desk, gate: Gate) -> APIRouter:
    """`…/mails/{number}` and `…/preview`, each with its frame."""
    router = desk_router(gate)
    who = Annotated[Signed, Depends(gate.signed)]

    async def sent(store: str, order_id: str, number: int) -> tuple[SentMail, Letter | None, str]:
        """A mail with what it said, or the key of the sentence that says why it cannot be shown."""
        async with within_reach(desk.pool) as connection:
            mail = await order_mails.as_sent(connection, desk.vault, store, order_id, number, is_opened=False)
            if mail is None:
                raise NotHere
            try:
                found = await sent_mails.sent(connection, desk.vault, store, order_id, number)
            except CannotOpen:
                return mail, None, "cannot_open"
        letter = found[1] if found else None
        return mail, letter, "" if letter else "not_written"

    @router.get(f"{ORDER}/mails/{{number}}")
    async def mail(
        request: Request, signed: who, store: StoreId, order_id: OrderId, number: Number
    ) -> Response:
        known, letter, problem = await sent(store, order_id, number)
        model = _mail_page(
            signed.language,
            store,
            order_id,
            known,
            letter,
            problem,
            may_send=may_give(signed, "mail_again"),
        )
        return await page(desk, request, signed, model)

    @router.get(f"{ORDER}/mails/{{number}}/frame")
    async def mail_frame(signed: who, store: StoreId, order_id: OrderId, number: Number) -> Response:
        _, letter, _ = await sent(store, order_id, number)
        if letter is None:
            raise NotHere
        return HTMLResponse(letter.html, headers=dict(FRAME))

    async def foreseen(request: Request, signed: Signed, store: str, order_id: str) -> Preview | str:
        """What a click would mail, or the sentence that says what is wrong with the form."""
        form = Form({name: (value,) for name, value in request.query_params.items()})
        must_give(signed, form.text("type", 40))
        try:
            command = read(form).model_copy(update={"command_id": None})
        except Unreadable as wrong:
            return say(signed.language, f"desk_order.problem.{next(iter(wrong.problems.values()))}")
        async with within_reach(desk.pool) as connection:
            kept = await reading.order(connection, store, order_id)
            settings = await stores.settings(connection, store)
            url = desk.settings.public_url
            return await previews(connection, desk.vault, kept, command, signed.actor, settings, url)

    @router.get(f"{ORDER}/preview")
    async def preview(request: Request, signed: who, store: StoreId, order_id: OrderId) -> Response:
        found = await foreseen(request, signed, store, order_id)
        model = _preview_page(signed.language, order_href(store, order_id), str(request.url.query), found)
        if is_fragment(request):
            return fragment(signed.language, "staff/order_foretold.html", page=model)
        return await page(desk, request, signed, model)

    @router.get(f"{ORDER}/preview/frame")
    async def preview_frame(
        request: Request, signed: who, store: StoreId, order_id: OrderId, at: int = 0
    ) -> Response:
        found = await foreseen(request, signed, store, order_id)
        if isinstance(found, str) or not 0 <= at < len(found.mails):
            raise NotHere
        html = sent_mails.inert(sent_mails.hidden(found.mails[at].html))
        return HTMLResponse(html, headers=dict(FRAME))

    return router


def _mail_page(
    language: Language,
    store: str,
    order_id: str,
    mail: SentMail,
    letter: Letter | None,
    problem: str,
    *,
    may_send: bool,
) -> MailPage:
    href = order_href(store, order_id)
    return MailPage(
        href=href,
        order=mail.order_number,
        name=say(language, f"desk_order.mail.{mail.kind}"),
        state=say(language, f"desk_order.mail_state.{mail.state}"),
        tone=MAIL_TONE[mail.state],
        is_copy=mail.is_copy,
        at=mail.sent_at or mail.created_at,
        recipient=mail.recipient,
        sender=letter.sender if letter else "",
        subject=letter.subject if letter else "",
        text=letter.text if letter else "",
        frame=f"{href}/mails/{mail.number}/frame" if letter and letter.html else "",
        problem=say(language, f"desk_order.{problem}") if problem else "",
        mail_key=mail.mail_key,
        can_be_sent_again=may_send and not mail.is_copy and mail.state in SENT,
    )


def _preview_page(language: Language, href: str, query: str, found: Preview | str) -> PreviewPage:
    if isinstance(found, str):
        return PreviewPage(href=href, mails=(), nothing=found)
    nothing = ""
    if found.refusal is not None:
        nothing = in_words(language, with_mail_names(found.refusal))
    elif not found.mails:
        nothing = say(language, "desk_order.no_mail")
    mails = tuple(
        ForetoldMail(
            recipient=each.recipient,
            subject=each.subject,
            text=each.text,
            frame=f"{href}/preview/frame?{query}&at={place}",
            is_copy=each.is_copy,
        )
        for place, each in enumerate(found.mails)
    )
    return PreviewPage(href=href, mails=mails, nothing=nothing)
