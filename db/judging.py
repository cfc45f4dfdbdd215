"""Words about mails that only the outbox can judge: whether one that is to be stopped has left already."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from db import outbox
from db.pool import Connection
from db.queries import load
from orders.change import MailVerdict, Outcome, Transition, Verdict, copy_of
from orders.rules.mailing import declined, why_not
from orders.sentence import Sentence

SQL = load("outbox")


class Answered(NamedTuple):
    """How such a word was answered when it was written down first."""

    outcome: Outcome
    text: Sentence


async def answered_before(
    connection: Connection, store: str, order_id: str, steps: Sequence[Transition]
) -> dict[int, Answered]:
    """The answers that steps were given before, where they are written down anew; by their sequence numbers
    of now."""
    found = {}
    for step in steps:
        for entry in step.entries if step.asks_the_outbox else ():
            row = await connection.fetchrow(
                SQL["answered_before"], store, order_id, entry.kind, entry.command_id, step.sequence
            )
            if row is not None:
                found[step.sequence] = Answered(Outcome(row["outcome"]), Sentence.model_validate(row["text"]))
    return found


async def judged(
    connection: Connection, store: str, order_id: str, step: Transition, before: Mapping[int, Answered]
) -> Transition:
    """The step with its true answer, and the mail as that says; to be written down in the same transaction.

    What was judged once is not judged again: a person was told so, and the mail has gone its way since.
    """
    word = step.asks_the_outbox
    if word is None:
        return step
    known = before.get(step.sequence)
    if known is not None:
        if known.outcome is Outcome.APPLIED and word.verdict is Verdict.ANEW:
            # What is written anew forgot the mails that it caused and that had not left.
            await _sent_anew(connection, store, order_id, word, step)
        return step.answered(*known)
    if word.verdict is Verdict.ANEW:
        acted_on = await _sent_anew(connection, store, order_id, word, step)
    else:
        acted_on = await _acted_on(connection, store, order_id, word)
    if acted_on:
        return step
    state = await outbox.state_of(connection, store, order_id, word.key)
    if word.verdict is Verdict.ANEW and await outbox.waits_anew(connection, store, order_id, word.key):
        state = "queued"
    return declined(step, why_not(word, state))


async def _sent_anew(
    connection: Connection, store: str, order_id: str, word: MailVerdict, step: Transition
) -> bool:
    asked = next((entry.command_id for entry in step.entries if entry.command_id), None)
    return await outbox.send_anew(connection, store, order_id, word, step.sequence, asked)


async def _acted_on(connection: Connection, store: str, order_id: str, word: MailVerdict) -> bool:
    """Whether the mail was as the word takes it to be; then it is as the word wants it, and its copy too."""
    if not await _changed(connection, store, order_id, word, word.key):
        return False
    await _changed(connection, store, order_id, word, copy_of(word.key))
    return True


async def _changed(connection: Connection, store: str, order_id: str, word: MailVerdict, key: str) -> bool:
    query = SQL["stop"] if word.verdict is Verdict.STOP else SQL["send_after_all"]
    return await connection.fetchval(query, store, order_id, key, word.by) is not None
