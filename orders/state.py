"""Where an order stands: the one value all rules read and change."""

from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from pydantic import BaseModel

from orders.order import FulfillmentMethod, LineKind
from orders.parcel import Parcel, ParcelState
from orders.plan import Plan
from orders.sentence import Sentence
from orders.units import Units


class OrderLine(BaseModel, frozen=True):
    line_id: str
    kind: LineKind
    units: Units
    unit_minor: int
    has_files: bool = False
    issuing: bool = False
    """They are being made right now: too late to cancel."""
    issued: bool = False
    """Its download links or gift-card codes exist."""

    @property
    def is_physical(self) -> bool:
        return self.kind is LineKind.PHYSICAL

    @property
    def to_issue(self) -> bool:
        return not self.issued and self.units.remaining > 0 and (self.has_files or not self.is_physical)


class PaymentEntry(BaseModel, frozen=True):
    """One movement of money, as it was told to us. `counts` is false for another currency."""

    status: str
    amount_minor: int
    currency: str
    at: datetime
    reference: str | None = None
    event_id: str | None = None
    counts: bool = True


class Hold(BaseModel, frozen=True):
    reason: str
    since: datetime
    by: str = ""
    command_id: str | None = None


class Reason(StrEnum):
    """Why an order needs a person."""

    OVERDUE_TO_PICK = "overdue_to_pick"
    OVERDUE_TO_PACK = "overdue_to_pack"
    OVERDUE_TO_HAND_OVER = "overdue_to_hand_over"
    OVERDUE_TO_DELIVER = "overdue_to_deliver"
    NOT_COLLECTED = "not_collected"
    DELIVERY_FAILED = "delivery_failed"
    HELD_TOO_LONG = "held_too_long"
    PARTIALLY_PAID = "partially_paid"
    PAYMENT_OVERDUE = "payment_overdue"
    OVERPAID = "overpaid"
    REFUND_DUE = "refund_due"
    REFUNDED_TOO_MUCH = "refunded_too_much"
    REFUNDED_NOT_CANCELLED = "refunded_not_cancelled"
    OTHER_CURRENCY = "other_currency"
    TAKE_OUT_OF_PARCEL = "take_out_of_parcel"
    FILES_MISSING = "files_missing"
    NO_ADDRESS = "no_address"
    MAIL_FAILED = "mail_failed"
    MAIL_UNKNOWN = "mail_unknown"


class Attention(BaseModel, frozen=True):
    """Something a person must see to. `subject` tells two of the same reason apart."""

    reason: Reason
    since: datetime
    text: Sentence
    subject: str = ""

    @property
    def key(self) -> str:
        return attention_key(self.reason, self.subject)


def attention_key(reason: Reason, subject: str = "") -> str:
    return f"{reason}:{subject}"


class OrderFacts(BaseModel, frozen=True):
    """What has become of an order, without the plan it started from."""

    lines: tuple[OrderLine, ...]
    parcels: tuple[Parcel, ...] = ()
    payments: tuple[PaymentEntry, ...] = ()
    holds: tuple[Hold, ...] = ()
    attention: tuple[Attention, ...] = ()
    moved_at: datetime
    """When the goods last moved a step, or became free to."""
    reminded: bool = False
    expired: bool = False
    cancelled: bool = False
    """Cancelled as a whole with nothing handed over."""
    released: bool = False
    """Free to be fulfilled: paid, or may be shipped unpaid."""
    paid_in_full: bool = False
    """All that was owed was in once: what goes back after that is not owed again."""
    watched: bool = False
    """Delivery was watched for as long as the store wishes."""
    seen: dict[str, datetime] = {}
    """When a person last dealt with an attention entry, by its key: its wait starts anew then."""
    stop_asked: tuple[str, ...] = ()
    """Mails that somebody asked to stop. Whether that was in time is known in the outbox alone."""


class InParcels(NamedTuple):
    """Units of one line that lie, or lay, in parcels."""

    all: int = 0
    picked: int = 0
    """Of them, taken from what was picked."""
    to_pick: int = 0
    """Of them, in a parcel that only has its label yet."""


