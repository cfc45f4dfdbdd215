"""An order as the rules see it, moved on command by command: the stage of the tests of the rules."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from orders.change import By, Change, Entry, Mail
from orders.commands import COMMAND, Quantity
from orders.errors import OrderError
from orders.order import FulfillmentMethod, LineKind
from orders.plan import Plan, PlanLine
from orders.rules import issuing
from orders.rules.closing import finished, headline
from orders.rules.deadlines import Deadline, next_deadline, pass_deadline
from orders.rules.decide import decide
from orders.rules.placing import place
from orders.state import OrderState
from orders.store import PaymentKind
from orders.units import Units

START: Final = datetime(2026, 11, 20, 9, 15, tzinfo=UTC)
STEP: Final = timedelta(minutes=1)


def goods(quantity: int = 2, line_id: str = "1", unit_minor: int = 1000, *, files: bool = False) -> PlanLine:
    return PlanLine(
        line_id=line_id,
        kind=LineKind.PHYSICAL,
        quantity=quantity,
        unit_minor=unit_minor,
        has_files=files,
    )


def download(line_id: str = "7", unit_minor: int = 900) -> PlanLine:
    return PlanLine(line_id=line_id, kind=LineKind.DIGITAL, quantity=1, unit_minor=unit_minor, has_files=True)


def gift_card(quantity: int = 1, line_id: str = "8", unit_minor: int = 2500) -> PlanLine:
    return PlanLine(line_id=line_id, kind=LineKind.GIFT_CARD, quantity=quantity, unit_minor=unit_minor)


def plan(
    *lines: PlanLine,
    method: FulfillmentMethod = FulfillmentMethod.SHIPPING,
    kind: PaymentKind = PaymentKind.ONLINE,
    **changes: Any,
) -> Plan:
    """A plan of these lines, or of two mugs at 10.00; carriage is 5.00 where there are goods."""
    of = lines or (goods(),)
    physical = any(line.kind is LineKind.PHYSICAL for line in of)
    carriage = 500 if physical else 0
    values: dict[str, Any] = {
        "store": "default",
        "order_id": "K8XTQ",
        "accepted_at": START,
        "currency": "EUR",
        "total_minor": sum(line.unit_minor * line.quantity for line in of) + carriage,
        "carriage_minor": carriage,
        "payment_kind": kind,
        "method": method if physical else FulfillmentMethod.NONE,
        "lines": of,
    }
    return Plan(**{**values, **changes})


class Scene:
    """One order from its placing on. Every command comes a minute after the one before."""

    def __init__(self, of: Plan) -> None:
        self.now = of.accepted_at
        placed = place(of)
        self.state: OrderState = placed.state
        self.mails: list[Mail] = list(placed.mails)
        self.entries: list[Entry] = list(placed.entries)

    def tell(self, type_: str, **fields: Any) -> "Scene":
        """Give a command; raises what the rules raise."""
        self.now += STEP
        command = COMMAND.validate_python({"type": type_, **fields})
        self._take(decide(self.state, command, self.by(fields.get("command_id"))))
        return self

    def refusal(self, type_: str, **fields: Any) -> str:
        """Give a command that is refused or repeated, and answer the key of the sentence that says why."""
        try:
            self.tell(type_, **fields)
        except OrderError as no:
            return no.sentence.key
        raise AssertionError(f"{type_} was applied")

    def paid(self) -> "Scene":
        return self.tell("payment", status="paid", reference="tr_1", event_id="evt_1")

    def issue(self) -> "Scene":
        """Make downloads and gift cards as the workflow does when the rules want it."""
        if issuing.may_issue(self.state):
            lines = issuing.lines_to_issue(self.state)
            self.do(partial(issuing.issuing, line_ids=lines))
            self.do(partial(issuing.issued, line_ids=lines))
        return self

    def do(self, rule: Callable[[Change], None]) -> "Scene":
        change = Change(self.state, self.by(None))
        rule(change)
        self._take(change)
        return self

    def wait(self) -> Deadline:
        """Let the next deadline pass."""
        deadline = next_deadline(self.state)
        assert deadline is not None, "nothing is due"
        self.now = max(self.now, deadline.at)
        self.do(partial(pass_deadline, deadline=deadline))
        return deadline

    def by(self, command_id: str | None) -> By:
        return By(at=self.now, actor="staff:anna", command_id=command_id)

    def _take(self, change: Change) -> None:
        self.state = change.state
        self.mails += change.mails
        self.entries += change.entries

    # What can be seen.

    @property
    def statuses(self) -> tuple[str, str]:
        seen = headline(self.state)
        return str(seen.payment_status), str(seen.fulfillment_status)

    @property
    def is_finished(self) -> bool:
        return finished(self.state)

    @property
    def due(self) -> Deadline | None:
        return next_deadline(self.state)

    @property
    def attention(self) -> list[str]:
        return [str(each.reason) for each in self.state.attention]

    @property
    def mail_keys(self) -> list[str]:
        return [mail.key for mail in self.mails]

    @property
    def said(self) -> list[str]:
        """The timeline, as keys of sentences."""
        return [entry.text.key.removeprefix("timeline.") for entry in self.entries]

    def units(self, line_id: str = "1") -> Units:
        line = self.state.line(line_id)
        assert line is not None
        return line.units

    def parcel_states(self) -> dict[str, str]:
        return {parcel.parcel: str(parcel.state) for parcel in self.state.parcels}


def of(line_id: str, quantity: int) -> list[dict[str, Any]]:
    """Lines as a command names them."""
    return [{"line_id": line_id, "quantity": quantity}]


def contents(mail: Mail) -> list[tuple[str, int]]:
    return [(each.line_id, each.quantity) for each in mail.lines if isinstance(each, Quantity)]
