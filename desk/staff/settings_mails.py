"""Every mail of a store, looked at before it is sent: in each of its languages, with an order of its own."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.responses import HTMLResponse, Response

from db import stores
from db.pool import within_reach
from desk.mail_samples import NoSuchOrder, Shown, shown
from desk.staff import settings_pages
from desk.staff.access import Gate
from desk.staff.errors import NotHere
from desk.staff.order_mails import FRAME
from desk.staff.order_rows import order_href
from desk.staff.routes import desk_router
from desk.staff.settings_models import SETTINGS, Link, home
from desk.staff.shell import Desk, page
from desk.staff.signed import Signed
from orders.mail import AUDIENCE, MailKind
from orders.rights import Right
from orders.store import LANGUAGES, Language, StoreId, StoreSettings
from orders.words import say

MAILS: Final = f"{SETTINGS}/{{store}}/mails"
_LONGEST_NUMBER: Final = 100


class MailRow(BaseModel, frozen=True):
    name: str
    href: str
    audience: str
    is_sent: bool


class MailsPage(BaseModel, frozen=True):
    template: Literal["staff/settings_mails.html"] = "staff/settings_mails.html"
    store: str
    store_name: str
    links: tuple[Link, ...]
    mails: tuple[MailRow, ...]


class MailSamplePage(BaseModel, frozen=True):
    template: Literal["staff/settings_mail.html"] = "staff/settings_mail.html"
    store_name: str
    name: str
    href: str
    links: tuple[Link, ...]
    is_sent: bool
    languages: tuple[Link, ...]
    language: Language
    number: str
    """The number that was asked for."""
    problem: str
    sender: str
    subject: str
    text: str
    frame: str
    order: Link | None
    """The order it is about; None where that is made up."""
    is_about_an_order: bool
    """Whether mails of this kind are about an order at all."""


def settings_mails_router(desk: Desk, gate: Gate) -> APIRouter:
    """`/desk/settings/{store}/mails` and the page of each kind."""
    router = desk_router(gate)
    who = Annotated[Signed, Depends(gate.signed)]

    @router.get(MAILS)
    async def every_mail(request: Request, signed: who, store: StoreId) -> Response:
        async with within_reach(desk.pool) as connection:
            settings = await stores.settings(connection, store)
        model = MailsPage(
            store=store,
            store_name=settings.look.name,
            links=settings_pages.links(signed.language, store, "previews"),
            mails=tuple(_row(signed.language, store, settings, kind) for kind in MailKind),
        )
        return await page(desk, request, signed, model)

    async def found(
        store: str, kind: MailKind, language: str, number: str
    ) -> tuple[StoreSettings, Language, Shown]:
        """Raises NoSuchOrder."""
        async with within_reach(desk.pool) as connection:
            settings = await stores.settings(connection, store)
            chosen = next((each for each in settings.languages if each == language), settings.language)
            url = desk.settings.public_url
            return settings, chosen, await shown(connection, store, kind, chosen, settings, url, number)

    @router.get(f"{MAILS}/{{kind}}")
    async def one_mail(
        request: Request, signed: who, store: StoreId, kind: MailKind, language: str = "", order: str = ""
    ) -> Response:
        number = order.strip().removeprefix("#").replace("\0", "")[:_LONGEST_NUMBER]
        problem, asked = "", {"order": number} if number else {}
        try:
            settings, chosen, mail = await found(store, kind, language, number)
        except NoSuchOrder:
            problem = say(signed.language, "shop_settings.sample.no_such_order", number=number)
            asked = {}
            settings, chosen, mail = await found(store, kind, language, "")
        if number and not problem and mail.order_id is None:
            problem = say(signed.language, "shop_settings.sample.unfit", number=number)
        href = f"{home(store)}/mails/{kind}"
        model = MailSamplePage(
            store_name=settings.look.name,
            name=say(signed.language, f"shop_settings.mail.{kind}"),
            href=href,
            links=settings_pages.links(signed.language, store, "previews"),
            is_sent=kind not in settings.policy.silent_mails,
            languages=_languages(signed.language, settings, href, chosen, asked),
            language=chosen,
            number=number,
            problem=problem,
            sender=f"{settings.look.name} <{settings.mail_from}>",
            subject=mail.subject,
            text=mail.text,
            frame=f"{href}/frame?{urlencode({'language': chosen, **asked})}",
            order=_order(signed, store, mail),
            is_about_an_order=kind is not MailKind.ATTENTION_DIGEST,
        )
        return await page(desk, request, signed, model)

    @router.get(f"{MAILS}/{{kind}}/frame")
    async def mail_frame(
        signed: who, store: StoreId, kind: MailKind, language: str = "", order: str = ""
    ) -> Response:
        number = order.strip().removeprefix("#").replace("\0", "")[:_LONGEST_NUMBER]
        try:
            _, _, mail = await found(store, kind, language, number)
        except NoSuchOrder:
            raise NotHere from None
        return HTMLResponse(mail.html, headers=dict(FRAME))

    return router


def _row(language: Language, store: str, settings: StoreSettings, kind: MailKind) -> MailRow:
    return MailRow(
        name=say(language, f"shop_settings.mail.{kind}"),
        href=f"{home(store)}/mails/{kind}",
        audience=say(language, f"shop_settings.to.{AUDIENCE[kind]}"),
        is_sent=kind not in settings.policy.silent_mails,
    )


def _languages(
    language: Language, settings: StoreSettings, href: str, chosen: Language, asked: Mapping[str, str]
) -> tuple[Link, ...]:
    spoken = tuple(each for each in LANGUAGES if each in (*settings.languages, settings.language))
    return tuple(
        Link(
            name=say(language, f"shop_settings.choice.language.{each}"),
            href=f"{href}?{urlencode({'language': each, **asked})}",
            is_here=each == chosen,
        )
        for each in spoken
    )


def _order(signed: Signed, store: str, mail: Shown) -> Link | None:
    if mail.order_id is None or mail.number is None:
        return None
    href = order_href(store, mail.order_id) if signed.may(Right.SEE_ORDERS) else ""
    return Link(name=mail.number, href=href)