class OrderState(OrderFacts, frozen=True):
    """The facts, the plan, and what follows from them. What costs a walk through all lines is worked out
    once: an order has up to a thousand, and the rules ask often."""

    plan: Plan

    @property
    def facts(self) -> OrderFacts:
        return OrderFacts.model_construct(**{name: getattr(self, name) for name in OrderFacts.model_fields})

    def with_(self, **changes: Any) -> "OrderState":
        """The state with some facts changed; `model_copy` would keep what followed from the old ones."""
        kept = {name: getattr(self, name) for name in OrderState.model_fields}
        return OrderState.model_construct(**{**kept, **changes})

    def line(self, line_id: str) -> OrderLine | None:
        return self._line_by_id.get(line_id)

    def parcel(self, parcel: str) -> Parcel | None:
        return next((each for each in self.parcels if each.parcel == parcel), None)

    @cached_property
    def _line_by_id(self) -> dict[str, OrderLine]:
        return {line.line_id: line for line in self.lines}

    @property
    def method(self) -> FulfillmentMethod:
        return self.plan.method

    @property
    def live_parcels(self) -> tuple[Parcel, ...]:
        return tuple(parcel for parcel in self.parcels if parcel.state is not ParcelState.VOID)

    @cached_property
    def _in_parcels(self) -> dict[str, InParcels]:
        found: dict[str, InParcels] = {}
        for parcel in self.live_parcels:
            to_be_packed = parcel.is_to_be_packed
            for line in parcel.lines:
                known = found.get(line.line_id, InParcels())
                found[line.line_id] = InParcels(
                    all=known.all + line.quantity,
                    picked=known.picked + line.quantity - line.unpicked,
                    to_pick=known.to_pick + (line.unpicked if to_be_packed else 0),
                )
        return found

    def in_parcels(self, line_id: str) -> InParcels:
        return self._in_parcels.get(line_id, InParcels())

    def to_pack(self, line: OrderLine) -> int:
        """Units that are in no parcel yet."""
        return line.units.remaining - self.in_parcels(line.line_id).all if line.is_physical else 0

    def loose(self, line: OrderLine) -> int:
        """Picked and not yet in a parcel."""
        return line.units.picked - self.in_parcels(line.line_id).picked

    def on_shelf(self, line: OrderLine) -> int:
        """Neither picked nor in a parcel."""
        return self.to_pack(line) - self.loose(line)

    def to_pick(self, line: OrderLine) -> int:
        """On the shelf, or in a parcel that only has its label yet."""
        return self.on_shelf(line) + self.in_parcels(line.line_id).to_pick

    @cached_property
    def waits_for_picking(self) -> bool:
        return any(self.to_pick(line) > 0 for line in self.lines)

    @cached_property
    def waits_for_packing(self) -> bool:
        """Whether anything was picked that is in no parcel."""
        return any(self.loose(line) > 0 for line in self.lines)

    @cached_property
    def goods_left(self) -> bool:
        """Whether there is anything to pick, pack or hand over."""
        return any(line.is_physical and line.units.to_ship > 0 for line in self.lines)

    @cached_property
    def left_to_issue(self) -> bool:
        return any(line.to_issue for line in self.lines)

    @cached_property
    def undelivered(self) -> bool:
        return any(line.units.delivered < line.units.remaining for line in self.lines)

    # Money, in minor units of the order's currency.

    @property
    def captured(self) -> int:
        return self._moved("paid")

    @property
    def refunded(self) -> int:
        return self._moved("refunded")

    def _moved(self, status: str) -> int:
        return sum(entry.amount_minor for entry in self.payments if entry.status == status and entry.counts)

    @property
    def kept(self) -> int:
        """What came in and did not go back."""
        return max(0, self.captured - self.refunded)

    @property
    def all_went_back(self) -> bool:
        return 0 < self.captured <= self.refunded

    @cached_property
    def owed(self) -> int:
        """What the order costs after cancellations: nothing when all is cancelled; else the total less the
        cancelled share of what the goods cost, rounded in the customer's favour. Carriage stays."""
        items = sum(line.unit_minor * line.units.ordered for line in self.lines)
        cancelled = sum(line.unit_minor * line.units.cancelled for line in self.lines)
        if all(line.units.remaining == 0 for line in self.lines):
            return 0
        if not cancelled or not items:
            return self.plan.total_minor
        goods = max(0, self.plan.total_minor - self.plan.carriage_minor)
        return self.plan.total_minor - -(-goods * cancelled // items)

    @property
    def due(self) -> int:
        """What is still to come in; below zero, what is to go back. Money given back after the order was paid
        in full is a kindness and not owed again; before that, it was never kept."""
        if self.paid_in_full or self.kept >= self.owed:
            return min(0, self.owed - self.kept)
        return self.owed - self.kept

    @property
    def is_paid(self) -> bool:
        return self.due <= 0
