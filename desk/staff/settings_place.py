"""Pickup places of a store: where customers collect, and when."""

import hashlib
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from desk.staff.access import Gate
from desk.staff.errors import NotHere
from desk.staff.forms import form_of
from desk.staff.routes import desk_router
from desk.staff.settings_drawing import NOTHING, Sent, placed
from desk.staff.settings_fields import Field, Shape, Typed, Unfit, put_at, value_at
from desk.staff.settings_models import SETTINGS, home
from desk.staff.settings_parts import Changed, Group, Part, Wrong, checked
from desk.staff.shell import Desk, Notice, see_other, tell
from desk.staff.signed import Signed
from orders.sentence import Sentence
from orders.store import LANGUAGES, MOST_PLACES, PickupPlace, StoreId, StoreSettings, Weekday
from orders.words import say
from starter.shops import Shops

PLACE: Final = f"{SETTINGS}/{{store}}/places/{{number}}"
Number = Annotated[int, Path(ge=0, lt=MOST_PLACES)]
FORM: Final = Part(
    "place",
    (
        Group(
            "place",
            (
                Field("name", named="place_name", longest=200),
                Field("address", Shape.LINES, named="look_address"),
            ),
        ),
        Group(
            "hours",
            (
                *(
                    Field(
                        f"hours.{day}",
                        Shape.HOURS,
                        is_optional=True,
                        is_dropped=True,
                        named="hours",
                        about=f"weekday.{day}",
                        form="hours",
                        longest=60,
                    )
                    for day in Weekday
                ),
                Field("special_days", Shape.DAYS, named="special_days", form="special_days"),
            ),
        ),
        Group(
            "place_instructions",
            tuple(
                Field(
                    f"instructions.{each}",
                    Shape.AREA,
                    is_optional=True,
                    is_dropped=True,
                    named="place_instructions",
                    about=f"language.{each}",
                )
                for each in LANGUAGES
            ),
        ),
    ),
)
"""The form of one place; paths are within the place."""


def settings_place_router(desk: Desk, gate: Gate) -> APIRouter:
    """`/desk/settings/{store}/places/{number}`; the number after the last is a new place."""
    router = desk_router(gate)
    shops = Shops(desk.pool)
    who = Annotated[Signed, Depends(gate.signed)]

    async def drawn(request: Request, signed: Signed, store: str, number: int, sent: Sent) -> Response:
        settings = await shops.settings(store)
        place = _place(settings, number)
        return await placed(
            desk, request, signed, store, settings, number, FORM, values(place), version(place), sent
        )

    @router.get(PLACE)
    async def show_place(request: Request, signed: who, store: StoreId, number: Number) -> Response:
        return await drawn(request, signed, store, number, NOTHING)

    async def kept(
        request: Request, signed: Signed, store: str, number: int, typed: dict[str, Typed] | None, seen: str
    ) -> Response:
        """Change, add, or, without a form, remove."""

        def make(now: StoreSettings) -> StoreSettings:
            place = _place(now, number)
            if version(place) != seen:
                raise Changed
            if typed is None and place is None:
                raise NotHere
            return _without(now, number) if typed is None else _with(now, number, typed)

        try:
            await shops.change(store, make, signed.doer)
        except Wrong as wrong:
            return await drawn(request, signed, store, number, Sent(typed, wrong))
        except Changed:
            return await drawn(request, signed, store, number, Sent(typed, conflicts=("pickup_places",)))
        await tell(desk, signed, Notice(text=say(signed.language, "shop_settings.saved")))
        return see_other(f"{home(store)}/parts/pickup#places")

    @router.post(PLACE)
    async def save_place(request: Request, signed: who, store: StoreId, number: Number) -> Response:
        form = await form_of(request)
        typed = {field.path: field.typed(form) for field in FORM.fields}
        return await kept(request, signed, store, number, typed, form.text("version", 40))

    @router.post(f"{PLACE}/removed")
    async def remove_place(request: Request, signed: who, store: StoreId, number: Number) -> Response:
        form = await form_of(request)
        return await kept(request, signed, store, number, None, form.text("version", 40))

    return router


def values(place: PickupPlace | None) -> dict[str, Typed]:
    """What the form shows of a place; of None, a new one."""
    known: dict[str, Any] = place.model_dump() if place else {"name": "", "address": (), "special_days": ()}
    return {field.path: field.shown(value_at(known, field.path)) for field in FORM.fields}


def version(place: PickupPlace | None) -> str:
    return hashlib.sha256(repr(values(place)).encode()).hexdigest()[:20]


def _place(settings: StoreSettings, number: int) -> PickupPlace | None:
    """The place of this number; None for a new one. Raises NotHere beyond that."""
    places = settings.pickup_places
    if number > len(places):
        raise NotHere
    return places[number] if number < len(places) else None


def _with(now: StoreSettings, number: int, typed: dict[str, Typed]) -> StoreSettings:
    body: dict[str, Any] = {}
    wrong: dict[str, Sentence] = {}
    for field in FORM.fields:
        try:
            put_at(body, field.path, field.meant(typed[field.path]), or_drop=field.is_dropped)
        except Unfit as unfit:
            wrong[field.path] = unfit.said
    if wrong:
        raise Wrong(wrong)
    places = [place.model_dump() for place in now.pickup_places]
    places[number : number + 1] = [body]
    prefix = f"pickup_places.{number}."
    try:
        return checked(
            {**now.model_dump(), "pickup_places": places}, tuple(prefix + field.path for field in FORM.fields)
        )
    except Wrong as error:
        raise Wrong({path.removeprefix(prefix): said for path, said in error.problems.items()}) from None


def _without(now: StoreSettings, number: int) -> StoreSettings:
    places = now.pickup_places
    return now.model_copy(update={"pickup_places": (*places[:number], *places[number + 1 :])})
