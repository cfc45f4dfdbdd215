"""A change: what one wish, or the passing of a deadline, makes of an order."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel

from orders.commands import Quantity
from orders.errors import OrderError, Repeated
from orders.mail import AUDIENCE, Audience, MailKind
from orders.parcel import Parcel
from orders.sentence import Fact, Sentence, sentence
from orders.state import Attention, OrderFacts, OrderLine, OrderState, Reason
from orders.status import FulfillmentStatus, PaymentStatus
from orders.tasks import Task


class Outcome(StrEnum):
    APPLIED = "applied"
    REPEATED = "repeated"
    REFUSED = "refused"


class Entry(BaseModel, frozen=True):
    """A line of the timeline. `command_id` names the command it answers, if it answers one."""

    kind: str
    outcome: Outcome
    actor: str
    text: Sentence
    command_id: str | None = None


class Mail(BaseModel, frozen=True):
    """A mail that a transition causes. `key` is unique within the order, so it is sent once; who gets it
    and what it says is looked up where personal data lives, from these ids."""

    key: str
    kind: MailKind
    parcel: str | None = None
    lines: tuple[Quantity, ...] = ()
    amount_minor: int | None = None
    recipient: int = 0
    """Which of the shop's addresses, for mails to the shop."""
    is_copy: bool = False

    @property
    def is_for_customer(self) -> bool:
        """Whether it goes to the customer, or is a copy of one that does."""
        return AUDIENCE[self.kind] is Audience.CUSTOMER

    @classmethod
    def known_by(cls, key: str) -> "Mail":
        """A mail that has its row in the outbox, by its key alone: enough to hand it over again."""
        return cls(key=key, kind=MailKind(key.partition(":")[0]))


class Verdict(StrEnum):
    """What a person says of a mail: the first two of one that failed, or of which nobody can say whether it
    arrived."""

    ARRIVED = "arrived"
    AGAIN = "again"
    STOP = "stop"
    """It is not to leave."""
    AFTER_ALL = "after_all"
    """It was stopped, and is to leave now."""
    ANEW = "anew"
    """It was sent, and is to be sent again, as a mail of its own."""


_AGAIN: Final = ":again:"
JUDGED_BY_THE_OUTBOX: Final = (Verdict.STOP, Verdict.AFTER_ALL, Verdict.ANEW)
"""Whether these come in time is known only where the mail is: in the transaction that writes them down."""


class MailVerdict(BaseModel, frozen=True):
    """A person's word on one mail, by its key."""

    key: str
    verdict: Verdict
    by: str
    new_key: str | None = None
    """Of one that is sent anew: what the new mail is known by."""


class Headline(BaseModel, frozen=True):
    """What a list shows of an order; recomputed from its facts at every transition."""

    payment_status: PaymentStatus
    fulfillment_status: FulfillmentStatus
    is_open: bool
    needs_attention: bool
    due_at: datetime | None
    due_for: str | None
    tasks: tuple[Task, ...] = ()
    """What the shop can do next, first things first."""


class Transition(BaseModel, frozen=True):
    """One step of an order, recorded in one transaction under its sequence number."""

    sequence: int
    at: datetime
    headline: Headline
    facts: OrderFacts
    entries: tuple[Entry, ...]
    mails: tuple[Mail, ...] = ()
    reissued: tuple[str, ...] = ()
    """Lines whose download links are to be replaced by new ones."""
    mail_verdicts: tuple[MailVerdict, ...] = ()
    """What is said of a mail it does not fit changes nothing."""
    ended: bool = False

    @property
    def asks_the_outbox(self) -> MailVerdict | None:
        """The word in it that only the outbox can judge; what it makes of it becomes the command's answer."""
        return next((word for word in self.mail_verdicts if word.verdict in JUDGED_BY_THE_OUTBOX), None)

    def answered(self, outcome: Outcome, text: Sentence) -> "Transition":
        """The same with this answer in the place of its own."""
        entries = tuple(each.model_copy(update={"outcome": outcome, "text": text}) for each in self.entries)
        return self.model_copy(update={"entries": entries})


@dataclass(frozen=True)
class By:
    """Who asks, when, and under which command."""

    at: datetime
    actor: str = "pakhuis"
    command_id: str | None = None


