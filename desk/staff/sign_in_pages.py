"""What the pages of a sign-in show."""

from typing import Literal

import segno
from markupsafe import Markup
from pydantic import BaseModel, Field

from db import second_factor


class SignInPage(BaseModel, frozen=True):
    template: Literal["staff/sign_in.html"] = "staff/sign_in.html"
    staff_id: str = ""
    next: str = ""
    problem: str | None = None


class CodePage(BaseModel, frozen=True):
    template: Literal["staff/code.html"] = "staff/code.html"
    next: str = ""
    problem: str | None = None


class WelcomePage(BaseModel, frozen=True):
    """The form behind a one-time link."""

    template: Literal["staff/welcome.html"] = "staff/welcome.html"
    token: str = Field(repr=False)
    name: str
    staff_id: str
    resets_second_factor: bool
    problem: str | None = None


class DeadWelcomePage(BaseModel, frozen=True):
    """A one-time link that opens nothing any more."""

    template: Literal["staff/welcome_dead.html"] = "staff/welcome_dead.html"
    reason: Literal["used", "ended", "unknown"]


class EnrolPage(BaseModel, frozen=True, arbitrary_types_allowed=True):
    """Setting up a second factor: the square code to scan, and the same as text."""

    template: Literal["staff/second_factor.html"] = "staff/second_factor.html"
    action: str
    next: str = ""
    asks_password: bool = False
    is_required: bool = False
    image: Markup = Field(repr=False)
    secret: str = Field(repr=False)
    problem: str | None = None


class RecoveryPage(BaseModel, frozen=True):
    """The recovery codes, shown this once."""

    template: Literal["staff/recovery_codes.html"] = "staff/recovery_codes.html"
    codes: tuple[str, ...] = Field(repr=False)
    next: str = "/desk"


def enrol_page(
    secret: str,
    staff_id: str,
    issuer: str,
    action: str,
    *,
    next_: str = "",
    asks_password: bool = False,
    is_required: bool = False,
    problem: str | None = None,
) -> EnrolPage:
    """The page for this secret; apps list it under the issuer and the person's name."""
    address = second_factor.address_of(secret, staff_id, issuer)
    image = segno.make(address, error="m", micro=False).svg_inline(
        scale=4, border=4, dark="#000", light="#fff"
    )
    groups = [secret[at : at + 4] for at in range(0, len(secret), 4)]
    return EnrolPage(
        action=action,
        next=next_,
        asks_password=asks_password,
        is_required=is_required,
        image=Markup(image),  # noqa: S704  # Drawn by us from a secret of ours.
        secret=" ".join(groups),
        problem=problem,
    )
