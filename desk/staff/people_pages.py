"""What the pages about the staff show."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from desk.staff.order_forms import Choice
from orders.rights import ROLE_RIGHTS, Role
from orders.staff import Member
from orders.store import LANGUAGES, Language

ROLES: tuple[Role, ...] = tuple(ROLE_RIGHTS)


class MemberView(BaseModel, frozen=True):
    staff_id: str
    name: str
    role: str
    stores: tuple[str, ...] | None
    """As people call them."""
    language: Language
    has_second_factor: bool
    signed_in_at: datetime | None
    state: Literal["active", "invited", "disabled"]

    @classmethod
    def of(cls, member: Member, names: Mapping[str, str]) -> "MemberView":
        state: Literal["active", "invited", "disabled"] = "active" if member.has_password else "invited"
        return cls(
            staff_id=member.staff_id,
            name=member.name,
            role=str(member.role),
            stores=None if member.stores is None else tuple(names.get(each, each) for each in member.stores),
            language=member.language,
            has_second_factor=member.has_second_factor,
            signed_in_at=member.signed_in_at,
            state=state if member.disabled_at is None else "disabled",
        )


class Choices(BaseModel, frozen=True):
    """What a form about somebody offers."""

    roles: tuple[str, ...] = tuple(str(role) for role in ROLES)
    languages: tuple[Language, ...] = LANGUAGES
    stores: tuple[Choice, ...] = ()
    every_store: bool = True
    """Whether "every store" may be chosen: not by an admin who works for some only."""


class Filled(BaseModel, frozen=True):
    """What a form says, as it was sent."""

    name: str = ""
    staff_id: str = ""
    role: str = str(Role.PACKER)
    stores: tuple[str, ...] | None = None
    language: str = LANGUAGES[0]


class LinkView(BaseModel, frozen=True):
    """A one-time link, shown this once."""

    address: str = Field(repr=False)
    ends_at: datetime


class PeoplePage(BaseModel, frozen=True):
    template: Literal["staff/people.html"] = "staff/people.html"
    members: tuple[MemberView, ...]
    choices: Choices
    filled: Filled
    second_factor_required: bool
    may_set_policy: bool
    problem: str = ""


class PersonPage(BaseModel, frozen=True):
    template: Literal["staff/person.html"] = "staff/person.html"
    member: MemberView
    choices: Choices
    filled: Filled
    is_oneself: bool
    link: LinkView | None = None
    is_new: bool = False
    problem: str = ""
