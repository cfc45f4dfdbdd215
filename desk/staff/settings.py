"""Settings: the stores, and each part of what is set for one, saved by itself."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response

from db.audit import Entry
from db.pool import within_reach
from desk.staff import settings_merging, settings_pages, settings_parts
from desk.staff.access import Gate
from desk.staff.errors import NotAllowed, NotHere
from desk.staff.forms import form_of
from desk.staff.names import known_names, names_of
from desk.staff.routes import desk_router
from desk.staff.settings_drawing import Sent, drawn
from desk.staff.settings_models import (
    SETTINGS,
    ChangeView,
    SaidField,
    StorePage,
    StoreRow,
    StoresPage,
    home,
)
from desk.staff.settings_parts import PARTS, Changed, Part, Wrong
from desk.staff.shell import Desk, Notice, page, see_other, tell
from desk.staff.signed import Signed
from orders.store import Language, Look, StoreId, StoreSettings
from orders.words import say
from starter.shops import Shops

STORE = f"{SETTINGS}/{{store}}"
_STORE_ID: TypeAdapter[str] = TypeAdapter(StoreId)
LARGEST_PART: Final = 524_288
"""Bytes of a form: five hundred limits, each letter of their SKUs as a browser escapes it."""


def settings_router(desk: Desk, gate: Gate) -> APIRouter:
    """`/desk/settings`, the page of each store, and its parts."""
    router = desk_router(gate)
    shops = Shops(desk.pool)
    who = Annotated[Signed, Depends(gate.signed)]

    async def stores_page(
        request: Request, signed: Signed, store: str = "", name: str = "", wrong: str = ""
    ) -> Response:
        rows = tuple(
            StoreRow(
                store=each,
                name=settings.look.name,
                languages=", ".join(
                    say(signed.language, f"shop_settings.language.{known}") for known in settings.languages
                ),
                mail_from=settings.mail_from,
                href=home(each),
            )
            for each, settings in (await shops.everything()).items()
            if signed.sees(each)
        )
        model = StoresPage(stores=rows, may_add=signed.stores is None, store=store, name=name, problem=wrong)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
        return await page(desk, request, signed, model, status_code=status)

    @router.get(SETTINGS)
    async def every_store(request: Request, signed: who) -> Response:
        return await stores_page(request, signed)

    @router.post(SETTINGS)
    async def add_store(request: Request, signed: who) -> Response:
        if signed.stores is not None:
            raise NotAllowed  # It would not be theirs to see.
        form = await form_of(request)
        store, name = form.text("store", 100), form.text("name", 200)
        try:
            _STORE_ID.validate_python(store)
        except ValidationError:
            wrong = say(signed.language, "shop_settings.store_unfit")
            return await stores_page(request, signed, store, name, wrong)
        settings = StoreSettings(look=Look(name=name or store), language=signed.language)
        if not await shops.add(store, settings, signed.doer):
            wrong = say(signed.language, "shop_settings.store_taken")
            return await stores_page(request, signed, store, name, wrong)
        await tell(desk, signed, Notice(text=say(signed.language, "shop_settings.added", store=store)))
        return see_other(home(store))

    @router.get(STORE)
    async def overview(request: Request, signed: who, store: StoreId) -> Response:
        settings = await shops.settings(store)
        changes = await shops.changes(store)
        async with within_reach(desk.pool) as connection:
            who_is = await known_names(connection)
        model = StorePage(
            store=store,
            name=settings.look.name,
            parts=tuple(
                settings_pages.summary(signed.language, part, settings, store) for part in PARTS.values()
            ),
            links=settings_pages.links(signed.language, store, ""),
            changes=tuple(_change(entry, who_is, signed.language) for entry in changes),
        )
        return await page(desk, request, signed, model)

    @router.get(f"{STORE}/parts/{{part}}")
    async def show_part(
        request: Request, signed: who, store: StoreId, part: str, number: str = ""
    ) -> Response:
        return await drawn(desk, request, signed, store, _part(part), number=number.strip()[:40])

    @router.post(f"{STORE}/parts/{{part}}")
    async def save_part(request: Request, signed: who, store: StoreId, part: str) -> Response:
        form, chosen = await form_of(request, LARGEST_PART), _part(part)
        typed = settings_parts.typed(chosen, form)
        seen = form.text("version")
        was_changed = False
        conflicts: tuple[str, ...] = ()
        version = ""

        def make(now: StoreSettings) -> StoreSettings:
            nonlocal was_changed, typed, conflicts, version
            typed, conflicts, version = settings_merging.merged(chosen, now, typed, seen)
            if conflicts:
                raise Changed
            after = settings_parts.changed(chosen, now, typed)
            was_changed = after != now
            return after

        try:
            await shops.change(store, make, signed.doer)
        except Wrong as wrong:
            sent = Sent(typed, wrong, version=version)
            return await drawn(desk, request, signed, store, chosen, sent)
        except Changed:
            sent = Sent(typed, conflicts=conflicts, version=version)
            return await drawn(desk, request, signed, store, chosen, sent)
        key = "shop_settings.saved" if was_changed else "shop_settings.unchanged"
        await tell(desk, signed, Notice(text=say(signed.language, key)))
        return see_other(f"{home(store)}/parts/{part}")

    return router


def _part(name: str) -> Part:
    part = PARTS.get(name)
    if part is None:
        raise NotHere
    return part


def _change(entry: Entry, who: dict[str, str], language: Language) -> ChangeView:
    facts = tuple(SaidField(label=name, value=str(value)) for name, value in entry.facts.items())
    return ChangeView(at=entry.at, actor=names_of(who, entry.actor, language), facts=facts)
