"""Mails that did not simply go out: asking for a person about one, and what that person says of it."""

from orders.change import Change, MailVerdict, Verdict
from orders.commands import MailAgain, MailArrived
from orders.errors import Refused
from orders.mail import AUDIENCE, Audience, MailKind
from orders.state import Reason

IN_QUESTION = (Reason.MAIL_UNKNOWN, Reason.MAIL_FAILED)


def mail_not_sent(change: Change, kind: MailKind, key: str, *, unknown: bool) -> None:
    """A mail could not be sent for good, or nobody can say whether it was accepted: ask for a person."""
    reason = Reason.MAIL_UNKNOWN if unknown else Reason.MAIL_FAILED
    said = f"{reason}_to_shop" if AUDIENCE[kind] is Audience.SHOP else str(reason)
    change.attend(reason, f"attention.{said}", subject=key, mail=key)
    change.say("mail", f"attention.{said}", mail=key)


def mail_arrived(change: Change, wish: MailArrived) -> None:
    """A person knows that it arrived: it is not sent again."""
    _settle(change, wish.mail_key, Verdict.ARRIVED)
    change.say("mail_arrived", "timeline.mail_arrived", mail=wish.mail_key)


def mail_again(change: Change, wish: MailAgain) -> None:
    """A person wants it sent once more, as it was."""
    _settle(change, wish.mail_key, Verdict.AGAIN)
    change.say("mail_again", "timeline.mail_again", mail=wish.mail_key)


def _settle(change: Change, key: str, verdict: Verdict) -> None:
    asked_for = [each for each in change.state.attention if each.reason in IN_QUESTION]
    if all(each.subject != key for each in asked_for):
        raise Refused("refusal.mail_not_in_question", mail=key)
    change.settle(*IN_QUESTION, subject=key)
    change.mail_verdicts.append(MailVerdict(key=key, verdict=verdict, by=change.by.actor))
