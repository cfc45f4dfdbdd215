"""The form of one part of a store's settings, drawn: as it is set, or as it was sent and not taken."""

import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from db import papers, stores
from db.audit import Entry
from db.pool import within_reach
from desk.staff import settings_merging, settings_pages, settings_parts
from desk.staff.names import known_names, names_of
from desk.staff.settings_fields import Typed
from desk.staff.settings_models import Conflict, Link, PartPage, PlacePage, home
from desk.staff.settings_parts import Part, Wrong
from desk.staff.shell import Desk, page
from desk.staff.signed import Signed
from orders.sentence import Sentence
from orders.store import MOST_PLACES, Language, StoreSettings
from orders.words import in_words, say
from starter.shops import Shops

_A_NUMBER: Final = "3SDEVC1234567"


class Sent(NamedTuple):
    """What was sent and is not kept, with what is `wrong` with it, or since somebody else changed it."""

    typed: Mapping[str, Typed] | None = None
    wrong: Wrong | None = None
    conflicts: tuple[str, ...] = ()
    """The paths that somebody else changed since."""
    version: str = ""
    """Of the settings that this was held against; empty for those that are set now."""

    @property
    def is_conflict(self) -> bool:
        return bool(self.conflicts)

    @property
    def status(self) -> HTTPStatus:
        if self.wrong:
            return HTTPStatus.UNPROCESSABLE_ENTITY
        return HTTPStatus.CONFLICT if self.is_conflict else HTTPStatus.OK


NOTHING: Final = Sent()


async def drawn(
    desk: Desk,
    request: Request,
    signed: Signed,
    store: str,
    part: Part,
    sent: Sent = NOTHING,
    *,
    number: str = "",
    logo_problem: str = "",
) -> Response:
    """The page of a part. Raises StoreNotFound."""
    async with within_reach(desk.pool) as connection:
        settings = await stores.settings(connection, store)
        logo = await papers.logo(connection, store) if part.name == "look" else None
    language, now = signed.language, settings_parts.shown(part, settings)
    problems = sent.wrong.problems if sent.wrong else {}
    is_tracking, is_pickup = part.name == "tracking", part.name == "pickup"
    places = settings.pickup_places
    model = PartPage(
        store=store,
        store_name=settings.look.name,
        part=part.name,
        title=settings_pages.title(language, part.name),
        href=f"{home(store)}/parts/{part.name}",
        links=settings_pages.links(language, store, part.name),
        version=sent.version or settings_merging.version(part, settings),
        groups=settings_pages.groups(
            language, part, sent.typed or now, problems, now if sent.is_conflict else None
        ),
        problem=_said(language, problems),
        conflict=await _conflict(desk, store, sent, language),
        is_conflict=sent.is_conflict,
        logo=f"{home(store)}/logo?{hashlib.sha256(logo.content).hexdigest()[:12]}" if logo else "",
        logo_problem=logo_problem,
        contrast=settings_pages.contrast_of(language, settings) if part.name == "look" else "",
        places=tuple(
            Link(name=place.name, href=f"{home(store)}/places/{at}") for at, place in enumerate(places)
        )
        if is_pickup
        else (),
        new_place=f"{home(store)}/places/{len(places)}" if is_pickup and len(places) < MOST_PLACES else "",
        tries=settings_pages.tries(settings, number or _A_NUMBER) if is_tracking else (),
        tried=number or _A_NUMBER,
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if logo_problem else sent.status
    return await page(desk, request, signed, model, status_code=status)


async def placed(
    desk: Desk,
    request: Request,
    signed: Signed,
    store: str,
    settings: StoreSettings,
    number: int,
    form: Part,
    now: Mapping[str, Typed],
    version: str,
    sent: Sent,
) -> Response:
    """The page of a pickup place."""
    language = signed.language
    is_new = number == len(settings.pickup_places)
    problems = sent.wrong.problems if sent.wrong else {}
    title = say(language, "shop_settings.place.new") if is_new else settings.pickup_places[number].name
    model = PlacePage(
        store=store,
        store_name=settings.look.name,
        title=title,
        href=f"{home(store)}/places/{number}",
        is_new=is_new,
        links=settings_pages.links(language, store, "pickup"),
        version=version,
        groups=settings_pages.groups(
            language, form, sent.typed or now, problems, now if sent.is_conflict else None
        ),
        problem=_said(language, problems),
        conflict=await _conflict(desk, store, sent, language),
        is_conflict=sent.is_conflict,
    )
    return await page(desk, request, signed, model, status_code=sent.status)


async def _conflict(desk: Desk, store: str, sent: Sent, language: Language) -> Conflict | None:
    """Who was quicker, where that is known."""
    changes = await Shops(desk.pool).changes(store) if sent.is_conflict else ()
    change = next((each for each in changes if _is_about(each, sent.conflicts)), None)
    if change is None:
        return None
    async with within_reach(desk.pool) as connection:
        who = await known_names(connection)
    return Conflict(actor=names_of(who, change.actor, language), at=change.at)


def _is_about(change: Entry, paths: tuple[str, ...]) -> bool:
    return any(fact == path or fact.startswith(f"{path}.") for fact in change.facts for path in paths)


def _said(language: Language, problems: Mapping[str, Sentence]) -> str:
    """What is wrong with the form as a whole; empty if nothing is."""
    if "" in problems:
        return say(language, "shop_settings.elsewhere", problem=in_words(language, problems[""]))
    return say(language, "shop_settings.wrong") if problems else ""
