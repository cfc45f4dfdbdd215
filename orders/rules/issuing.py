"""Downloads and gift cards: issued as soon as they are paid, beside the goods."""

import hashlib
from typing import Final

from orders.change import Change
from orders.commands import Quantity, Reissue
from orders.errors import Refused
from orders.mail import MailKind
from orders.order import LineKind
from orders.rules.settling import settle_what_is_over
from orders.state import OrderState, Reason

_LONGEST_NAME: Final = 100


def may_issue(state: OrderState) -> bool:
    """Whether downloads and gift cards are wanted now: paid, not held, not made yet. Where all the money
    went back they wait until a person has said what is meant."""
    asked = any(each.reason is Reason.REFUNDED_NOT_CANCELLED for each in state.attention)
    return state.left_to_issue and state.is_paid and not state.holds and not state.cancelled and not asked


def lines_to_issue(state: OrderState) -> tuple[str, ...]:
    return tuple(line.line_id for line in state.lines if line.to_issue)


def issuing(change: Change, line_ids: tuple[str, ...]) -> None:
    """Their links and codes are about to be made: from here on it is too late to cancel them."""
    lines = [line for line in change.state.lines if line.line_id in line_ids]
    change.set_lines(*(line.model_copy(update={"issuing": True}) for line in lines))


def issued(change: Change, line_ids: tuple[str, ...]) -> None:
    """The links and codes of these lines exist; tell the customer where they are."""
    lines = [line for line in change.state.lines if line.line_id in line_ids and not line.issued]
    # Lines whose files came late have a mail of their own, beside the one that has been sent.
    cause = _late(line_ids) if any(line.issued for line in change.state.lines) else ""
    change.set_lines(*(line.model_copy(update={"issued": True, "issuing": False}) for line in lines))
    change.count(
        {
            line.line_id: {"shipped": line.units.to_ship, "delivered": line.units.to_ship}
            for line in lines
            if not line.is_physical
        }
    )
    # Goods with files beside them may have been cancelled meanwhile.
    wanted = [line for line in lines if line.units.remaining]
    files = sum(line.has_files for line in wanted)
    cards = sum(line.units.remaining for line in wanted if line.kind is LineKind.GIFT_CARD)
    mailed = True
    if files:
        change.say("issued", "timeline.downloads_issued", count=files)
        mailed = change.mail(MailKind.DOWNLOADS, cause)
    if cards:
        change.say("issued", "timeline.gift_cards_issued", count=cards)
        mailed = change.mail(MailKind.GIFT_CARD, cause) and mailed
    if not mailed:
        change.attend(Reason.NO_ADDRESS, "attention.goods_not_mailed")
    settle_what_is_over(change)


def _late(line_ids: tuple[str, ...]) -> str:
    """Names these lines in the key of a mail, and is never long."""
    names = "+".join(line_ids)
    return names if len(names) <= _LONGEST_NAME else hashlib.sha256(names.encode()).hexdigest()[:20]


def files_missing(change: Change, line_ids: tuple[str, ...]) -> None:
    """Files of these lines are not where they are kept: somebody must put them there. Nothing was issued, so
    all lines may be cancelled again."""
    before = change.state.attention
    waiting = [line for line in change.state.lines if line.issuing]
    change.set_lines(*(line.model_copy(update={"issuing": False}) for line in waiting))
    change.attend(Reason.FILES_MISSING, "attention.files_missing", lines=", ".join(line_ids))
    if change.state.attention != before:
        change.say("files_missing", "timeline.files_missing", lines=", ".join(line_ids))


def reissue(change: Change, wish: Reissue) -> None:
    """New links for one line. The old ones are ended where the links live, in the same transaction."""
    line = change.state.line(wish.line_id)
    if line is None:
        raise Refused("refusal.no_such_line", line_id=wish.line_id)
    if not line.units.remaining:
        raise Refused("refusal.line_cancelled", line_id=wish.line_id)
    if not line.has_files:
        raise Refused("refusal.no_files_on_line", line_id=wish.line_id)
    if not line.issued:
        raise Refused("refusal.not_issued_yet", line_id=wish.line_id)
    change.reissue(wish.line_id)
    change.say("reissue", "timeline.reissued", line_id=wish.line_id)
    lines = (Quantity(line_id=wish.line_id, quantity=1),)
    change.mail(MailKind.DOWNLOADS, change.reissue_name, lines=lines)
