"""The models of the pages about settings."""

from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel

from desk.staff.settings_fields import Shape

SETTINGS: Final = "/desk/settings"


class Link(BaseModel, frozen=True):
    name: str
    href: str
    is_here: bool = False


class ChoiceView(BaseModel, frozen=True):
    value: str
    name: str
    is_chosen: bool


class FieldView(BaseModel, frozen=True):
    """A field as it is drawn; `now` is what is set at this moment, where somebody else changed it."""

    name: str
    id: str
    shape: Shape
    label: str
    hint: str
    text: str
    choices: tuple[ChoiceView, ...]
    rows: tuple[tuple[str, str], ...]
    is_optional: bool
    longest: int
    problem: str
    now: str


class GroupView(BaseModel, frozen=True):
    name: str
    title: str
    hint: str
    is_for_new: bool
    fields: tuple[FieldView, ...]


class StoreRow(BaseModel, frozen=True):
    store: str
    name: str
    languages: str
    mail_from: str
    href: str


class StoresPage(BaseModel, frozen=True):
    template: Literal["staff/settings.html"] = "staff/settings.html"
    stores: tuple[StoreRow, ...]
    may_add: bool
    store: str = ""
    name: str = ""
    problem: str = ""


class SaidField(BaseModel, frozen=True):
    label: str
    value: str


class PartSummary(BaseModel, frozen=True):
    title: str
    href: str
    fields: tuple[SaidField, ...]


class ChangeView(BaseModel, frozen=True):
    at: datetime
    actor: str
    facts: tuple[SaidField, ...]


class StorePage(BaseModel, frozen=True):
    template: Literal["staff/settings_store.html"] = "staff/settings_store.html"
    store: str
    name: str
    parts: tuple[PartSummary, ...]
    links: tuple[Link, ...]
    changes: tuple[ChangeView, ...]


class Conflict(BaseModel, frozen=True):
    """Somebody else's change, made since the form was drawn."""

    actor: str
    at: datetime


class PartPage(BaseModel, frozen=True):
    template: Literal["staff/settings_part.html"] = "staff/settings_part.html"
    store: str
    store_name: str
    part: str
    title: str
    href: str
    links: tuple[Link, ...]
    version: str
    groups: tuple[GroupView, ...]
    problem: str = ""
    conflict: Conflict | None = None
    is_conflict: bool = False
    logo: str = ""
    """Where the logo is; empty where there is none."""
    logo_problem: str = ""
    contrast: str = ""
    places: tuple[Link, ...] = ()
    new_place: str = ""
    """Where a pickup place is added; empty where there are as many as there can be."""
    tries: tuple[Link, ...] = ()
    """Where each tracking link leads for the number that is tried."""
    tried: str = ""


class PlacePage(BaseModel, frozen=True):
    """One pickup place; `is_new`: it is not there yet."""

    template: Literal["staff/settings_place.html"] = "staff/settings_place.html"
    store: str
    store_name: str
    title: str
    href: str
    is_new: bool
    links: tuple[Link, ...]
    version: str
    groups: tuple[GroupView, ...]
    problem: str
    conflict: Conflict | None
    is_conflict: bool


def home(store: str) -> str:
    return f"{SETTINGS}/{store}"