@dataclass
class Change:
    """A change in the making: rules write to it, and it becomes a Transition."""

    state: OrderState
    by: By
    entries: list[Entry] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)
    reissued: list[str] = field(default_factory=list)
    mail_verdicts: list[MailVerdict] = field(default_factory=list)

    def set(self, **changes: Any) -> None:
        self.state = self.state.with_(**changes)

    def set_lines(self, *changed: OrderLine) -> None:
        """Put these lines in the place of those they were made from."""
        new = {line.line_id: line for line in changed}
        self.set(lines=tuple(new.get(line.line_id, line) for line in self.state.lines))

    def count(self, changes: Mapping[str, Mapping[str, int]]) -> None:
        """Change the counts of these lines by so much; an unsound ledger is a bug and stops here."""
        changed = []
        for line_id, by in changes.items():
            line = self.state.line(line_id)
            if line is None:
                raise KeyError(line_id)
            units = line.units.with_(**by)
            if not units.is_sound:
                raise ArithmeticError(f"line {line_id} would become {units}")
            changed.append(line.model_copy(update={"units": units}))
        self.set_lines(*changed)

    def set_parcel(self, parcel: Parcel) -> None:
        """Put this parcel in the place of the one it was made from."""
        self.set(
            parcels=tuple(parcel if each.parcel == parcel.parcel else each for each in self.state.parcels)
        )

    def say(self, kind: str, key: str, /, **facts: Fact) -> None:
        """A line on the timeline."""
        self.entries.append(
            Entry(
                kind=kind,
                outcome=Outcome.APPLIED,
                actor=self.by.actor,
                text=sentence(key, **facts),
                command_id=self.by.command_id,
            )
        )

    def decline(self, kind: str, no: OrderError) -> None:
        """A line on the timeline that says why nothing changes."""
        self.entries.append(
            Entry(
                kind=kind,
                outcome=Outcome.REPEATED if isinstance(no, Repeated) else Outcome.REFUSED,
                actor=self.by.actor,
                text=no.sentence,
                command_id=self.by.command_id,
            )
        )

    def attend(self, reason: Reason, key: str, /, subject: str = "", **facts: Fact) -> None:
        """Ask for a person, once per reason and subject; newer words take the place of older ones."""
        new = Attention(reason=reason, subject=subject, since=self.by.at, text=sentence(key, **facts))
        known = next((each for each in self.state.attention if each.key == new.key), None)
        if known is None:
            self.set(attention=(*self.state.attention, new))
        elif known.text != new.text:
            same = known.model_copy(update={"text": new.text})
            self.set(attention=tuple(same if each is known else each for each in self.state.attention))

    def settle(self, *reasons: Reason, subject: str | None = None) -> None:
        """What needed a person for these reasons no longer does."""
        kept = tuple(
            each
            for each in self.state.attention
            if each.reason not in reasons or (subject is not None and each.subject != subject)
        )
        if kept != self.state.attention:
            self.set(attention=kept)

    def mail(
        self,
        kind: MailKind,
        cause: str = "",
        *,
        parcel: str | None = None,
        lines: Iterable[Quantity] = (),
        amount_minor: int | None = None,
    ) -> bool:
        """Send this mail to whoever gets it, once per cause; silence and the store's wishes are honoured.
        Answers whether anybody gets it."""
        plan = self.state.plan
        if kind in plan.policy.silent_mails:
            return False
        key = f"{kind}:{cause}" if cause else str(kind)
        base = Mail(key=key, kind=kind, parcel=parcel, lines=tuple(lines), amount_minor=amount_minor)
        if AUDIENCE[kind] is Audience.SHOP:
            for recipient in range(plan.shop_recipients):
                update = {"key": f"{key}:shop{recipient}", "recipient": recipient}
                self.mails.append(base.model_copy(update=update))
            return plan.shop_recipients > 0
        if not plan.mails_customer or not plan.has_address:
            return False
        self.mails.append(base)
        if plan.copies_customer_mails:
            self.mails.append(base.model_copy(update={"key": copy_of(key), "is_copy": True}))
        return True

    def reissue(self, line_id: str) -> None:
        """End the download links of this line and make new ones."""
        self.reissued.append(line_id)

    @property
    def reissue_name(self) -> str:
        return reissue_name(self.by.command_id, self.by.at)


def copy_of(key: str) -> str:
    """The key of the shop's copy of a customer's mail."""
    return f"{key}:copy"


def again_of(key: str, wish: str) -> str:
    """The key of a mail that is sent anew because of this wish; of one that was sent anew before, too, it is
    made from the first."""
    return again_prefix(key) + hashlib.sha256(wish.encode()).hexdigest()[:12]


def again_prefix(key: str) -> str:
    """What the keys of all mails begin with that are sent anew in the place of this one."""
    return key.partition(_AGAIN)[0] + _AGAIN


def is_again(key: str) -> bool:
    """Whether a mail of this key is one that is sent anew."""
    return _AGAIN in key


def reissue_name(command_id: str | None, at: datetime) -> str:
    """Names one re-issue of download links among several of the same order."""
    return command_id or at.strftime("%Y%m%dT%H%M%S%f")
