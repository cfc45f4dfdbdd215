"""What a person can do about each thing that needs one: the click that solves it, first."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from pydantic import BaseModel

from desk.staff.order_rows import order_href
from desk.staff.shell import fresh_command_id
from orders.commands import COMMAND, Command
from orders.state import Reason
from orders.store import Language
from orders.words import say

Anchor = Literal["next", "payment", "lines"]
_NONE: Final[Mapping[str, str]] = MappingProxyType({})


class Way(NamedTuple):
    """One way out: a command, with what it says of every such case (`fixed`) and in which field it names what
    this one is about (`about`); or, without a command, the part of the order's page to look at."""

    name: str
    type: str = ""
    about: str = ""
    fixed: Mapping[str, str] = _NONE
    anchor: Anchor = "next"


def _money(name: str, status: str) -> Way:
    return Way(name, "payment", fixed=MappingProxyType({"status": status}))


def _seen_to(reason: Reason, name: str = "seen_to") -> Way:
    return Way(name, "resolve", about="subject", fixed=MappingProxyType({"reason": str(reason)}))


def _look(name: str, anchor: Anchor = "next") -> Way:
    return Way(name, anchor=anchor)


_AGAIN: Final = Way("mail_again", "mail_again", about="mail_key")
_ARRIVED: Final = Way("mail_arrived", "mail_arrived", about="mail_key")

WAYS: Final[Mapping[Reason, tuple[Way, ...]]] = {
    Reason.OVERDUE_TO_PICK: (_look("go_and_pick"), _seen_to(Reason.OVERDUE_TO_PICK, "wait_longer")),
    Reason.OVERDUE_TO_PACK: (_look("go_and_pack"), _seen_to(Reason.OVERDUE_TO_PACK, "wait_longer")),
    Reason.OVERDUE_TO_HAND_OVER: (
        _look("go_and_hand_over"),
        _seen_to(Reason.OVERDUE_TO_HAND_OVER, "wait_longer"),
    ),
    Reason.OVERDUE_TO_DELIVER: (
        Way("delivered", "delivered", about="parcel"),
        Way("delivery_failed", "delivery_failed", about="parcel"),
    ),
    Reason.NOT_COLLECTED: (
        _seen_to(Reason.NOT_COLLECTED, "customer_asked"),
        _look("go_and_collect"),
    ),
    Reason.DELIVERY_FAILED: (
        Way("bring_again", "out_for_delivery", about="parcel"),
        _look("look_at_order"),
    ),
    Reason.HELD_TOO_LONG: (
        Way("release", "release", about="reason"),
        _seen_to(Reason.HELD_TOO_LONG, "wait_longer"),
    ),
    Reason.PARTIALLY_PAID: (
        _money("rest_came", "paid"),
        _seen_to(Reason.PARTIALLY_PAID, "wait_longer"),
    ),
    Reason.PAYMENT_OVERDUE: (
        _money("all_came", "paid"),
        _seen_to(Reason.PAYMENT_OVERDUE, "wait_longer"),
    ),
    Reason.OVERPAID: (_money("refunded", "refunded"), _seen_to(Reason.OVERPAID)),
    Reason.REFUND_DUE: (_money("refunded", "refunded"), _seen_to(Reason.REFUND_DUE)),
    Reason.REFUNDED_TOO_MUCH: (_look("look_at_money", "payment"), _seen_to(Reason.REFUNDED_TOO_MUCH)),
    Reason.REFUNDED_NOT_CANCELLED: (
        Way("cancel_the_rest", "cancel"),
        _seen_to(Reason.REFUNDED_NOT_CANCELLED, "send_all_the_same"),
    ),
    Reason.OTHER_CURRENCY: (
        _seen_to(Reason.OTHER_CURRENCY, "given_back"),
        _look("look_at_money", "payment"),
    ),
    Reason.TAKE_OUT_OF_PARCEL: (_seen_to(Reason.TAKE_OUT_OF_PARCEL, "put_back"),),
    Reason.FILES_MISSING: (_look("look_at_lines", "lines"),),
    Reason.NO_ADDRESS: (_seen_to(Reason.NO_ADDRESS, "told_otherwise"),),
    Reason.MAIL_FAILED: (_AGAIN, _ARRIVED),
    Reason.MAIL_UNKNOWN: (_ARRIVED, _AGAIN),
}
"""Total; a test holds it to the reasons, and plays each out."""


class AnswerView(BaseModel, frozen=True):
    """One way out as it stands on a page: a form with one button, or a link."""

    title: str
    type: str
    hidden: tuple[tuple[str, str], ...]
    href: str
    command_id: str


def answers(
    language: Language, store: str, order_id: str, reason: Reason, subject: str
) -> tuple[tuple[AnswerView, Command | None], ...]:
    """The ways out of this one case, the best first, each with its command."""
    found = []
    for way in WAYS[reason]:
        sent = {**way.fixed, **({way.about: subject} if way.about and subject else {})}
        view = AnswerView(
            title=say(language, f"desk_order.answer.{way.name}"),
            type=way.type,
            hidden=tuple(sent.items()),
            href=f"{order_href(store, order_id)}#{way.anchor}",
            command_id=fresh_command_id(),
        )
        found.append((view, COMMAND.validate_python({"type": way.type, **sent}) if way.type else None))
    return tuple(found)
