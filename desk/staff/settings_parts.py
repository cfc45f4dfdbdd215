"""The parts of a store's settings, each a form of its own, and how a form is read into settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from desk.staff.forms import Form
from desk.staff.settings_fields import Field, Shape, Typed, Unfit, put_at, value_at
from orders.errors import OrderUnreadable
from orders.mail import MailKind
from orders.sentence import Sentence
from orders.store import LANGUAGES, PaymentKind, StoreSettings
from orders.store_rules import wrong_in
from starter.arrivals import unreadable

_KINDS: Final = tuple(str(kind) for kind in MailKind)
_DIGEST: Final = str(MailKind.ATTENTION_DIGEST)
_WAYS: Final = tuple(str(kind) for kind in PaymentKind)


@dataclass(frozen=True)
class Group:
    """Fields that belong together. `is_for_new`: orders under way keep what they were placed with."""

    name: str
    fields: tuple[Field, ...]
    is_for_new: bool = False


@dataclass(frozen=True)
class Part:
    name: str
    groups: tuple[Group, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(field for group in self.groups for field in group.fields)


def _duration(path: str, *, is_optional: bool = False, named: str = "") -> Field:
    return Field(path, Shape.DURATION, is_optional=is_optional, named=named)


def _in_each_language(path: str) -> tuple[Field, ...]:
    return tuple(
        Field(
            f"{path}.{each}",
            Shape.AREA,
            is_optional=True,
            is_dropped=True,
            named=path,
            about=f"language.{each}",
        )
        for each in LANGUAGES
    )


def _patience(kind: str) -> Group:
    path = f"policy.payment.{kind}"
    fields = tuple(
        _duration(f"{path}.{name}", is_optional=True, named=name) for name in ("remind_after", "expire_after")
    )
    return Group(f"payment_{kind}", fields, is_for_new=True)


PARTS: Final[Mapping[str, Part]] = {
    part.name: part
    for part in (
        Part(
            "look",
            (
                Group(
                    "look",
                    (
                        Field("look.name"),
                        Field("look.address", Shape.LINES),
                        Field("look.website", form="website"),
                        Field("look.phone"),
                        Field("look.tax_number"),
                        Field("look.colour", Shape.COLOUR, form="colour"),
                    ),
                ),
            ),
        ),
        Part(
            "languages",
            (
                Group(
                    "languages",
                    (
                        Field("languages", Shape.TICKS, LANGUAGES, named="languages"),
                        Field("language", Shape.CHOICE, LANGUAGES),
                        Field("time_zone"),
                        Field("currency", form="currency"),
                    ),
                ),
            ),
        ),
        Part(
            "sender",
            (
                Group(
                    "customers",
                    (
                        Field("mail_from", Shape.ADDRESS, form="address"),
                        Field("reply_to", Shape.ADDRESS, is_optional=True, form="address"),
                        Field("copy_customer_mails_to", Shape.ADDRESS, is_optional=True, form="address"),
                    ),
                ),
                Group(
                    "shop",
                    (
                        Field("shop_addresses", Shape.LINES, form="address"),
                        _duration("digest_every"),
                    ),
                ),
            ),
        ),
        Part(
            "mails",
            (
                Group(
                    "mails_sent",
                    (
                        Field(
                            "policy.silent_mails",
                            Shape.UNTICKED,
                            tuple(kind for kind in _KINDS if kind != _DIGEST),
                            named="silent_mails",
                        ),
                    ),
                    is_for_new=True,
                ),
                Group(
                    "unknown_mails",
                    tuple(
                        Field(
                            f"unknown_mails.{kind}",
                            Shape.CHOICE,
                            ("", "send_again"),
                            is_optional=True,
                            is_dropped=True,
                            named="unknown_mails",
                            about=f"mail.{kind}",
                        )
                        for kind in _KINDS
                    ),
                ),
            ),
        ),
        Part(
            "payment",
            (
                Group("how_to_pay", _in_each_language("how_to_pay")),
                *(_patience(kind) for kind in _WAYS),
                Group(
                    "ships_unpaid",
                    (Field("policy.ships_unpaid", Shape.TICKS, _WAYS, named="ships_unpaid"),),
                    is_for_new=True,
                ),
            ),
        ),
        Part(
            "deadlines",
            (
                Group(
                    "deadlines",
                    tuple(
                        _duration(f"policy.{name}", named=name)
                        for name in (
                            "pick_within",
                            "pack_within",
                            "hand_over_within",
                            "deliver_within",
                            "collect_within",
                            "pay_after_hand_over_within",
                            "release_within",
                            "watch_delivery_for",
                        )
                    ),
                    is_for_new=True,
                ),
                Group(
                    "steps",
                    (Field("policy.may_skip_steps", Shape.YES, named="may_skip_steps"),),
                    is_for_new=True,
                ),
            ),
        ),
        Part(
            "running_low",
            (
                Group(
                    "running_low",
                    (
                        Field("low_limit", Shape.NUMBER, is_optional=True),
                        Field("low_limits", Shape.COUNTS, longest=60_000),
                    ),
                ),
            ),
        ),
        Part(
            "downloads",
            (
                Group(
                    "downloads",
                    (
                        _duration("downloads.valid_for", is_optional=True),
                        Field("downloads.at_most", Shape.NUMBER, is_optional=True),
                    ),
                ),
            ),
        ),
        Part("tracking", (Group("tracking", (Field("tracking_links", Shape.ROWS, longest=300),)),)),
        Part("pickup", (Group("pickup", _in_each_language("pickup_instructions")),)),
    )
}
"""Every setting has its place in one of them, but the pickup places, which have pages of their own."""


class Changed(Exception):
    """Somebody else changed this since the form was drawn."""


class Wrong(Exception):
    """The form cannot be taken. `problems` by the path of its field; by "" what is wrong elsewhere."""

    def __init__(self, problems: Mapping[str, Sentence]) -> None:
        self.problems = problems
        super().__init__(", ".join(problems))


def shown(part: Part, settings: StoreSettings) -> dict[str, Typed]:
    """What the fields of a part show, by path."""
    values = settings.model_dump()
    return {field.path: field.shown(value_at(values, field.path)) for field in part.fields}


def typed(part: Part, form: Form) -> dict[str, Typed]:
    """What was typed in the fields of a part, by path."""
    return {field.path: field.typed(form) for field in part.fields}


def changed(part: Part, settings: StoreSettings, wanted: Mapping[str, Typed]) -> StoreSettings:
    """The settings with what was typed in this part. Raises Wrong."""
    values: dict[str, Any] = settings.model_dump()
    wrong: dict[str, Sentence] = {}
    for field in part.fields:
        try:
            put_at(values, field.path, field.meant(wanted[field.path]), or_drop=field.is_dropped)
        except Unfit as unfit:
            wrong[field.path] = unfit.said
    if wrong:
        raise Wrong(wrong)
    return checked(values, tuple(field.path for field in part.fields))


def checked(values: Mapping[str, Any], paths: tuple[str, ...]) -> StoreSettings:
    """The settings, if they can be taken. Raises Wrong, by these paths where it is about one of them."""
    try:
        after = StoreSettings.model_validate(values)
    except ValidationError as error:
        raise Wrong(_by_path(unreadable(error), paths)) from None
    if wrong := wrong_in(after):
        raise Wrong(_by_path(OrderUnreadable.of(*wrong), paths))
    return after


def _by_path(error: OrderUnreadable, paths: tuple[str, ...]) -> dict[str, Sentence]:
    found: dict[str, Sentence] = {}
    for place, said in error.problems:
        fits = [path for path in paths if place == path or place.startswith(f"{path}.")]
        found.setdefault(max(fits, key=len, default=""), said if fits else error.sentence)
    return found
