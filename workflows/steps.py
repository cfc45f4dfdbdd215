"""The steps a fulfilment may ask for. Declared here; taken in activities/."""

from abc import ABC, abstractmethod
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field
from temporalio import activity

from orders.change import Transition
from orders.mail import MailKind


class Record(BaseModel, frozen=True):
    """Transitions of one order, in sequence. `decided_at` is the length of the history they were decided
    from: of two versions of one sequence number, the one decided from more history is the true one."""

    store: str
    order_id: str
    decided_at: int
    transitions: tuple[Transition, ...]


class CodeCheck(BaseModel, frozen=True):
    """The code a customer showed at the counter: in the command's own row, or, from a raw signal, here."""

    store: str
    order_id: str
    command_id: str | None = None
    code: str | None = None


class MissedMail(BaseModel, frozen=True):
    """A mail of an order whose workflow has ended: it was not sent, or (`unknown`) nobody can say."""

    store: str
    order_id: str
    mail_key: str
    kind: MailKind
    unknown: bool


class MemorySteps(ABC):
    @activity.defn
    @abstractmethod
    async def record(self, record: Record) -> None:
        """Write the transitions down, each in one transaction with its timeline, its answers and its
        mails. Repeatable; a sequence number decided anew from more history replaces the old one and its
        unsent mails."""

    @activity.defn
    @abstractmethod
    async def check_pickup_code(self, check: CodeCheck) -> bool:
        """Whether this is the code of the order. Repeatable; changes nothing."""

    @activity.defn
    @abstractmethod
    async def late_mail_not_sent(self, missed: MissedMail) -> None:
        """Ask for a person about this mail, on its ended order, unless it was sent meanwhile; not about a
        link that a customer can ask for again. Repeatable."""


class Issue(BaseModel, frozen=True):
    store: str
    order_id: str
    line_ids: tuple[str, ...]


class Issued(BaseModel, frozen=True):
    kind: Literal["issued"] = "issued"


class FilesMissing(BaseModel, frozen=True):
    """Some files are not where they are kept. Nothing was issued."""

    kind: Literal["files_missing"] = "files_missing"
    line_ids: tuple[str, ...]


IssueAnswer = Annotated[Issued | FilesMissing, Field(discriminator="kind")]


class IssueSteps(ABC):
    @activity.defn
    @abstractmethod
    async def issue(self, issue: Issue) -> IssueAnswer:
        """Make the download links and gift-card codes of these lines, once per unit however often this is
        asked. Links and codes stay where they are made: the answer holds none."""


class Notice(BaseModel, frozen=True):
    """One mail of one order, or of a store if it speaks of many, by its key."""

    store: str
    order_id: str | None
    mail_key: str
    kind: MailKind


class Sent(BaseModel, frozen=True):
    """Nothing more is to be done for it: the relay has it, or (`withdrawn`) a person stopped it before."""

    kind: Literal["sent"] = "sent"
    withdrawn: bool = False


class NotSent(BaseModel, frozen=True):
    """The relay refused it for good, or there was nothing to send: `reason` is a short code."""

    kind: Literal["not_sent"] = "not_sent"
    reason: str


class MaybeSent(BaseModel, frozen=True):
    """Nobody can say whether the relay took it."""

    kind: Literal["maybe_sent"] = "maybe_sent"


class SendAgain(BaseModel, frozen=True):
    """It waits to be handed over once more, the same bytes."""

    kind: Literal["send_again"] = "send_again"


NoticeAnswer = Annotated[Sent | NotSent | MaybeSent, Field(discriminator="kind")]
DoubtAnswer = Annotated[Sent | NotSent | MaybeSent | SendAgain, Field(discriminator="kind")]
ASKED_AT_MOST: Final = 6
"""Attempts at the step below; then the store's choice holds."""


class PostSteps(ABC):
    @activity.defn
    @abstractmethod
    async def notify(self, notice: Notice) -> NoticeAnswer:
        """Hand this mail to the relay, the same bytes every time, and never again once it was taken; not
        before its time has come."""

    @activity.defn
    @abstractmethod
    async def give_up(self, notice: Notice) -> NoticeAnswer:
        """What became of a mail that nobody will hand over any more: one that was surely not taken has
        failed. Repeatable."""


class DoubtSteps(ABC):
    @activity.defn
    @abstractmethod
    async def settle_doubt(self, notice: Notice) -> DoubtAnswer:
        """Find out what became of a mail that the relay may have: by asking the relay, for some minutes, or
        else by the store's choice. It is sent again if the relay surely never saw it, or once by that choice.
        Repeatable."""


class DigestRequest(BaseModel, frozen=True):
    """All that needs a person in one store and was not told before. `digest_id` names this digest."""

    store: str
    digest_id: str


class DigestSteps(ABC):
    @activity.defn
    @abstractmethod
    async def compose_digest(self, request: DigestRequest) -> tuple[str, ...]:
        """Put the digest's mails in the outbox, one per address of the shop, and answer their keys; none
        if nothing new needs a person. Repeatable."""
