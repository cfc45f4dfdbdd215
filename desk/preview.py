"""Previews: the mails that a command would cause right now, as their readers would get them."""

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from activities.views import foretold
from db import outbox, pickup_codes
from db.outbox import Addressee
from db.pool import Connection
from db.reading import Kept
from db.vault import Vault
from mails.letters import Letter, PartsMissing, render
from orders.change import By, Change, Mail, MailVerdict, Verdict, copy_of
from orders.commands import Collected, Command, for_history
from orders.errors import OrderError, Refused
from orders.mail import MailKind
from orders.own_words import with_words
from orders.rules import issuing
from orders.rules.decide import decide
from orders.sentence import Sentence
from orders.store import Language, StoreSettings
from starter.after_the_end import decide_after_the_end


class PreviewedMail(NamedTuple):
    """A mail that would leave. Its codes are hidden, and its links lead nowhere but to the shop."""

    key: str
    kind: MailKind
    recipient: str
    language: Language
    is_copy: bool
    can_be_taken_back: bool
    """Whether it would wait for `undo_seconds`; one that follows by itself, such as downloads, does not."""
    subject: str
    text: str
    html: str


class Preview(NamedTuple):
    """What a command would cause. `refusal` says why it would cause nothing, where it would be refused."""

    mails: tuple[PreviewedMail, ...] = ()
    refusal: Sentence | None = None


async def previews(
    connection: Connection,
    vault: Vault,
    kept: Kept,
    command: Command,
    actor: str,
    settings: StoreSettings,
    public_url: str,
) -> Preview:
    """The mails this command would cause if it were given now, by the rules themselves; nothing is changed.

    Among them are those that follow at once by themselves: downloads and gift cards of an order that it makes
    paid.
    """
    by = By(at=datetime.now(UTC), actor=actor, command_id=command.command_id)
    try:
        await _check_code(connection, vault, kept, command)
        change = _decided(kept, command, by)
    except OrderError as no:
        words = [reason] if (reason := getattr(command, "reason", None)) else []
        return Preview(refusal=with_words(no.sentence, words, settings.language))
    desk = _Drawing(connection, kept, settings, public_url.rstrip("/"), by.at)
    found = [each async for each in desk.caused(change.mails, change)]
    for word in change.mail_verdicts:
        found += [each async for each in desk.again(word)]
    if issuing.may_issue(change.state) and not issuing.may_issue(kept.state) and kept.ended_at is None:
        after = Change(change.state, By(at=by.at))
        lines = issuing.lines_to_issue(after.state)
        issuing.issued(after, lines)
        found += [each async for each in desk.caused(after.mails, after, lines)]
    return Preview(tuple(found))


def _decided(kept: Kept, command: Command, by: By) -> Change:
    # As the workflow gets it: without the words of a person, which no mail repeats.
    wish = for_history(command)
    if kept.ended_at is None:
        return decide(kept.state, wish, by)
    why = "door.refused_history" if kept.is_history else "door.order_ended"
    return decide_after_the_end(kept.state, wish, by, why)


async def _check_code(connection: Connection, vault: Vault, kept: Kept, command: Command) -> None:
    """Raise Refused where the workflow would, for a code that is not the customer's."""
    if not isinstance(command, Collected) or command.override or not kept.facts.parcels:
        return
    typed = command.code or ""
    if not await pickup_codes.check(connection, vault, kept.store, kept.order_id, typed):
        raise Refused("refusal.wrong_code")


_TAKES: Final[Mapping[Verdict, tuple[str, ...]]] = {
    Verdict.AGAIN: ("failed", "unknown"),
    Verdict.AFTER_ALL: ("withdrawn",),
    Verdict.ANEW: ("sent", "bounced"),
}
"""How the mail must stand that such a word is about."""


class _Drawing:
    """Draws the mails of one order as it would be."""

    def __init__(
        self, connection: Connection, kept: Kept, settings: StoreSettings, public_url: str, at: datetime
    ) -> None:
        self._connection = connection
        self._kept = kept
        self._settings = settings
        self._public_url = public_url
        self._at = at
        self._addressee = Addressee(
            email=kept.order.customer.email,
            language=settings.language_for(kept.order.locale),
            settings=settings,
            accepted_at=kept.accepted_at,
        )

    async def caused(
        self, mails: Iterable[Mail], change: Change, issued: tuple[str, ...] = ()
    ) -> AsyncIterator[PreviewedMail]:
        """Those of a change, of the order as it is after it."""
        known = {mail.key: mail for mail in mails}
        kept = self._kept.model_copy(update={"facts": change.state.facts})
        numbered = [(0, mail) for mail in known.values()]
        for row in outbox.rows(kept.store, kept.order_id, self._addressee, numbered):
            mail = known[row["mail_key"]]
            letter = await self._letter(kept, mail, row["language"], issued)
            if letter is not None:
                waits = mail.is_for_customer and not issued
                yield _drawn(mail, row["recipient"], row["language"], letter, waits)

    async def again(self, word: MailVerdict) -> AsyncIterator[PreviewedMail]:
        """Those that a person has sent once more, or after all."""
        keys = (word.key, copy_of(word.key)) if word.verdict is Verdict.AFTER_ALL else (word.key,)
        takes = _TAKES.get(word.verdict, ())
        for key in keys:
            written = await outbox.as_written(self._connection, self._kept.store, self._kept.order_id, key)
            if written is None or written.state not in takes:
                continue
            letter = await self._letter(self._kept, written.mail, written.language)
            if letter is not None:
                waits = word.verdict is Verdict.ANEW
                yield _drawn(written.mail, written.recipient, written.language, letter, waits)

    async def _letter(
        self, kept: Kept, mail: Mail, language: Language, issued: tuple[str, ...] = ()
    ) -> Letter | None:
        """The letter; None for one that could not be written, as what it speaks of is not there."""
        view = await foretold(kept, mail, language, self._settings, self._public_url, self._at, issued)
        try:
            return render(mail.kind, view)
        except PartsMissing:
            return None


def _drawn(mail: Mail, recipient: str, language: Language, letter: Letter, waits: bool) -> PreviewedMail:
    return PreviewedMail(
        key=mail.key,
        kind=mail.kind,
        recipient=recipient,
        language=language,
        is_copy=mail.is_copy,
        can_be_taken_back=waits,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
    )
