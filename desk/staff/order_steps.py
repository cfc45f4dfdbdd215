"""The steps that may be taken with an order now, by the rules themselves: the next one, and the others."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from db.reading import Kept
from desk.staff.order_forms import Filled, MailLine, Offer, Step
from desk.staff.order_offers import Offers
from orders.change import By, Change, Mail
from orders.commands import Command
from orders.errors import OrderError
from orders.rules.decide import decide
from orders.state import OrderState
from orders.store import Language
from orders.words import say
from starter.after_the_end import decide_after_the_end


class Steps(NamedTuple):
    """`main` is the one big button; None where nothing waits for this reader."""

    main: Step | None
    more: tuple[Step, ...]


class Rules:
    """What the rules say of one order as it stands: the same that its workflow asks."""

    def __init__(self, kept: Kept, actor: str, at: datetime) -> None:
        self.kept = kept
        self.state: OrderState = kept.state
        self._by = By(at=at, actor=actor)

    def outcome(self, command: Command) -> Change | None:
        """What this command would make of the order; None where it would be refused, or change nothing."""
        try:
            if self.kept.ended_at is None:
                return decide(self.state, command, self._by)
            return decide_after_the_end(self.state, command, self._by, "door.order_ended")
        except OrderError:
            return None

    def mail_keys(self, command: Command) -> tuple[str, ...]:
        """The mails to the customer that it would cause."""
        return tuple(mail.key for mail in _to_customer(self.outcome(command)))


def steps(
    rules: Rules,
    offers: Offers,
    language: Language,
    may: Callable[[str], bool],
    filled: Filled | None = None,
) -> Steps:
    """The steps for a reader who may give commands of the types that `may` says; `filled` is a form that is
    to be drawn again."""
    due = () if rules.kept.is_history else tuple(_possible(rules, offers.due(), language, may, filled))
    others = tuple(_possible(rules, offers.others(), language, may, filled))
    main = due[0] if due else None
    return Steps(main, (*due[1:], *others))


def step_named(
    rules: Rules,
    offers: Offers,
    language: Language,
    may: Callable[[str], bool],
    key: str,
    filled: Filled | None = None,
) -> Step | None:
    """The step of this name, whether or not the rules allow it at this moment."""
    for offer in (*offers.due(), *offers.others()):
        if offer.step.key == key and may(offer.step.type):
            return _drawn(rules, offer, rules.outcome(offer.probe), language, filled)
    return None


def _possible(
    rules: Rules,
    offers: Iterable[Offer],
    language: Language,
    may: Callable[[str], bool],
    filled: Filled | None,
) -> Iterator[Step]:
    seen: set[str] = set()
    for offer in offers:
        key = offer.step.key
        if key in seen or not may(offer.step.type):
            continue
        change = rules.outcome(offer.probe)
        if change is None and (filled is None or filled.key != key):
            continue
        seen.add(key)
        yield _drawn(rules, offer, change, language, filled)


def _drawn(
    rules: Rules, offer: Offer, change: Change | None, language: Language, filled: Filled | None
) -> Step:
    mail = next(iter(_to_customer(change)), None)
    if mail is None:
        return offer.step.drawn(filled)
    customer = rules.kept.order.customer
    line = MailLine(
        recipient=customer.name or customer.email or "",
        subject=say(language, f"desk_order.mail.{mail.kind}"),
        # New download links without their mail would help nobody.
        can_be_switched_off=offer.step.type != "reissue",
    )
    return offer.step.model_copy(update={"mail": line}).drawn(filled)


def _to_customer(change: Change | None) -> tuple[Mail, ...]:
    mails = change.mails if change is not None else ()
    return tuple(mail for mail in mails if mail.is_for_customer and not mail.is_copy)
