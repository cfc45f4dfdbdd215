"""Mails that do not simply go out: asking for a person about one, and what people say of them."""

from typing import Final

from orders.change import Change, MailVerdict, Outcome, Transition, Verdict, again_of
from orders.commands import MailAgain, MailArrived, MailStop
from orders.errors import OrderError, Refused, Repeated
from orders.mail import AUDIENCE, Audience, MailKind
from orders.state import Reason

IN_QUESTION = (Reason.MAIL_UNKNOWN, Reason.MAIL_FAILED)
_KINDS: Final = tuple(str(kind) for kind in MailKind)
MOST_STOPS: Final = 100
"""So many mails of one order are remembered as stopped; of more, the oldest are forgotten."""
MOST_AGAIN: Final = 10
"""So often a mail that was sent is sent anew."""


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
    """A person wants it sent once more, as it was; or, of one that was stopped, after all; or one that was
    sent, anew. Whether that was sent is judged where the mail is, when this is written down."""
    key = wish.mail_key
    if _is_in_question(change, key) or not (wish.anew or key in change.state.stop_asked):
        _settle(change, key, Verdict.AGAIN)
    elif not wish.anew:
        change.set(stop_asked=_without(change.state.stop_asked, key))
        _say_of(change, key, Verdict.AFTER_ALL)
        change.say("mail_again", "timeline.mail_after_all", mail=key)
        return
    else:
        _must_be_a_mail(key)
        new_key = again_of(key, change.reissue_name)
        change.mail_verdicts.append(
            MailVerdict(key=key, verdict=Verdict.ANEW, by=change.by.actor, new_key=new_key)
        )
    change.say("mail_again", "timeline.mail_again", mail=key)


def mail_stop(change: Change, wish: MailStop) -> None:
    """A person wants it not to leave. Here that is taken for done: whether it came in time is judged where
    the mail is, when this is written down, and that becomes the answer."""
    key = wish.mail_key
    _must_be_a_mail(key)
    change.set(stop_asked=(*_without(change.state.stop_asked, key), key)[-MOST_STOPS:])
    _say_of(change, key, Verdict.STOP)
    change.say("mail_stop", "timeline.mail_stop", mail=key)


def why_not(word: MailVerdict, state: str | None) -> OrderError:
    """Why a word that came to the outbox was not acted on: its mail stood so then; None: there is no such
    mail."""
    key = word.key
    match word.verdict, state:
        case _, None:
            return Refused("refusal.no_such_mail", mail=key)
        case Verdict.STOP, "withdrawn":
            return Repeated("refusal.mail_stopped_before", mail=key)
        case Verdict.STOP, "failed" | "bounced" | "held":
            return Refused("refusal.mail_not_waiting", mail=key)
        case Verdict.STOP, _:
            return Refused("refusal.mail_on_its_way", mail=key)
        case Verdict.ANEW, "sent" | "bounced":
            return Refused("refusal.mail_again_too_often", mail=key, count=MOST_AGAIN)
        case Verdict.ANEW, "queued" | "sending" | "retry":
            return Refused("refusal.mail_not_sent_yet", mail=key)
        case _:
            return Refused("refusal.mail_not_in_question", mail=key)


def declined(step: Transition, no: OrderError) -> Transition:
    """The step as it is written down where the outbox did not act on its word."""
    outcome = Outcome.REPEATED if isinstance(no, Repeated) else Outcome.REFUSED
    return step.answered(outcome, no.sentence)


def _must_be_a_mail(key: str) -> None:
    if key.partition(":")[0] not in _KINDS:
        raise Refused("refusal.no_such_mail", mail=key)


def _settle(change: Change, key: str, verdict: Verdict) -> None:
    if not _is_in_question(change, key):
        raise Refused("refusal.mail_not_in_question", mail=key)
    change.settle(*IN_QUESTION, subject=key)
    _say_of(change, key, verdict)


def _is_in_question(change: Change, key: str) -> bool:
    return any(each.reason in IN_QUESTION and each.subject == key for each in change.state.attention)


def _say_of(change: Change, key: str, verdict: Verdict) -> None:
    change.mail_verdicts.append(MailVerdict(key=key, verdict=verdict, by=change.by.actor))


def _without(keys: tuple[str, ...], key: str) -> tuple[str, ...]:
    return tuple(each for each in keys if each != key)
