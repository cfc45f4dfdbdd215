"""What the order page tells of the past: timeline, how long each state lasted, mails and notes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from pydantic import BaseModel

from db.claims import Claim
from db.notes import Note, Version
from db.reading import MailLine, Moment
from desk.staff.mail_names import with_mail_names
from desk.staff.names import names_of
from desk.staff.order_rows import age
from orders.change import Outcome
from orders.own_words import with_known_words
from orders.rules.mailing import IN_QUESTION
from orders.state import Attention
from orders.store import Language
from orders.words import in_words, say

NEWEST: Final = 100
"""So many entries of the timeline are shown at first."""
OLDER: Final = 500
"""So many more with each click."""

A_WHILE: Final = timedelta(minutes=1)
"""A state that lasted shorter is not worth a word."""
MILESTONES: Final = (
    "placed",
    "payment",
    "picked",
    "packed",
    "labelled",
    "ready_for_pickup",
    "out_for_delivery",
    "shipped",
    "collected",
    "delivered",
    "cancel",
    "expired",
)
"""Entries of the timeline after which an order is somewhere else; the first of each kind counts."""
_ENDS: Final = ("collected", "delivered", "cancel", "expired")


class MomentView(BaseModel, frozen=True):
    number: int
    """Which one it is, counted from the first: it stays so when others come."""
    at: datetime
    who: str
    text: str
    outcome: str


class StoryView(BaseModel, frozen=True):
    """The timeline, the newest first; `hidden` older ones are left out, and a click shows `more` of them."""

    moments: tuple[MomentView, ...]
    hidden: int
    more: int


class Milestone(BaseModel, frozen=True):
    """A state the order came to, and how long it stayed there; `is_now`: it is there still."""

    name: str
    at: datetime
    lasted: str
    is_now: bool


class MailView(BaseModel, frozen=True):
    number: int
    mail_key: str
    name: str
    is_copy: bool
    state: str
    tone: str
    at: datetime
    can_be_stopped: bool
    can_be_sent_after_all: bool
    can_be_sent_again: bool
    is_in_question: bool
    """A person is asked about it: it may be sent again, or be said to have arrived."""


class VersionView(BaseModel, frozen=True):
    who: str
    at: datetime
    text: str


class NoteView(BaseModel, frozen=True):
    note_id: str
    who: str
    at: datetime
    text: str
    edited_at: datetime | None
    earlier: tuple[VersionView, ...]
    is_mine: bool


class ClaimView(BaseModel, frozen=True):
    name: str
    since: datetime
    until: datetime
    is_mine: bool


MAIL_TONE: Final[dict[str, str]] = {
    "queued": "wait",
    "sending": "wait",
    "retry": "warn",
    "sent": "ok",
    "failed": "bad",
    "unknown": "bad",
    "held": "bad",
    "bounced": "bad",
    "withdrawn": "done",
}


SENT: Final = ("sent", "bounced")
"""States of a mail that can be sent anew."""


def entries(asked: str) -> int:
    """How many entries of the timeline an address asks for; the newest if it asks for nothing sensible."""
    is_number = asked.isascii() and asked.isdecimal() and len(asked) < 7
    return max(NEWEST, int(asked)) if is_number else NEWEST


def story_view(
    timeline: Sequence[Moment],
    language: Language,
    time_zone: str,
    who: dict[str, str],
    words: Mapping[str, str],
    shown: int,
) -> StoryView:
    """The newest entries, so many as are to be shown. `words` holds what people wrote, by its digest."""
    hidden = max(0, len(timeline) - shown)
    return StoryView(
        moments=tuple(
            MomentView(
                number=number,
                at=each.at,
                who=names_of(who, each.actor, language),
                text=in_words(
                    language,
                    with_mail_names(with_known_words(each.text, words, language)),
                    time_zone=time_zone,
                ),
                outcome=each.outcome,
            )
            for number, each in reversed(list(enumerate(timeline[hidden:], hidden + 1)))
        ),
        hidden=hidden,
        more=min(hidden, OLDER),
    )


def milestones(
    timeline: Iterable[Moment], is_cancelled: bool, language: Language, now: datetime
) -> tuple[Milestone, ...]:
    """The states this order went through, in the order it came to them. Cancelling a part of it is none."""
    reached: dict[str, datetime] = {}
    for each in timeline:
        if each.outcome is not Outcome.APPLIED or each.kind not in MILESTONES:
            continue
        if each.kind == "cancel":
            reached.pop(each.kind, None)  # The last of them made it whole.
        elif each.kind in reached:
            continue
        if each.kind == "payment" and each.text.key != "timeline.payment_paid":
            continue
        reached[each.kind] = each.at
    if not is_cancelled or "expired" in reached:
        reached.pop("cancel", None)
    found = list(reached.items())
    drawn = []
    for place, (kind, at) in enumerate(found):
        is_last = place + 1 == len(found)
        until = now if is_last else found[place + 1][1]
        ended = is_last and kind in _ENDS
        lasted = max(timedelta(0), until - at)
        drawn.append(
            Milestone(
                name=say(language, f"desk_order.milestone.{kind}"),
                at=at,
                lasted="" if ended or lasted < A_WHILE else age(language, lasted),
                is_now=is_last,
            )
        )
    return tuple(drawn)


def mails_view(
    mails: Iterable[MailLine], attention: Iterable[Attention], language: Language
) -> tuple[MailView, ...]:
    asked = {each.subject for each in attention if each.reason in IN_QUESTION}
    return tuple(
        MailView(
            number=each.number,
            mail_key=each.mail_key,
            name=say(language, f"desk_order.mail.{each.kind}"),
            is_copy=each.is_copy,
            state=say(language, f"desk_order.mail_state.{each.state}"),
            tone=MAIL_TONE[each.state],
            at=each.sent_at or each.created_at,
            can_be_stopped=not each.is_copy and each.state in ("queued", "retry"),
            can_be_sent_after_all=not each.is_copy and each.state == "withdrawn",
            can_be_sent_again=not each.is_copy and each.state in SENT,
            is_in_question=each.mail_key in asked,
        )
        for each in mails
    )


def notes_view(
    notes: Iterable[Note], actor: str, who: dict[str, str], language: Language
) -> tuple[NoteView, ...]:
    def version(each: Version) -> VersionView:
        return VersionView(who=names_of(who, each.author, language), at=each.at, text=each.text)

    return tuple(
        NoteView(
            note_id=note.note_id,
            who=names_of(who, note.author, language),
            at=note.at,
            text=note.text,
            edited_at=note.edited_at,
            earlier=tuple(version(each) for each in note.versions[:-1]),
            is_mine=note.author == actor,
        )
        for note in notes
    )


def claim_view(claim: Claim | None, actor: str) -> ClaimView | None:
    if claim is None:
        return None
    return ClaimView(name=claim.name, since=claim.since, until=claim.until, is_mine=claim.actor == actor)
